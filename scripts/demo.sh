#!/bin/sh
# demo.sh PROGRAM: finds the repeats of the demo genome and tells what came out.
set -eu
program=$1
out=build/demo
mkdir -p "$out"
echo "+ $program find data/demo.fa.gz -o $out/demo"
"$program" find data/demo.fa.gz -o "$out/demo"
echo
echo "The five families with most bases (true families: data/demo.truth.fa):"
grep '^>' "$out/demo.families.fa" | head -n 5
echo
echo "The first copies:"
head -n 5 "$out/demo.copies.bed"
echo
ls -l "$out"
