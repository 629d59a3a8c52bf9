#!/bin/sh
# code-digest.sh: base/code.h's digests of the sources as C, from the root of the repository.
set -eu
export LC_ALL=C

digest() {
    files=$(find "$@" -type f \( -name '*.[ch]' -o -name '*.cl' \) | sort)
    # shellcheck disable=SC2086
    sums=$(sha256sum $files)
    all=$(echo "$sums" | sha256sum)
    echo "$all" | cut -c 1-16
}

code=$(digest src kernels)
index_code=$(digest src/base src/genome src/index src/command/index.c)
cat <<EOF
#include "base/code.h"
const char rp_code[] = "$code";
const char rp_index_code[] = "$index_code";
EOF
