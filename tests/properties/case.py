"""case.py: one case: a random genome, random options, one run of one thread that nobody disturbs, and runs of all other
kinds, which must write the same bytes. All of a case follows from the seed and the case's name."""
import contextlib
import functools
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass, field

from harness import MEMORY, PROGRAM, ROOT
from properties import draws, genomes
from properties.runs import SANITIZED, Failure, Kill, OutOfTime, Runner, least_of

SIZES = {"small": (0.2e6, 2e6), "middle": (1e6, 20e6), "large": (20e6, 100e6)}
VARIANTS = {"small": (3, 6), "middle": (2, 4), "large": (2, 3)}
SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1]
DELAYS = pathlib.Path(PROGRAM).parent / "delays.so"
KEPT_BYTES = 4 << 20  # of one file of a failing case


@dataclass
class Leg:
    """A run of a variant: the last comes to its end, those before are killed."""
    options: dict                    # what has no effect on the results
    output: dict = None              # what is written, where it is another than the case's
    share: float = None              # of the reference's CPU time, when it is killed
    number: int = 0
    again: tuple = None


@dataclass
class Variant:
    form: str
    legs: list
    delays: tuple = None             # (seed, one in, most microseconds, share of the reference's time)


@dataclass
class Plan:
    seed: int
    name: str
    kind: str
    size: int
    method: dict
    output: dict
    known: str                       # library for --classify-with
    variants: list = field(default_factory=list)
    tools: list = field(default_factory=list)  # (command, options that count, [options of a run])


def keep_in_one_folder(runs):
    """Runs that go on from each other look for the state where the last does: else it lies in the other's folder still."""
    folder = runs[-1].get("checkpoint-dir")
    for options in runs:
        options.pop("checkpoint-dir", None)
        if folder is not None and "no-checkpoint" not in options:
            options["checkpoint-dir"] = folder


def draw_variant(rng, given):
    killed = rng.random() < 0.5
    given = draws.Given(given.bases, "find", killed)
    legs = []
    for _ in range(rng.choice([1, 1, 2, 3, 5]) if killed else 0):
        options = draws.draw(rng, "find", ["run"], given)
        if rng.random() < 0.7:
            options.setdefault("checkpoint-interval", f"{rng.choice([0.00001, 0.01, 0.1, 1])}")
        again = (rng.uniform(0, 0.05), rng.choice(SIGNALS)) if rng.random() < 0.1 else None
        output = draws.draw(rng, "find", ["output"], given) if rng.random() < 0.3 else None
        legs.append(Leg(options, output, rng.uniform(0, 0.5 if legs else 1), rng.choice(SIGNALS), again))
    legs.append(Leg(draws.draw(rng, "find", ["run"], given)))
    keep_in_one_folder([leg.options for leg in legs])
    delays = rng.randrange(1 << 30), rng.choice([10, 100, 1000]), rng.choice([100, 2000, 50000]), rng.uniform(0.1, 1)
    return Variant(rng.choice(genomes.FORMS), legs, delays if rng.random() < 0.4 else None)


def plan(seed, name):
    rng = random.Random(f"{seed}:{name}")
    of = name.split("-")[0]
    low, high = SIZES[of]
    size = round(genomes.log_uniform(rng, low, high) * (0.1 if SANITIZED else 1))
    kinds = genomes.kinds_of_size(size)
    kind = rng.choices(kinds, [genomes.KINDS[k][1] for k in kinds])[0]
    given = draws.Given(size, "find", eager=rng.choice([0.5, 1, 1, 3]))
    method, output = draws.draw(rng, "find", ["method"], given), draws.draw(rng, "find", ["output"], given)
    made = Plan(seed, name, kind, size, method, output, rng.choice([None, *genomes.LIBRARIES]))
    made.variants = [draw_variant(rng, given) for _ in range(rng.randint(*VARIANTS[of]))]
    for command, share in (("annotate", 0.4), ("extend", 0.2 if size < 5e6 else 0)):
        if rng.random() < share:
            drawn = {k: v for k, v in draws.draw(rng, command, ["method", "output"], given).items() if v != "-"}
            made.tools.append((command, drawn, [draws.draw(rng, command, ["run"], given) for _ in range(2)]))
    return made


