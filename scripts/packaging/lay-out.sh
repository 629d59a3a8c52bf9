#!/bin/sh
# lay-out.sh TARBALL FOLDER: lays out, for a tarball of make dist, what package builders take:
#
#   FOLDER/reprise-c_VERSION.orig.tar.gz, FOLDER/reprise-c-VERSION/   Debian's source, with its debian/
#   FOLDER/bioconda/, FOLDER/galaxy/, FOLDER/CITATION.cff
#
# All is made of the tarball's own files; version, digest and date are the tarball's. From the environment: DIST_URL, the
# folder in the network where the tarballs are published, and Debian's DEBFULLNAME and DEBEMAIL, who maintains the package.
set -eu
export LC_ALL=C
tarball=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
url=${DIST_URL:-https://example.org/reprise-c}
maintainer="${DEBFULLNAME:-reprise-c authors} <${DEBEMAIL:-reprise-c@example.org}>"
name=$(basename "$tarball" .tar.gz)
version=${name#reprise-c-}
digest=$(sha256sum <"$tarball" | cut -d ' ' -f 1)
if [ "$name" = "$version" ] || ! tar --list --gzip --file "$tarball" "$name/Makefile" >/dev/null; then
    echo "lay-out: $tarball is no tarball of make dist" >&2
    exit 1
fi

rm -rf "${folder:?}/$name" "$folder/bioconda" "$folder/galaxy"
tar --extract --gzip --file "$tarball" --directory "$folder"
tree=$folder/$name
from=$tree/scripts/packaging
epoch=$(stat --format %Y "$tree/Makefile")

# In place: @VERSION@ and the like become what they stand for.
fill() {
    sed -i -e "s|@VERSION@|$version|g" -e "s|@SHA256@|$digest|g" -e "s|@DIST_URL@|$url|g" -e "s|@MAINTAINER@|$maintainer|g" \
        -e "s|@DATE@|$(date --utc --rfc-email --date "@$epoch")|g" "$@"
}

cp "$tarball" "$folder/reprise-c_$version.orig.tar.gz"
cp -R "$from/debian" "$tree/debian"
fill "$tree/debian/control" "$tree/debian/changelog" "$tree/debian/copyright" "$tree/debian/watch"

cp -R "$from/bioconda" "$from/galaxy" "$folder"
fill "$folder/bioconda/meta.yaml" "$folder/galaxy/macros.xml"
mkdir "$folder/galaxy/test-data"
cp "$tree/data/demo.fa.gz" "$tree/data/demo.truth.fa" "$tree/data/demo.tandem.bed" "$folder/galaxy/test-data"
awk '/^>/ { n++ } n <= 12' "$tree/data/demo.truth.fa" >"$folder/galaxy/test-data/demo.known.fa"

cp "$from/CITATION.cff" "$folder"
printf 'version: "%s"\ndate-released: %s\n' "$version" "$(date --utc --iso-8601 --date "@$epoch")" >>"$folder/CITATION.cff"
