#!/usr/bin/env python3
"""soak.py PROGRAM: random genomes, options, threads, budgets, delays, devices, kills and resumes for hours.

The result files are those of one thread that nobody disturbed, byte for byte. Runs cases until the time is used and
ends with a summary; exit 1 when one failed. A failing case is kept (its command lines, the files that differ) and runs
again alone with --seed N --case NAME; --leave has its folder stay, genome and all. Half of the CPU time goes to genomes
of 20 to 100 Mb."""
import argparse
import collections
import os
import pathlib
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time

from harness import PROGRAM
from properties import case, genomes
from properties.runs import Meter

SHARES = {"small": 0.1, "middle": 0.4, "large": 0.5}
FIRST_GUESS_CPU_S = {"small": 20, "middle": 120, "large": 700}
DISK_BYTES_A_BASE = 16  # genome, forms, results, index, what is spilled


class Soak:
    def __init__(self, seed, meter, keep, leave=False, say=print):
        self.seed, self.meter, self.keep, self.leave, self.say = seed, meter, pathlib.Path(keep), leave, say
        self.by_kind = collections.defaultdict(collections.Counter)
        self.used_cpu_s = collections.Counter()
        self.costs = dict(FIRST_GUESS_CPU_S)
        self.numbers = collections.Counter()
        self.failed = []
        self.over_budget = []

    def run_case(self, name):
        """Runs one case; returns its faults."""
        planned = case.plan(self.seed, name)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="reprise-soak-"))
        before, runs_before, begun = self.meter.cpu_s, self.meter.runs, time.monotonic()
        try:
            if shutil.disk_usage(folder).free < planned.size * DISK_BYTES_A_BASE:
                raise OSError(f"{folder}: too little room for {planned.size} bases")
            made = case.Case(planned, folder, self.meter, self.say)
            made.run()
            cpu_s = self.meter.cpu_s - before
            self.count(made, cpu_s, self.meter.runs - runs_before)
            figures = made.figures
            self.say(f"{name}: {figures['kind']}, {figures['bases']} bases in {figures['contigs']} contigs, "
                     f"{made.n_families} families, {self.meter.runs - runs_before} runs, {cpu_s:.1f} CPU s, "
                     f"{time.monotonic() - begun:.1f} s: {'FAILED' if made.faults else 'the same bytes'}")
            if made.faults:
                self.keep_case(made)
            return made.faults
        finally:
            if self.leave:
                self.say(f"{name}: its files are in {folder}")
            else:
                shutil.rmtree(folder, ignore_errors=True)

    def count(self, made, cpu_s, runs):
        tally = self.by_kind[made.figures["kind"]]
        tally.update(cases=1, runs=runs, bases=made.figures["bases"], cpu_s=cpu_s, failed=bool(made.faults),
                     cut=made.n_cut, families=made.n_families)
        of = made.plan.name.split("-")[0]
        self.used_cpu_s[of] += cpu_s
        self.costs[of] = 0.5 * self.costs[of] + 0.5 * cpu_s
        self.over_budget += made.over_budget

    def keep_case(self, made):
        name = f"{self.seed}-{made.plan.name}"
        folder = self.keep / name
        folder.mkdir(parents=True, exist_ok=True)
        again = f"python3 tests/soak.py {PROGRAM} --seed {self.seed} --case {made.plan.name}"
        told = [f"again: {again}", f"genome: {made.figures}", "", str(made.plan), "", *made.faults, "",
                *made.runner.lines, ""]
        (folder / "case.txt").write_text("\n".join(told))
        for file, content in made.kept.items():
            (folder / file.replace("/", "_")).write_bytes(content)
        self.failed.append((made.plan.name, str(folder), made.faults[0]))
        self.say(f"{made.plan.name}: kept in {folder}; again with: {again}")

    def choose(self, classes):
        """The class furthest behind its share of the CPU time, of those that the rest is enough for; None: the end."""
        left = self.meter.most_cpu_s - self.meter.cpu_s
        fitting = [c for c in classes if self.costs[c] <= left]
        return max(fitting, key=lambda c: SHARES[c] * max(self.meter.cpu_s, 1) - self.used_cpu_s[c], default=None)

    def run(self, classes, only=""):
        while not self.meter.is_over() and (of := self.choose(classes)) is not None:
            self.numbers[of] += 1
            name = f"{of}-{self.numbers[of]}"
            if re.search(only, str(case.plan(self.seed, name))):
                self.run_case(name)

    def summary(self):
        lines = [f"{'kind':15} cases  runs failed   Mb bases families      CPU s"]
        total = collections.Counter()
        for kind, tally in sorted(self.by_kind.items()):
            total.update(tally)
            lines.append(self.row(kind, tally))
        lines.append(self.row("all", total))
        lines.append("CPU s by size: " + ", ".join(f"{c} {self.used_cpu_s[c]:.0f}" for c in SHARES))
        lines.append("kills: " + (", ".join(f"{n} {name}" for name, n in sorted(self.meter.kills.items())) or "none") +
                     f"; runs that went on from a checkpoint: {self.meter.resumes}")
        if total["cut"]:
            lines.append(f"left out when the time was over: {total['cut']} parts of cases")
        if self.over_budget:
            lines.append(f"peak memory above --max-memory: {len(self.over_budget)} runs, "
                         f"at most {max(self.over_budget):.2f} times as much")
        if not genomes.is_here("real"):
            lines.append("../shared is not there: its kinds of genome were drawn from the own simulator")
        lines += [f"FAILED {name}: {folder}: {fault[:300]}" for name, folder, fault in self.failed]
        return lines + [f"seed {self.seed}: {total['cases']} cases, {len(self.failed)} failed"]

    @staticmethod
    def row(kind, tally):
        return (f"{kind:15} {tally['cases']:5} {tally['runs']:5} {tally['failed']:6} {tally['bases'] / 1e6:10.1f} "
                f"{tally['families']:8} {tally['cpu_s']:10.1f}")


def stop(number, frame):
    raise SystemExit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--case", default=None)
    parser.add_argument("--cpu-seconds", type=float, default=None)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--classes", default=",".join(SHARES))
    parser.add_argument("--only", default="", metavar="PATTERN", help="cases whose plan has it: a kind, an option")
    parser.add_argument("--keep", default=os.path.join(os.path.dirname(PROGRAM), "soak"))
    parser.add_argument("--leave", action="store_true")
    options = parser.parse_args()
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"seed {seed}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    meter = Meter()
    if options.case is None:
        if options.cpu_seconds is None and options.seconds is None:
            options.cpu_seconds = 3600
        meter.most_cpu_s = options.cpu_seconds or float("inf")
        meter.until = time.monotonic() + (options.seconds or float("inf"))
    soak = Soak(seed, meter, options.keep, options.leave, lambda line: print(line, flush=True))
    try:
        if options.case is None:
            soak.run(options.classes.split(","), options.only)
        else:
            soak.run_case(options.case)
    finally:
        print("\n".join(soak.summary()), flush=True)
    return 1 if soak.failed else 0


if __name__ == "__main__":
    sys.exit(main())
