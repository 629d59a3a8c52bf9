#!/bin/sh
# embed-heads.sh FILE: the columns of the heads' profiles as an array of C.
set -eu
echo '#include "classify/heads.h"'
echo 'const rp_head_column rp_head_columns[] = {'
awk 'NR > 1 { print "    {\"" $1 "\", {" $3 ", " $4 ", " $5 ", " $6 "}}," }' "$1"
echo '};'
echo 'const unsigned rp_n_head_columns = sizeof rp_head_columns / sizeof rp_head_columns[0];'
