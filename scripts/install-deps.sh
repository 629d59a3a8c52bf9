#!/bin/sh
# install-deps.sh: installs the Debian packages that building and checking reprise-c need.
set -eu

packages="gcc make pkg-config libc6-dev libhts-dev libjansson-dev zlib1g-dev libbz2-dev liblzma-dev check python3 ocl-icd-opencl-dev pocl-opencl-icd"
# Programs that some tests need: readers of the results, what lays out the code, what builds and runs the kernel for
# aarch64, and what builds and lints packages. Such a test is skipped where its program cannot be had.
readers="samtools bedtools genometools gffread chromium-headless-shell clang-format-16 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
packagers="dpkg-dev debhelper lintian shellcheck libxml2-utils python3-yaml python3-jinja2 python3-cheetah"
# What the program itself uses where it is there: hmmsearch.
recommended="hmmer"

is_installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

missing=""
missing_readers=""
for package in $packages; do
    is_installed "$package" || missing="$missing $package"
done
for package in $recommended $readers $packagers; do
    is_installed "$package" || missing_readers="$missing_readers $package"
done
case $missing_readers in
    *chromium-headless-shell*) if is_installed chromium; then missing_readers=${missing_readers% chromium-headless-shell}; fi ;;
esac
if [ -z "$missing$missing_readers" ]; then
    echo "deps: all packages are installed: $packages $recommended $readers $packagers"
    exit 0
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
elif [ -z "$missing" ]; then
    echo "deps: missing, for some tests and classes by protein domains only:$missing_readers" >&2
    exit 0
else
    echo "deps: these Debian packages are missing:$missing; run as root, or install sudo" >&2
    exit 1
fi

install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

echo "deps: installing$missing$missing_readers"
$as_root apt-get update -q || [ -z "$missing" ]
# shellcheck disable=SC2086
[ -z "$missing" ] || install $missing
for package in $missing_readers; do
    install "$package" || echo "deps: $package cannot be installed; what needs it (tests, or classes by protein domains) is left out" >&2
done
