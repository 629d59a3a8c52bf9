"""The tables of bench.py about time, memory and schedules: growth, scaling, the five scenarios, what watching costs."""
import gzip
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def simulated(bench, program, name, *options):
    prefix = bench.WORK / name
    if not pathlib.Path(f"{prefix}.fa").exists():
        subprocess.run([program, "simulate", "-o", prefix, *map(str, options)], check=True)
    return pathlib.Path(f"{prefix}.fa")


def sizes(run):
    return [f"{run.cpu:.1f}", f"{run.wall:.1f}", f"{100 * run.cpu / run.wall:.0f} %", f"{run.kb / 1024:.0f}"]


def growth_table(bench, program, quick):
    print("\n### Growth with the genome (own simulator: 40 % repeats, gene families, duplications; two threads)\n")
    bench.header("genome", "CPU s", "wall s", "CPU used", "MB", "CPU us a base", "bytes a base")
    for megabases in (5, 10, 25) if quick else (25, 50, 100, 200, 400):
        genome = simulated(bench, program, f"grow{megabases}", "-l", f"{megabases}M", "-f", 30 + 5 * megabases // 3, "-c", 20,
                           "--repeat-share", 0.4, "-s", megabases)
        run = bench.find(program, genome, f"{bench.WORK}/grow", 2)
        bases = megabases * 1e6
        bench.row(f"{megabases} Mb", *sizes(run), f"{1e6 * run.cpu / bases:.2f}", f"{1024 * run.kb / bases:.1f}")


def scaling_tables(bench, program, genome, name):
    print(f"\n### Scaling ({name}): measured, and replayed on virtual workers\n")
    bench.header("threads", "CPU s", "wall s", "CPU used", "speed-up")
    first = None
    for threads in (1, 2):
        run = bench.Run([program, "find", "-q", "-t", threads, "-o", f"{bench.WORK}/scale", genome])
        first = first or run
        bench.row(threads, f"{run.cpu:.1f}", f"{run.wall:.1f}", f"{100 * run.cpu / run.wall:.0f} %", f"{first.wall / run.wall:.2f}")
    print()
    virtual = pathlib.Path(program).parent / "virtual_cores"
    print(subprocess.run([sys.executable, HERE / "replay_schedule.py", virtual, genome], capture_output=True, text=True,
                         check=True).stdout)


def cpu_bound(bench, program):
    print("\n### Scenario: CPU-bound (many small inputs)\n")
    bench.header("input", "threads", "CPU s", "wall s", "CPU used", "MB")
    folder = bench.WORK / "small"
    folder.mkdir(exist_ok=True)
    for i in range(300):
        if not (folder / f"g{i}.fa").exists():
            subprocess.run([program, "simulate", "-o", folder / f"g{i}", "-l", "50000", "-f", "3", "-c", "1", "-s", str(i)], check=True)
            text = (folder / f"g{i}.fa").read_text()
            (folder / f"g{i}.fa").write_text(text.replace(">chr1", f">g{i}"))
    inputs = sorted(p for p in folder.glob("g*.fa") if ".truth" not in p.name)
    for threads in (1, 2):
        run = bench.Run([program, "find", "-q", "-t", threads, "-o", f"{bench.WORK}/many", *inputs])
        bench.row("300 files of 50 kb in one run", threads, *sizes(run))
    begin, cpu, kb = time.monotonic(), 0.0, 0
    for path in inputs:
        run = bench.find(program, path, f"{bench.WORK}/many", 2)
        cpu, kb = cpu + run.cpu, max(kb, run.kb)
    wall = time.monotonic() - begin
    bench.row("300 runs of one file of 50 kb", 2, f"{cpu:.1f}", f"{wall:.1f}", f"{100 * cpu / wall:.0f} %", f"{kb / 1024:.0f}")


