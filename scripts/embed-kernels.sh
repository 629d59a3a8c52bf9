#!/bin/sh
# embed-kernels.sh FILE...: the files as one C string, with #line directives that name them.
set -eu
echo '#include "device/kernels.h"'
echo 'const char rp_kernels_source[] ='
for file in "$@"; do
    printf '    "#line 1 \\"%s\\"\\n"\n' "$file"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' "$file"
done
echo '    ;'
