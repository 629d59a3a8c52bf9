#!/usr/bin/env python3
"""replay_schedule.py PROGRAM [-w WORKERS,...] [OPTION ...] GENOME: what a run would gain on more cores than there are.

PROGRAM is build/release/virtual_cores (`make build/release/virtual_cores`): find with its threads as coroutines of one
thread, each with a clock of its own. The program itself goes through the schedule that so many cores would have, with
its window, claims, parkings, results made again, ends of tiers, commits and waits for locks. Each count of workers is
one run, which takes one core for as long as the work takes. Bounds of memory bandwidth are not known to it, and the
work that several threads do twice is in it.

Prints seconds of each stage on one core, its speed-up on more, and what the search did twice.
"""
import json
import os
import subprocess
import sys
import tempfile


def run(program, workers, arguments):
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "g")
        subprocess.run([program, "find", "-q", "-t", str(workers), "-o", prefix] + arguments, check=True)
        digest = subprocess.run(f"cat {prefix}.families.fa {prefix}.copies.bed | md5sum", shell=True, check=True,
                                capture_output=True, text=True).stdout.split()[0]
        with open(prefix + ".summary.json") as handle:
            return json.load(handle)["run"], digest


def main():
    program, arguments = sys.argv[1], sys.argv[2:]
    workers = [1, 2, 4, 8, 16, 32, 64]
    if arguments[0] == "-w":
        workers = [int(w) for w in arguments[1].split(",")]
        arguments = arguments[2:]
    runs = {w: run(program, w, arguments) for w in workers}
    first, digest = runs[workers[0]]
    print(f"| stage | s on {workers[0]} | " + " | ".join(f"x on {w}" for w in workers[1:]) + f" | share on {workers[-1]} |")
    print("| --- " * (len(workers) + 2) + "|")

    def row(name, seconds):
        shares = 100 * seconds[-1] / runs[workers[-1]][0]["wall_seconds"]
        print(f"| {name} | {seconds[0]:.2f} | " + " | ".join(f"{seconds[0] / max(s, 1e-9):.1f}" for s in seconds[1:]) +
              f" | {shares:.0f} % |")

    for stage in first["telemetry"]["stage_seconds"]:
        row(stage, [runs[w][0]["telemetry"]["stage_seconds"].get(stage, 0) for w in workers])
    row("all", [runs[w][0]["wall_seconds"] for w in workers])
    for w in workers:
        one, _ = runs[w]
        print(f"\n{w}: CPU {one['cpu_seconds']:.1f} s, " + "; ".join(
            f"pass {i + 1}: {sum(p['batches_grown_by_cpu_and_devices'])} grown, {p['batches_redone']} made again, "
            f"{p['batches_parked']} parked, {p['alignment_cells'] / 1e9:.2f} G cells" for i, p in enumerate(one["passes"])), end="")
    same = all(d == digest for _, d in runs.values())
    print(f"\n\nThe same results: {'yes' if same else 'NO'}.")


if __name__ == "__main__":
    main()
