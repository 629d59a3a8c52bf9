"""draws.py: how each option of a command is drawn at random.

Options come from the commands' --help, which their tables print. Each has a draw here or stands in EXEMPT with the
reason; check_properties.py holds that. An option belongs to
  method   the results follow from it: the same in all runs of a case
  output   what is written, and how: the same in the runs that are compared; runs that are killed may differ in it
  run      no effect on the results: drawn anew for each run
Values may hold {out} (the run's result folder), {side} (a folder for what is no result), {case} (the case's files)."""
import math
import re
from dataclasses import dataclass

from harness import ROOT, run

COMMANDS = ["find", "annotate", "extend", "index"]

EXEMPT = {
    "help": "prints a text and ends",
    "output": "every run has a folder of its own",
    "part": "no results are written: check_shares.py",
    "until-copies": "no results are written: check_shares.py",
    "from": "a step needs the file of the one before: check_shares.py",
    "gather": "a step needs the files of those before: check_shares.py",
    "no-run-info": "given to every run: what it leaves out differs from run to run",
}


@dataclass
class Given:
    """What draws depend on."""
    bases: int
    command: str
    killed: bool = False  # the run is to be killed and to go on
    eager: float = 1      # factor of the shares: some cases have many options at once


@dataclass
class Draw:
    role: str
    share: float           # of the runs (run) or cases (method, output) that have the option
    value: object = None   # of (rng, given); None: a flag
    needs: object = None   # of given: whether the option may be drawn


def table(command):
    """{option: what its value is called, '' for a flag}, in the order of --help."""
    rows = re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)(?: ([A-Z]+))?(?:\s|$)", run(command, "--help").stdout, re.M)
    return dict(rows)


def log_number(low, high):
    return lambda rng, given: str(round(low * (high / low) ** rng.random()))


def log_seconds(low, high):
    return lambda rng, given: f"{low * (high / low) ** rng.random():.6f}"


def one_of(*values):
    return lambda rng, given: rng.choice(values)


def kmer(rng, given):
    usual = math.ceil(math.log(max(given.bases, 4), 4)) + 2
    return str(min(24, max(10, usual + rng.choice([-1, 0, 1, 1, 2, 3]))))


def budget(rng, given):
    """Around what the run needs; one that is refused is asked for the least and gets that (runs.py)."""
    return str(round((30e6 + given.bases * 1.5 + 100e6 * rng.random()) * rng.uniform(0.5, 2.5)))


def place(ending):
    return lambda rng, given: "{out}/" + f"named.{ending}" + rng.choice(["", "", ".gz"])


def device(rng, given):
    return rng.choice(["opencl:0", "all", "opencl:0,1"])


def simd(rng, given):
    return rng.choice(["auto", "avx2", "avx512"] + ["scalar"] * (given.bases <= 1e6))


def is_small(given):
    return given.bases <= 1.5e6


def undisturbed(given):
    return not given.killed


FILES = ["families", "other", "candidates", "seed-alignments", "bed", "other-bed", "candidates-bed", "gff3", "classes",
         "tandem", "satellites", "satellite-arrays", "masked", "summary", "counts", "out", "tbl", "divsum", "paf"]
ON_REQUEST = ["split-ltr", "subfamilies", "repeatmasker", "repeatmasker-align", "alignments", "gtf", "browser", "reprise-files", "multiqc", "report"]

