#!/bin/sh
# run.sh FOLDER: runs the unit suites and the command-level checks of the build in FOLDER.
# Prints each part's result and ends with one line of totals.
set -u
folder=$1
log=$folder/check.log
status=0
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
case $folder in
    *san-*) export CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-4}" ;;
esac

"$folder/check_units" >"$log" 2>&1 || status=1
cat "$log"
units=$(sed -n 's/^.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log" | tail -n 1)
set -- ${units:-0 1 0}
unit_failed=$(($2 + $3))
unit_passed=$(($1 - unit_failed))
[ "$unit_passed" -ge 0 ] || unit_passed=0

python3 tests/check_layers.py src >"$log" 2>&1
layers=$?
cat "$log"

passed=$((unit_passed + (layers == 0)))
failed=$((unit_failed + (layers != 0)))
skipped=0
sh tests/check_layout.sh >"$log" 2>&1
case $? in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
esac
cat "$log"
sh tests/check_neon.sh "$folder" >"$log" 2>&1
case $? in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
esac
cat "$log"
case $folder in
    *san-*) skipped=$((skipped + 1)); echo "skipped schedules: sanitizers do not follow coroutines" ;;
    *)
        "$folder/check_schedules" >"$log" 2>&1
        schedules=$?
        cat "$log"
        passed=$((passed + (schedules == 0)))
        failed=$((failed + (schedules != 0)))
        ;;
esac
for script in check_commands check_input check_text check_paths check_survival check_governance check_library check_merge check_kinds check_known check_files check_shares check_domains check_devices check_tutorial check_workflows check_packages check_properties; do
    python3 "tests/$script.py" "$folder/reprise-c" >"$log" 2>&1 || status=1
    cat "$log"
    counts=$(sed -n 's/^commands: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
    # shellcheck disable=SC2086
    set -- ${counts:-0 1 0}
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
done
[ "$failed" -eq 0 ] || status=1
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
