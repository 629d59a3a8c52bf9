#!/bin/sh
# run.sh FOLDER: runs the unit suites and the command-level checks of the build in FOLDER.
# Prints each part's result and ends with one line of totals.
set -u
folder=$1
log=$folder/check.log
status=0

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

python3 tests/check_commands.py "$folder/reprise-c" >"$log" 2>&1 || status=1
cat "$log"
commands=$(sed -n 's/^commands: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log" | tail -n 1)
set -- ${commands:-0 1 0}

passed=$((unit_passed + $1 + (layers == 0)))
failed=$((unit_failed + $2 + (layers != 0)))
[ "$failed" -eq 0 ] || status=1
echo "$passed passed, $failed failed, $3 skipped"
exit $status