DRAWS = {
    **{name: Draw("output", 0.12, place(name)) for name in FILES},
    **{f"no-{name}": Draw("output", 0.06) for name in FILES},
    **{name: Draw("output", 0.35) for name in ON_REQUEST},
    "copies-fasta": Draw("output", 0.2, place("copies-fasta")),
    "trf-dat": Draw("output", 0.2, place("trf-dat")),
    "sample": Draw("output", 0.2, one_of("s", "a sample", "x/y")),
    "overwrite": Draw("output", 0.1),
    "hard-mask": Draw("output", 0.2),
    "mask-tandem": Draw("output", 0.2),
    "name-prefix": Draw("output", 0.15, one_of("g1_", "Tc.")),
    "protect": Draw("output", 0.15, lambda rng, given: "{case}/features.bed"),

    "genes": Draw("method", 0.15, lambda rng, given: "{case}/features.bed"),
    "known": Draw("method", 0.2, lambda rng, given: "{case}/known.fa"),
    "classify-with": Draw("method", 0.15, lambda rng, given: "{case}/known.fa"),
    "flank": Draw("method", 0.2, log_number(1, 5000)),
    "mutation-rate": Draw("method", 0.3, one_of("1.3e-8", "2.2e-9")),
    "class-names": Draw("method", 0.25, one_of("wicker", "so", "dfam")),
    "domains": Draw("method", 0.05, lambda rng, given: str(ROOT / "data" / "domains.hmm")),
    "no-domains": Draw("method", 0.3),
    "keep-other": Draw("method", 0.2),
    "keep-candidates": Draw("method", 0.2),
    "no-decoy": Draw("method", 0.15),
    "respect-mask": Draw("method", 0.2),
    "kmer": Draw("method", 0.25, kmer),
    "min-seed-frequency": Draw("method", 0.15, log_number(3, 12)),
    "max-seed-frequency": Draw("method", 0.15, log_number(12, 30000)),
    "min-copies": Draw("method", 0.15, log_number(2, 12)),
    "minfreq": Draw("method", 0.08, log_number(2, 12)),
    "max-candidates": Draw("method", 0.1, log_number(1000, 1e7)),
    "intra-contig": Draw("method", 0.15),
    "minlength": Draw("method", 0.15, log_number(60, 2000)),
    "maxextend": Draw("method", 0.15, log_number(100, 20000)),
    "tandemdist": Draw("method", 0.15, log_number(1, 100000)),
    "pairs": Draw("method", 0.15, lambda rng, given: "{out}/pairs.tsv", is_small),  # a run goes on with it or without it
    "fast": Draw("method", 0.3),
    "search-space": Draw("method", 0.3, log_number(1000, 1e11)),
    "hints": Draw("method", 0.5),
    "rounds": Draw("method", 0.5, log_number(1, 10)),

    "threads": Draw("run", 0.9, lambda rng, given: str(rng.randint(1, 8))),
    "pa": Draw("run", 0.08, lambda rng, given: str(rng.randint(1, 8))),
    "max-memory": Draw("run", 0.3, budget),
    "io-depth": Draw("run", 0.2, log_number(1, 64)),
    "quiet": Draw("run", 0.85),
    "storage": Draw("run", 0.2, one_of("auto", "nvme", "ssd", "hdd")),
    "queue-bytes": Draw("run", 0.2, log_number(1, 1e8)),
    "progress-interval": Draw("run", 0.2, log_seconds(0.01, 10)),
    "prometheus": Draw("run", 0.15, lambda rng, given: "{side}/figures.prom"),
    "log": Draw("run", 0.15, lambda rng, given: "{side}/run.log"),
    "trace": Draw("run", 0.15, lambda rng, given: "{side}/trace.tsv"),
    "simd": Draw("run", 0.3, simd),
    "device": Draw("run", 0.08, device, is_small),
    "extension-length": Draw("run", 0.3, log_number(1, 100000)),
    "channel-capacity": Draw("run", 0.6, log_number(1, 1e6)),
    "backpressure": Draw("run", 0.3, lambda rng, given: f"{rng.uniform(0.01, 1):.3f}"),
    "checkpoint-interval": Draw("run", 0.5, log_seconds(0.00001, 3)),
    "checkpoint-dir": Draw("run", 0.2, lambda rng, given: "{side}/states"),  # one folder for all runs of a case
    "no-checkpoint": Draw("run", 0.2, None, undisturbed),
    "restart": Draw("run", 0.05),
    "index": Draw("run", 0.2, lambda rng, given: "{case}/index.rpidx"),
}

# What the program refuses together: the second is dropped.
AGAINST = [("threads", "pa"), ("no-domains", "domains"), ("min-copies", "minfreq"), ("no-checkpoint", "restart"), ("no-checkpoint", "checkpoint-dir"),
           *((name, f"no-{name}") for name in FILES)]


def own_draws(command):
    """Where an option of this name is another thing in one command."""
    if command == "find":
        return DRAWS
    return {**DRAWS, "min-copies": Draw("method", 0.3, log_number(1, 12))}


def draw(rng, command, roles, given):
    """{option: value, None for a flag}: those of the roles that come up."""
    drawn = {}
    for name, what in table(command).items():
        if name in EXEMPT:
            continue
        row = own_draws(command)[name]
        comes_up, value = rng.random() < row.share * given.eager, row.value(rng, given) if row.value else None
        if row.role in roles and comes_up and (row.needs is None or row.needs(given)):
            drawn[name] = value
    for first, second in AGAINST:
        if first in drawn and second in drawn:
            del drawn[second]
    named = [name for name in FILES if name in drawn]
    if named and rng.random() < 0.15:
        drawn[rng.choice(named)] = "-"
    return drawn


def arguments(drawn, places):
    """As words of a command line; places: {name: path}."""
    words = []
    for name, value in drawn.items():
        words.append(f"--{name}")
        if value is not None:
            for place, path in places.items():
                value = value.replace("{%s}" % place, str(path))
            words.append(value)
    return words


def faults():
    """What is wrong with the lists above, in words."""
    wrong, known = [], set()
    for command in COMMANDS:
        rows = table(command)
        known |= set(rows)
        for name, value in rows.items():
            row = own_draws(command).get(name)
            if row is None and name not in EXEMPT:
                wrong.append(f"{command} --{name} has no draw in tests/properties/draws.py, and no reason for that")
            elif row is not None and name in EXEMPT:
                wrong.append(f"--{name} has a draw and is exempt")
            elif row is not None and (row.value is None) != (value == ""):
                wrong.append(f"{command} --{name}: the draw and --help differ on whether it takes a value")
    return wrong + [f"--{name} is no option any more" for name in [*DRAWS, *EXEMPT] if name not in known]