def io_bound(bench, program, genome):
    print("\n### Scenario: I/O-bound (reading and indexing alone; depth and form of the input varied)\n")
    bench.header("input", "--io-depth", "threads", "reading, wall s", "waits for I/O tokens, s")
    parts = bench.WORK / "parts"
    parts.mkdir(exist_ok=True)
    if not list(parts.glob("p*.fa")):
        handle = None
        for line in open(genome):
            if line.startswith(">"):
                handle = open(parts / f"p{line[1:].split()[0]}.fa", "w")
            handle.write(line)
        handle.close()
    packed = bench.WORK / "whole.fa.gz"
    if not packed.exists():
        with open(genome, "rb") as source, gzip.open(packed, "wb", 6) as target:
            shutil.copyfileobj(source, target)
    cases = [("plain", [genome], d) for d in (1, 4, 24)] + [("20 plain files", sorted(parts.glob("p*.fa")), d) for d in (1, 4, 24)]
    cases += [("gzip", [packed], 4)]
    for label, inputs, depth in cases:
        for threads in (1, 2):
            run = subprocess.run([program, "index", "-t", str(threads), "--io-depth", str(depth), "-o", f"{bench.WORK}/io.rpidx", *inputs],
                                 capture_output=True, text=True, check=True)
            reading = re.search(r"^  reading +([0-9.]+) s", run.stderr, re.M)
            waits = re.search(r"^  io_token_wait +\d+ +([0-9.]+) (us|ms|s)", run.stderr, re.M)
            scale = {"us": 1e-6, "ms": 1e-3, "s": 1}
            bench.row(label, depth, threads, reading.group(1) if reading else "-",
                      f"{float(waits.group(1)) * scale[waits.group(2)]:.2f}" if waits else "0")


def mixed(bench, program, genome):
    print("\n### Scenario: mixed (one large file and 300 small ones in one run, in two orders)\n")
    bench.header("order", "CPU s", "wall s", "CPU used", "MB", "families")
    small = sorted(p for p in (bench.WORK / "small").glob("g*.fa") if ".truth" not in p.name)
    for label, inputs in (("large first", [genome, *small]), ("large last", [*small, genome])):
        run = bench.Run([program, "find", "-q", "-t", 2, "-o", f"{bench.WORK}/mixed", *inputs])
        bench.row(label, *sizes(run), (bench.WORK / "mixed.families.fa").read_text().count(">"))


