#!/bin/sh
# fuzz.sh FOLDER SECONDS TARGET...: runs the fuzzers of FOLDER one after the other, SECONDS of time altogether.
# What they find of new ways through the code grows in FOLDER/corpus; an input that fails is kept in FOLDER/found.
set -eu
folder=$1
seconds=$(($2 / ($# - 2)))
shift 2
[ "$seconds" -ge 1 ] || seconds=1
export LSAN_OPTIONS="suppressions=$PWD/tests/fuzz/lsan.supp:print_suppressions=0"
status=0
mkdir -p "$folder/found"
for target in "$@"; do
    kept=tests/fuzz/corpus/$target
    own=$folder/corpus/$target
    mkdir -p "$own"
    echo "fuzz: $target for $seconds s"
    "$folder/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 -max_len=65536 \
        -artifact_prefix="$folder/found/$target-" "$own" "$kept" 2>"$folder/$target.log" || status=1
    grep -E 'stat::number_of_executed_units|ERROR|SUMMARY|Test unit written' "$folder/$target.log" || true
done
[ "$status" -eq 0 ] || echo "fuzz: inputs that fail are in $folder/found" >&2
exit "$status"
