#!/bin/sh
# gpu.sh [MEGABASES]: builds, checks and times reprise-c with the OpenCL devices of this machine; prints the GPU table of README.md beside it.
#
# The genome for the whole runs is simulated, 100 Mb unless told otherwise. Needs what `make deps` installs.
set -eu
cd "$(dirname "$0")/../.."
megabases=${1:-100}
out=build/release
work=build/gpu
mkdir -p "$work"

# Containers often have NVIDIA's driver without its ICD file.
if [ -z "${OCL_ICD_VENDORS:-}" ] && ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1 && ldconfig -p | grep -q libnvidia-opencl.so.1; then
    export OCL_ICD_VENDORS=libnvidia-opencl.so.1
fi

make -s all "$out/check_units" "$out/bench_kernels"
"$out/reprise-c" devices
CK_RUN_SUITE=device "$out/check_units"
python3 tests/check_devices.py "$out/reprise-c"

echo
echo "### Kernels"
echo
"$out/bench_kernels" "${PAIRS:-200000}" 2000

genome=$work/genome$megabases
[ -e "$genome.fa" ] || "$out/reprise-c" simulate -o "$genome" -l "${megabases}M" -f $((20 + 2 * megabases)) --repeat-share 0.6
echo
echo "### Whole runs, $megabases Mb, $(nproc) cores"
echo
echo "| --device | wall s | CPU s | device busy s | GCUPS | same bytes |"
echo "| --- | --- | --- | --- | --- | --- |"
for device in cpu opencl all; do
    "$out/reprise-c" find -q -o "$work/$device" --device "$device" "$genome.fa" || continue
    python3 - "$work" "$device" <<'PYTHON'
import json
import sys
work, device = sys.argv[1:]
run = json.load(open(f"{work}/{device}.summary.json"))["run"]
same = all(open(f"{work}/{device}.{e}", "rb").read() == open(f"{work}/cpu.{e}", "rb").read() for e in ("families.fa", "copies.bed"))
busy = "+".join(f"{d['busy_seconds']:.1f}" for d in run["devices"]) or "-"
speed = "+".join(f"{d['gcups']:.1f}" for d in run["devices"]) or "-"
print(f"| {device} | {run['wall_seconds']:.1f} | {run['cpu_seconds']:.1f} | {busy} | {speed} | {'yes' if same else 'NO'} |")
PYTHON
done
