#!/usr/bin/env python3
"""replay_schedule.py TRACE.tsv: how the tasks of a run would go on more workers.

TRACE.tsv is what `reprise-c find -t 1 --trace TRACE.tsv` wrote: every task with its duration, on one thread. They are
given to 1 to 64 virtual workers in the order in which the program gives them out:

  - the parts of a parallel loop, to whoever is free;
  - within a tier of seeds: what the producer (one at a time) has looked up is screened, survivors are grown, results are
    committed in the order of the seeds, one at a time, and at most WINDOW results wait for an earlier one;
  - tasks of joins in order, committed in order.

Between loops, tiers and stages everybody waits for the last. What no task explains is serial. The replay knows no
conflicts beyond those of the recorded run (none on one thread), no memory bandwidth and no waiting for locks: it is the
speed-up that the schedule allows. Prints the speed-up of each stage and what limits it at 64 workers.
"""
import heapq
import sys

WORKERS = (1, 2, 4, 8, 16, 32, 64)
WINDOW = 1 << 14


def on_workers(durations, n):
    """Finish times of tasks that are given out in order to whoever is free."""
    free = [0.0] * n
    heapq.heapify(free)
    finished = []
    for duration in durations:
        end = heapq.heappop(free) + duration
        heapq.heappush(free, end)
        finished.append(end)
    return finished


def loop_time(durations, n):
    return max(on_workers(durations, n), default=0)


def ordered_time(tasks, commits, n):
    """Tasks in order, committed in order, each commit after the one before."""
    done = 0
    for end, commit in zip(on_workers(tasks, n), commits):
        done = max(done, end) + commit
    return done


def tier_time(tier, n):
    """Screens, growths and commits of one tier of seeds."""
    produced_at = []  # (first serial that is not there yet, when)
    clock = 0.0
    for upto, duration in tier["produce"]:
        clock += duration
        produced_at.append((upto, clock))
    tasks = sorted([(first, 0, first + size, duration) for first, size, duration in tier["screen"]] +
                   [(serial, 1, serial + 1, duration) for serial, duration in tier["grow"].items()])
    free = [0.0] * n
    heapq.heapify(free)
    finished = {}
    last_screen = 0.0
    at = 0
    committed = 0.0
    order = sorted(tier["grow"])
    next_commit = 0
    for serial, kind, end, duration in tasks:
        while at < len(produced_at) and produced_at[at][0] < end:
            at += 1
        ready = produced_at[at][1] if at < len(produced_at) else clock
        if kind == 1:  # not before it was screened
            ready = max(ready, last_screen)
        start = max(heapq.heappop(free), ready)
        done = start + duration
        heapq.heappush(free, done)
        if kind == 0:
            last_screen = done
        else:
            finished[serial] = done
    for serial in order:
        committed = max(committed, finished[serial]) + tier["commit"].get(serial, 0)
    return max([clock, committed] + free)


def read(path):
    stages, order = {}, []
    with open(path) as handle:
        next(handle)
        for line in handle:
            stage, kind, group, number, start, duration = line.rstrip("\n").split("\t")
            if stage not in stages:
                stages[stage] = []
                order.append(stage)
            stages[stage].append((kind, int(group), int(number), int(start) * 1e-9, int(duration) * 1e-9))
    return stages, order


def cut_tiers(rows):
    tiers, tier = [], None
    for kind, group, number, start, duration in rows:
        if tier is None:
            tier = {"produce": [], "screen": [], "grow": {}, "commit": {}}
        if kind == "produce":
            tier["produce"].append((number, duration))
        elif kind == "screen":
            tier["screen"].append((number, group, duration))
        elif kind == "grow":
            tier["grow"][number] = tier["grow"].get(number, 0) + duration
        elif kind == "commit":
            tier["commit"][number] = duration
        elif kind == "tier":
            tiers.append(tier)
            tier = None
    return tiers + ([tier] if tier else [])


def main():
    stages, order = read(sys.argv[1])
    begins = {s: min(r[3] for r in stages[s]) for s in order}
    ends = {s: max(r[3] + r[4] for r in stages[s]) for s in order}
    totals = dict.fromkeys(WORKERS, 0.0)
    limits = []
    print("| stage | seconds on one | " + " | ".join(f"x on {n}" for n in WORKERS[1:]) + " | longest task | serial |")
    print("| --- " * (len(WORKERS) + 3) + "|")
    for stage in order:
        rows = stages[stage]
        loops, tasks = {}, []
        for kind, group, number, start, duration in rows:
            if kind == "part":
                loops.setdefault(group, []).append(duration)
            elif kind == "task":
                tasks.append(duration)
        ordered = len(tasks) > 0
        if ordered:  # the loops that carry them are no work of their own
            loops = {g: d for g, d in loops.items() if len(d) > 1}
        tiers = cut_tiers([r for r in rows if r[0] in ("produce", "screen", "grow", "commit", "tier")])
        tiers = [t for t in tiers if t["screen"] or t["produce"]]
        times = {n: sum(loop_time(d, n) for d in loops.values()) + sum(tier_time(t, n) for t in tiers) +
                 (ordered_time(tasks, [0] * len(tasks), n) if ordered else 0) for n in WORKERS}
        wall = ends[stage] - begins[stage]
        serial = max(0.0, wall - times[1])
        longest = max([r[4] for r in rows if r[0] in ("part", "grow", "screen", "task") and not (ordered and r[0] == "part")], default=0)
        for n in WORKERS:
            totals[n] += times[n] + serial
        whole = times[1] + serial
        print(f"| {stage} | {whole:.2f} | " + " | ".join(f"{whole / max(times[n] + serial, 1e-9):.1f}" for n in WORKERS[1:]) +
              f" | {longest:.3f} s | {serial:.2f} s |")
        limits.append((times[64] + serial, stage))
    print(f"| all | {totals[1]:.2f} | " + " | ".join(f"{totals[1] / totals[n]:.1f}" for n in WORKERS[1:]) + " | | |")
    limits.sort(reverse=True)
    print("\nAt 64 workers the time goes to: " + ", ".join(f"{s} {100 * t / totals[64]:.0f} %" for t, s in limits[:5]) + ".")


if __name__ == "__main__":
    main()
