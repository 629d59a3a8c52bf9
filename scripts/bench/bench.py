#!/usr/bin/env python3
"""Measures reprise-c and prints the tables of README.md beside it.

  scripts/bench/bench.py PROGRAM [quick | library | governance | huge]

"library" measures annotate, compare, extend and the hints alone, with what an earlier run has left; "governance" growth,
scaling and the scenarios alone; "huge" 3 Gb, which needs 40 minutes and 20 GB of disk and is in no other run.

Without ../shared only simulated genomes of our own simulator are measured, for time and bases.
With it (and blastn, Debian's ncbi-blast+) families are scored against the truth, on simulated and
real genomes. Peers are run where these variables name their programs: REPRISE (REPrise),
REPEATSCOUT and BUILD_LMER_TABLE (RepeatScout). Everything lies in build/bench.
"""
import gzip
import os
import pathlib
import shutil
import subprocess
import sys

import bench_governance
import bench_library

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
WORK = ROOT / "build" / "bench"
SEEDS_3MB = (201, 202, 203, 204, 205, 206)
SEEDS_10MB = (301, 302)


class Run:
    """CPU seconds, wall seconds, peak memory (KB) of one command; None where it could not be had."""

    def __init__(self, command, environment=None):
        import time
        begin = time.monotonic()
        child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=dict(os.environ, **(environment or {})))
        _, status, usage = os.wait4(child.pid, 0)
        self.ok = status == 0
        self.wall = time.monotonic() - begin
        self.cpu = usage.ru_utime + usage.ru_stime
        self.kb = usage.ru_maxrss


def tool(name, *arguments):
    out = subprocess.run([sys.executable, SHARED / "eval" / name, *map(str, arguments)], check=True, capture_output=True,
                         text=True).stdout
    return dict(line.split("\t") for line in out.splitlines() if "\t" in line)


def simulated(seed, length, families):
    folder = WORK / f"seed{seed}"
    if not (folder / "truth.bed").exists():
        subprocess.run([sys.executable, SHARED / "eval" / "simulate_genome.py", "--out", folder, "--length", str(length),
                        "--families", str(families), "--seed", str(seed)], check=True)
    return folder / "genome.fa", folder / "families.fa", folder / "truth.bed"


def unpacked(name, file):
    target = WORK / f"{name}.{file.removesuffix('.gz')}"
    if not target.exists():
        source = SHARED / "data" / name / file
        data = gzip.open(source).read() if file.endswith(".gz") else source.read_bytes()
        target.write_bytes(data)
    return target


def score(found, reference, genome=None, held=None):
    arguments = ["--found", found, "--reference", reference]
    if genome is not None:
        arguments += ["--genome", genome, "--held", held]
    return {k: int(v) for k, v in tool("library_quality.py", *arguments).items()}


def find(program, genome, prefix, threads=1):
    return Run([program, "find", "-q", "-t", threads, "-o", prefix, genome])


def row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def header(*cells):
    row(*cells)
    row(*["---"] * len(cells))


def peers(genome, name):
    """(name, Run, library) of each peer that is there."""
    if os.environ.get("REPRISE"):
        out = WORK / f"{name}.REPrise"
        run = Run([os.environ["REPRISE"], "-input", genome, "-output", out, "-dist", "0"], {"OMP_THREAD_LIMIT": "1"})
        yield "REPrise -dist 0", run, pathlib.Path(f"{out}.reprof")
    if os.environ.get("REPEATSCOUT") and os.environ.get("BUILD_LMER_TABLE"):
        table, out = WORK / f"{name}.lmers", WORK / f"{name}.RepeatScout"
        first = Run([os.environ["BUILD_LMER_TABLE"], "-sequence", genome, "-freq", table])
        run = Run([os.environ["REPEATSCOUT"], "-sequence", genome, "-freq", table, "-output", out])
        run.cpu, run.wall, run.kb = run.cpu + first.cpu, run.wall + first.wall, max(run.kb, first.kb)
        yield "RepeatScout", run, out


def families_row(label, run, result, f1="-"):
    row(label, result["reference_families"], result["perfect"], result["good"], result["present_only"], result["missing"],
        result["found_families"], f1, f"{run.cpu:.2f}", f"{run.wall:.2f}", f"{run.kb / 1024:.0f}")


FAMILY_COLUMNS = ("genome, program", "families", "perfect", "good", "present", "missing", "found", "base F1", "CPU s", "wall s", "MB")


def simulated_tables(program):
    print("\n### Simulated genomes (one thread)\n")
    header(*FAMILY_COLUMNS)
    totals = dict.fromkeys(("reference_families", "perfect", "good", "present_only", "missing", "found_families"), 0)
    for seed, length, families in [(s, 3_000_000, 60) for s in SEEDS_3MB] + [(s, 10_000_000, 120) for s in SEEDS_10MB]:
        genome, reference, truth = simulated(seed, length, families)
        prefix = WORK / f"s{seed}"
        run = find(program, genome, prefix)
        result = score(f"{prefix}.families.fa", reference)
        f1 = tool("annotation_quality.py", "--calls", f"{prefix}.copies.bed", "--truth", truth, "--genome", genome)["F1"]
        families_row(f"seed {seed}, {length // 1_000_000} Mb", run, result, f1)
        for key in totals:
            totals[key] += result[key]
        if seed in (SEEDS_3MB[0], SEEDS_3MB[4]):
            for peer, peer_run, library in peers(genome, f"s{seed}"):
                families_row(f"seed {seed}: {peer} ({peer_run.cpu / run.cpu:.0f} x the CPU time)", peer_run, score(library, reference))
    n = totals["reference_families"]
    print(f"\nAll seeds: perfect {100 * totals['perfect'] / n:.1f} %, perfect or good "
          f"{100 * (totals['perfect'] + totals['good']) / n:.1f} %, missing {100 * totals['missing'] / n:.1f} %, "
          f"found families per true family {totals['found_families'] / n:.2f}.")


