#!/bin/sh
# embed-profiles.sh FILE: the profiles as one array of C, a line of the file in each of its strings' lines.
set -eu
echo '#include "classify/profiles.h"'
echo 'const char rp_own_profiles[] ='
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' "$1"
echo '    ;'
echo 'const unsigned rp_own_profiles_bytes = sizeof rp_own_profiles - 1;'
