#!/bin/sh
# check_neon.sh FOLDER: builds the band's kernel for aarch64 with a cross compiler, holds it to the reference under
# qemu-user, and compiles what knows no foreign library for aarch64. Exit 77 where either cannot be had. On an aarch64
# machine check_units does the former.
set -u
out=$1/aarch64
compiler=${AARCH64_CC:-aarch64-linux-gnu-gcc}
if ! command -v "$compiler" >/dev/null 2>&1; then
    echo "skipped neon: no cross compiler for aarch64 (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)"
    exit 77
fi
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64)
if [ -z "$emulator" ]; then
    echo "skipped neon: no qemu-user (Debian: qemu-user-static)"
    exit 77
fi
mkdir -p "$out"
flags="-std=c11 -O2 -Wall -Wextra -Wno-missing-field-initializers -Werror -Isrc -Itests -D_GNU_SOURCE -DRP_HAVE_NEON"
# shellcheck disable=SC2086
"$compiler" $flags -DRP_BAND_KERNEL=rp_band_neon -DRP_BAND_KERNEL_NAME='"neon"' -c -o "$out/band_neon.o" src/align/band_kernel.c &&
    "$compiler" $flags -static -o "$out/check_neon" tests/neon/check_neon.c tests/bands.c src/align/band.c \
        src/align/band_reference.c "$out/band_neon.o" &&
    "$emulator" "$out/check_neon" || { echo "neon: failed"; exit 1; }
for file in src/align/*.c src/copies/*.c src/family/*.c src/index/*.c; do
    case $file in */band_kernel.c) continue ;; esac
    # shellcheck disable=SC2086
    "$compiler" $flags -fsyntax-only "$file" || { echo "neon: $file does not compile for aarch64"; exit 1; }
done
echo "neon: the kernel for aarch64 equals the reference"