def real_tables(program):
    print("\n### Real genomes against curated libraries (one thread)\n")
    header(*FAMILY_COLUMNS)
    for name, library, held in (("human_chr4_10mb", "dfam_library.fa.gz", True), ("rice_1mb", "curated_library.fa.gz", True),
                                ("yeast", "ty_library.fa", False)):
        genome, reference = unpacked(name, "genome.fa.gz"), unpacked(name, library)
        with_genome = (genome, WORK / f"{name}.held") if held else ()
        run = find(program, genome, WORK / name)
        families_row(name, run, score(WORK / f"{name}.families.fa", reference, *with_genome))
        if held:
            for peer, peer_run, found in peers(genome, name):
                families_row(f"{name}: {peer} ({peer_run.cpu / run.cpu:.0f} x the CPU time)", peer_run,
                             score(found, reference, *with_genome))
    print("\n### Markov twins: every family would be false\n")
    header("twin of", "families")
    for name in ("rice_1mb", "yeast", "ecoli"):
        twin = WORK / f"{name}.twin.fa"
        if not twin.exists():
            genome = unpacked(name, "genome.fa.gz")
            with open(twin, "w") as handle:
                subprocess.run([sys.executable, SHARED / "eval" / "markov_genome.py", genome], stdout=handle, check=True)
        find(program, twin, WORK / f"{name}.twin")
        row(name, (WORK / f"{name}.twin.families.fa").read_text().count(">"))


def library_tables(program):
    """What becomes of the libraries that simulated_tables and real_tables have left."""
    this = sys.modules[__name__]
    real = [("human_chr4_10mb", "dfam_library.fa.gz"), ("rice_1mb", "curated_library.fa.gz"), ("yeast", "ty_library.fa")]
    seeds = [(f"seed {s}", WORK / f"s{s}", *(WORK / f"seed{s}" / n for n in ("genome.fa", "families.fa", "truth.bed")))
             for s in SEEDS_3MB + SEEDS_10MB]
    bench_library.annotate_tables(this, program)
    cases = [(label, f"{prefix}.families.fa", reference) for label, prefix, _, reference, _ in seeds]
    cases += [(name, WORK / f"{name}.families.fa", unpacked(name, library)) for name, library in real]
    bench_library.compare_table(this, program, cases)
    bench_library.extend_table(this, program, [(label, genome, reference, truth) for label, _, genome, reference, truth in seeds])
    hints = [(label, prefix, reference, None) for label, prefix, _, reference, _ in seeds]
    hints += [(name, WORK / name, unpacked(name, library), None) for name, library in real[:2]]
    hints += [(f"{name}, the curated families", WORK / f"{name}.hints", unpacked(name, library), unpacked(name, "genome.fa.gz"))
              for name, library in real[:2]]
    bench_library.hints_table(this, program, hints)


def kernel_table(program):
    """GCUPS of one core with each instruction set, and of the OpenCL devices."""
    print("\n### Extension kernels (GCUPS, 4000 pairs of 2000 bases; CPU: one core)\n")
    out = subprocess.run([pathlib.Path(program).parent / "bench_kernels"], capture_output=True, text=True, check=True).stdout
    print(out.rstrip(), flush=True)


def elegans_table(program):
    print("\n### C. elegans (100 Mb), two threads\n")
    header("CPU s", "wall s", "CPU used", "MB", "families")
    genome = unpacked("celegans", "genome.fa.gz")
    run = find(program, genome, WORK / "celegans", 2)
    row(f"{run.cpu:.1f}", f"{run.wall:.1f}", f"{100 * run.cpu / run.wall:.0f} %", f"{run.kb / 1024:.0f}",
        (WORK / "celegans.families.fa").read_text().count(">"))


def main():
    program, quick = os.path.abspath(sys.argv[1]), "quick" in sys.argv[2:]
    WORK.mkdir(parents=True, exist_ok=True)
    if "library" in sys.argv[2:]:
        library_tables(program)
        return
    if "governance" in sys.argv[2:]:
        bench_governance.tables(sys.modules[__name__], program, quick, SHARED.is_dir())
        return
    if "huge" in sys.argv[2:]:
        bench_governance.huge_table(sys.modules[__name__], program)
        return
    kernel_table(program)
    bench_governance.tables(sys.modules[__name__], program, quick, SHARED.is_dir())
    if not SHARED.is_dir():
        print("\n../shared is absent: no scores against curated libraries and no real genomes.")
        return
    if shutil.which("blastn") is None:
        print("\nblastn is absent (Debian: ncbi-blast+): families are not scored.")
    else:
        simulated_tables(program)
        real_tables(program)
        library_tables(program)
    if not quick:
        elegans_table(program)


if __name__ == "__main__":
    main()
