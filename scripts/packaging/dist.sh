#!/bin/sh
# dist.sh VERSION FOLDER: writes FOLDER/reprise-c-VERSION.tar.gz, with the same bytes each time for the same files.
#
# In a clone it holds the files that git knows, as they are in the work tree; elsewhere, in the tree of such a tarball,
# all files outside build/. Owner, modes and order are fixed; all times are SOURCE_DATE_EPOCH, or that of the last commit,
# or, without git, of the newest file, which in the tree of a tarball is the tarball's. So that tree gives the tarball again.
set -eu
export LC_ALL=C TZ=UTC0
version=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd -P)
cd "$(dirname "$0")/../.."
root=$(pwd -P)
name=reprise-c-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A clone of something else around a tarball's tree does not count.
if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$root" ]; then
    git ls-files -z >"$work/files"
    git diff --quiet HEAD -- 2>/dev/null || echo "dist: the work tree differs from the last commit, and goes in as it is" >&2
    epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
else
    find . -path ./.git -prune -o -path ./build -prune -o ! -type d -printf '%P\0' >"$work/files"
    epoch=${SOURCE_DATE_EPOCH:-$(find . -path ./.git -prune -o -path ./build -prune -o -type f -printf '%T@\n' | sort -n | tail -n 1)}
fi
sort -z "$work/files" >"$work/sorted"
# Symbolic links keep their targets: only names are put below the folder.
tar --create --format=gnu --no-recursion --null --files-from="$work/sorted" --transform="flags=rh;s,^,$name/," --owner=0 --group=0 \
    --numeric-owner --mode=u+rw,go+r,go-w,a+X --mtime="@${epoch%.*}" --file="$work/tar"
gzip -n -9 <"$work/tar" >"$folder/.$name.tar.gz.$$"
mv "$folder/.$name.tar.gz.$$" "$folder/$name.tar.gz"
echo "$folder/$name.tar.gz"
