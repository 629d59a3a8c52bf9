#!/bin/sh
# install-deps.sh: installs the Debian packages that building and checking reprise-c need.
set -eu

packages="gcc make pkg-config libc6-dev libhts-dev libjansson-dev check python3 samtools bedtools"

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "deps: all packages are installed: $packages"
    exit 0
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    echo "deps: these Debian packages are missing:$missing; run as root, or install sudo" >&2
    exit 1
fi
echo "deps: installing$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