class Memory(threading.Thread):
    """The most anonymous and file-backed resident memory of a process, sampled."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.most, self.ended = pid, {}, False

    def run(self):
        while not self.ended:
            try:
                for line in open(f"/proc/{self.pid}/status"):
                    key, _, value = line.partition(":")
                    if key in ("VmRSS", "RssAnon", "RssFile"):
                        self.most[key] = max(self.most.get(key, 0), int(value.split()[0]) / 1024)
            except (OSError, ValueError):
                return
            time.sleep(0.02)


def memory_stress(bench, program, genome, first_mb):
    print("\n### Scenario: memory stress (the budget halved until it is refused; two threads)\n")
    bench.header("--max-memory, MB", "wall s", "peak resident MB", "of it anonymous", "same bytes")
    expected, budget = None, first_mb
    while True:
        child = subprocess.Popen([program, "find", "-q", "--no-run-info", "-t", "2", "--max-memory", str(budget << 20), "-o",
                                  f"{bench.WORK}/stress", genome], stderr=subprocess.PIPE, text=True)
        begin, watch = time.monotonic(), Memory(child.pid)
        watch.start()
        message = child.communicate()[1]
        watch.ended = True
        if child.returncode != 0:
            bench.row(budget, "refused: " + message.split(": ", 2)[2].strip(), "", "", "")
            return
        wall = time.monotonic() - begin
        outcome = (bench.WORK / "stress.copies.bed").read_bytes() + (bench.WORK / "stress.families.fa").read_bytes()
        expected = expected or outcome
        bench.row(budget, f"{wall:.1f}", f"{watch.most['VmRSS']:.0f}", f"{watch.most['RssAnon']:.0f}", "yes" if outcome == expected else "NO")
        budget //= 2


def cancellation(bench, program, genome):
    print("\n### Scenario: cancellation (INT in each stage; two threads)\n")
    bench.header("stage at the signal", "drained in, s", "ended by", "result files left")
    full = subprocess.run([program, "find", "-t", "2", "-o", f"{bench.WORK}/cancel", genome], capture_output=True, text=True, check=True).stderr
    stages = [(m.group(1).strip(), float(m.group(2))) for m in re.finditer(r"^  ([a-z ]+?) +([0-9.]+) s +[0-9.]+ %$", full, re.M)]
    at = 0.0
    for name, seconds in stages:
        for left in bench.WORK.glob("cancel.*.*"):
            left.unlink()
        shutil.rmtree(f"{bench.WORK}/cancel.reprise", ignore_errors=True)
        child = subprocess.Popen([program, "find", "-q", "-t", "2", "-o", f"{bench.WORK}/cancel", genome], stderr=subprocess.DEVNULL,
                                 preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        time.sleep(at + seconds / 2)
        at += seconds
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        begin = time.monotonic()
        status = child.wait()
        bench.row(name, f"{time.monotonic() - begin:.2f}", f"signal {-status}" if status < 0 else f"exit {status}",
                  len(list(bench.WORK.glob("cancel.*.*"))))


def watching(bench, program, genome):
    print("\n### What watching costs\n")
    bench.header("run", "CPU s, best of 2")
    times = {}
    for label, options in (("-q", ["-q"]), ("progress and Prometheus every 0.1 s", ["--progress-interval", "0.1", "--prometheus", f"{bench.WORK}/p.prom"])):
        times[label] = min(bench.Run([program, "find", *options, "-t", 1, "-o", f"{bench.WORK}/watch", genome]).cpu for _ in range(2))
        bench.row(label, f"{times[label]:.2f}")
    values = list(times.values())
    print(f"\nRatio: {values[1] / values[0]:.3f}.")


def tables(bench, program, quick, shared):
    growth_table(bench, program, quick)
    genome = simulated(bench, program, "grow25", "-l", "25M", "-f", 71, "-c", 20, "--repeat-share", 0.4, "-s", 25)
    cpu_bound(bench, program)
    io_bound(bench, program, simulated(bench, program, "grow100", "-l", "100M", "-f", 196, "-c", 20, "--repeat-share", 0.4, "-s", 100))
    mixed(bench, program, genome)
    memory_stress(bench, program, simulated(bench, program, "grow100", "-l", "100M", "-f", 196, "-c", 20, "--repeat-share", 0.4, "-s", 100), 1312)
    cancellation(bench, program, genome)
    watching(bench, program, genome)
    if shared:
        scaling_tables(bench, program, bench.unpacked("celegans", "genome.fa.gz"), "C. elegans")
    else:
        scaling_tables(bench, program, genome, "25 Mb, simulated")


def huge_table(bench, program):
    """3 Gb: `make bench BENCH=huge`."""
    print("\n### 3 Gb (own simulator, 40 % repeats; two threads)\n")
    bench.header("--max-memory", "CPU s", "wall s", "CPU used", "peak resident MB", "same bytes")
    genome = simulated(bench, program, "huge", "-l", "3G", "-f", 2000, "-c", 30, "--repeat-share", 0.4, "-s", 3)
    expected = None
    for budget in ("14G", "7G"):
        run = bench.Run([program, "find", "-q", "--no-run-info", "-t", 2, "--max-memory", budget, "-o", f"{bench.WORK}/huge.found", genome])
        outcome = subprocess.run(["sha256sum", f"{bench.WORK}/huge.found.copies.bed", f"{bench.WORK}/huge.found.families.fa"],
                                 capture_output=True, text=True, check=True).stdout
        expected = expected or outcome
        bench.row(budget, *sizes(run), "yes" if outcome == expected else "NO")