@functools.lru_cache(maxsize=None)
def has_simd(name):
    return subprocess.run([PROGRAM, "find", "--simd", name, "/nonexistent/x"], capture_output=True).returncode != 2


@functools.lru_cache(maxsize=None)
def has_devices():
    told = subprocess.run([PROGRAM, "devices", "--json"], capture_output=True, text=True, check=True).stdout
    return bool(json.loads(told)["devices"])


def usable(options):
    """Without what this machine has not."""
    options = dict(options)
    if not has_simd(options.get("simd") or "auto"):
        del options["simd"]
    if SANITIZED or not has_devices():  # a driver's compiler takes minutes there
        options.pop("device", None)
    return options


def in_child(meter, function, *arguments):
    """function(*arguments) in a process of its own, which gives its memory back; what it returns goes by JSON."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            os.close(reader)
            with open(writer, "w") as to:
                json.dump(function(*arguments), to)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    with contextlib.suppress(OSError):
        os.setpgid(pid, pid)
    os.close(writer)
    try:
        with open(reader) as come:
            text = come.read()
    except BaseException:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        raise
    finally:
        _, status, usage = os.wait4(pid, 0)
        meter.cpu_s += usage.ru_utime + usage.ru_stime
    if status != 0:
        raise RuntimeError(f"{function.__name__}{arguments} failed")
    return json.loads(text)


def digests(folder):
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with open(path, "rb") as handle:
            found[str(path.relative_to(folder))] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found


def first_difference(one, other):
    with open(one, "rb") as a, open(other, "rb") as b:
        for number, (left, right) in enumerate(zip(a, b), 1):
            if left != right:
                return f"line {number}: {left[:100]!r} and {right[:100]!r}"
    return "one is longer"


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


class Case:
    """A plan under way in a folder of its own, which the caller removes."""

    def __init__(self, planned, folder, meter, say=lambda line: None):
        self.plan, self.folder, self.say, self.meter = planned, folder, say, meter
        for name in ("tmp", "side", "form"):
            (folder / name).mkdir()
        self.runner = Runner(meter, folder, {"TMPDIR": str(folder / "tmp"), "POCL_CACHE_DIR": str(folder / "pocl"),
                                             "POCL_DEVICES": "pthread basic"})
        self.genome, self.reference = folder / "genome.fa", folder / "ref"
        self.faults = []      # in words
        self.kept = {}        # name: path of a file to keep
        self.over_budget = []  # peak memory by --max-memory, where it is above
        self.figures, self.reference_cpu_s, self.n_families, self.n_cut = {}, 0.0, 0, 0

    # --- Command lines ---

    def words(self, command, out, options, operands):
        fixed = ["--no-run-info"] if command in ("find", "annotate") else []
        name = out / ("x" if command in ("find", "annotate") else "x.out")
        places = {"out": out, "side": self.folder / "side", "case": self.folder}
        return [command, *fixed, "-o", name, *draws.arguments(options, places), *operands]

    def most_cpu_s(self):
        """What no run of this genome may reach."""
        slow = 20 if SANITIZED else 1
        if self.reference_cpu_s == 0:
            return slow * (120 + 60e-6 * self.figures["bases"])
        return slow * 60 + 40 * self.reference_cpu_s

    def execute(self, command, out, options, operands, given=None, extra=None, kill=None):
        """One run; a budget that is refused is replaced by the least that the refusal names; a run that is ended since it
        takes more than its budget goes on with half as much again as it took."""
        options = usable(options)
        for _ in range(5):
            done = self.runner.run(self.words(command, out, options, operands), self.most_cpu_s(), given, extra, kill)
            least = least_of(done.told) if done.status == MEMORY and "max-memory" in options else None
            if least is None or least <= int(options["max-memory"]):
                break
            options["max-memory"] = str(least)
        if "max-memory" in options and done.status == 0 and not SANITIZED:
            self.over_budget += [over for over in [done.rss_bytes / int(options["max-memory"])] if over > 1]
        return done

    def must_end_well(self, done):
        if done.status != 0:
            raise Failure(f"exit {done.status}: {done.told[-500:].strip()}: {self.runner.lines[-1]}")

    # --- The parts of a case ---

    def make_genome(self):
        planned = self.plan
        scratch = fresh(self.folder / "made")
        seed = f"{planned.seed}:{planned.name}:genome"
        self.figures = in_child(self.meter, genomes.make, seed, planned.kind, planned.size, scratch)
        (scratch / "genome.fa").rename(self.genome)
        shutil.rmtree(scratch)
        known = genomes.DATA / (planned.known or "none")
        known = known if known.exists() else ROOT / "data" / "demo.truth.fa"
        in_child(self.meter, genomes.unpack, known, self.folder / "known.fa")
        in_child(self.meter, genomes.features, f"{seed}:features", self.genome, self.folder / "features.bed")

    def take_result(self, out):
        """Standard output is a result as well."""
        shutil.copyfile(self.folder / "stdout", out / "stdout")
        return digests(out)

    def run_reference(self):
        out = fresh(self.reference)
        options = {"quiet": None, "threads": "1", **self.plan.method, **self.plan.output}
        done = self.execute("find", out, options, [self.genome])
        self.must_end_well(done)
        self.reference_cpu_s = done.cpu_s
        self.expected = self.take_result(out)
        self.n_families = self.library().read_bytes().count(b">") if self.library() else 0

    def library(self):
        """The families that the reference found; None: not written, or compressed."""
        paths = (self.reference / name for name in ("x.families.fa", "named.families"))
        return next((path for path in paths if path.exists()), None)

    def make_index(self):
        """Two builds of the index, the second with other threads and budget: one file."""
        path = self.folder / "index.rpidx"
        if path.exists():
            return
        method = {k: v for k, v in self.plan.method.items() if k in draws.table("index")}
        rng = random.Random(f"{self.plan.seed}:{self.plan.name}:index")
        other = draws.draw(rng, "index", ["run"], draws.Given(self.figures["bases"], "index"))
        for options, place in (({"threads": "1"}, fresh(self.folder / "one")), (other, fresh(self.folder / "two"))):
            self.must_end_well(self.execute("index", place, {**method, **options}, [self.genome]))
        if digests(self.folder / "one") != digests(self.folder / "two"):
            raise Failure(f"other bytes of the index: {self.runner.lines[-1]}")
        (self.folder / "one" / "x.out").rename(path)
        shutil.rmtree(self.folder / "two")

    def operands_of(self, variant):
        """(operands, file for standard input)."""
        if variant.form == "as it is":
            return [self.genome], None
        seed = f"{self.plan.seed}:{self.plan.name}:form"
        files = in_child(self.meter, genomes.give, seed, variant.form, self.genome, fresh(self.folder / "form"))
        return (["-"], files[0]) if variant.form.startswith("stdin") else (files, None)

    def delays_of(self, variant):
        if variant.delays is None or SANITIZED or not DELAYS.exists():
            return None
        seed, one_in, most_us, share = variant.delays
        total_us = round(share * min(self.reference_cpu_s, 60) * 1e6)
        return {"LD_PRELOAD": str(DELAYS), "REPRISE_DELAYS": f"{seed}:{one_in}:{most_us}:{total_us}"}

    def run_leg(self, leg, out, operands, given, extra):
        """A run that is killed. Returns whether it was: it may have come to its end before, with the same bytes."""
        kill = Kill(leg.share * self.reference_cpu_s, leg.number, leg.again)
        output = self.plan.output if leg.output is None else leg.output
        done = self.execute("find", out, {**leg.options, **self.plan.method, **output}, operands, given, extra, kill)
        if done.status == 0:
            if leg.output is None:
                self.compare(out, self.reference, self.expected, self.take_result(out))
            return False
        allowed = {-leg.number} | ({-leg.again[1]} if leg.again else set())
        if not done.killed or done.status not in allowed:
            told = done.told[-500:].strip()
            raise Failure(f"exit {done.status}, not {sorted(allowed)}: {told}: {self.runner.lines[-1]}")
        if leg.output is None:  # a file under its final name is whole
            for name, digest in digests(out).items():
                if name in self.expected and digest != self.expected[name]:
                    raise Failure(f"{name} is there and is not the right one after a kill: {self.runner.lines[-1]}")
        return True

    def run_variant(self, variant):
        out = fresh(self.folder / "out")
        operands, given = self.operands_of(variant)
        extra = self.delays_of(variant)
        if any("index" in leg.options for leg in variant.legs):
            self.make_index()
        for leg in variant.legs[:-1]:
            if not self.run_leg(leg, out, operands, given, extra) or leg.output is not None:
                for path in out.iterdir():  # results of other options would stay
                    if path.name != "x.reprise":
                        path.unlink()
            self.meter.resumes += (out / "x.reprise" / "state").exists()
        options = {**variant.legs[-1].options, **self.plan.method, **self.plan.output}
        self.must_end_well(self.execute("find", out, options, operands, given, extra))
        self.compare(out, self.reference, self.expected, self.take_result(out))
        shutil.rmtree(out)

    def run_tool(self, command, counts, runs):
        families = self.library()
        if self.n_families == 0:
            return
        expected, reference = None, self.folder / f"{command}-ref"
        for options in ({"threads": "1"}, *runs):
            out = fresh(reference if expected is None else self.folder / "out")
            self.must_end_well(self.execute(command, out, {**options, **counts}, [self.genome, families]))
            found = self.take_result(out)
            if expected is None:
                expected = found
            self.compare(out, reference, expected, found)

    def compare(self, out, reference, expected, found):
        if found != expected:
            names = sorted(n for n in {**expected, **found} if expected.get(n) != found.get(n))
            both = [n for n in names if n in expected and n in found]
            for name in both:
                for folder, label in ((reference, "one"), (out, "other")):
                    self.keep(folder / name, f"{len(self.faults)}.{label}.{name}")
            first = f"{both[0]}, {first_difference(reference / both[0], out / both[0])}" if both else "one has not all"
            raise Failure(f"other bytes in {', '.join(names)} ({first}): {self.runner.lines[-1]}")
        left = [str(p.relative_to(self.folder)) for p in (self.folder / "tmp").iterdir()]
        if left:
            raise Failure(f"left behind: {left}: {self.runner.lines[-1]}")

    def keep(self, path, name):
        if path.stat().st_size <= KEPT_BYTES:
            self.kept[name] = path.read_bytes()

    # --- What is at fault ---

    def outcome(self, what, function, *arguments):
        try:
            function(*arguments)
        except Failure as failure:
            self.faults.append(f"{what}: {failure}")
            self.say(f"{self.plan.name}: {what}: {failure}")
            return False
        return True

    def look_closer(self, variant):
        """Which part of a failing variant is enough to fail: told, no fault of its own."""
        threads = variant.legs[-1].options.get("threads") or variant.legs[-1].options.get("pa") or "2"
        for what, simpler in (("one thread alone", Variant("as it is", [Leg({"threads": "1"})])),
                              (f"-t {threads} alone", Variant("as it is", [Leg({"threads": threads})])),
                              ("the same again", variant)):
            try:
                self.run_variant(simpler)
                self.faults.append(f"    {what}: the same bytes")
            except Failure as failure:
                self.faults.append(f"    {what}: {str(failure)[:200]}")

    def run(self):
        self.make_genome()
        try:
            self.run_all()
        except OutOfTime:
            self.n_cut += 1

    def run_all(self):
        if not self.outcome("one thread", self.run_reference):
            return
        closer = False
        for number, variant in enumerate(self.plan.variants):
            if self.meter.is_over():
                self.n_cut += 1
            elif not self.outcome(f"variant {number}", self.run_variant, variant) and not closer:
                closer = True
                self.look_closer(variant)
        for command, counts, runs in self.plan.tools:
            if self.meter.is_over():
                self.n_cut += 1
            else:
                self.outcome(command, self.run_tool, command, counts, runs)
