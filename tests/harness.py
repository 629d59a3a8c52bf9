"""harness.py: what the command-level checks share. A script calls main(globals()): each function test_* is one check.
`SCRIPT PROGRAM [PART ...]` runs those whose names hold one of the parts; without, all."""
import gzip
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo.fa.gz"
SHARED = ROOT.parent / "shared"
ENDINGS = ["families.fa", "families.stk", "other.fa", "candidates.fa", "copies.bed", "other.bed", "candidates.bed",
           "copies.gff3", "classes.tsv", "counts.tsv", "tandem.bed", "satellites.fa", "satellites.tsv", "masked.fa", "summary.json"]


# Exit statuses (man reprise-c): what a retry cannot mend; what time or room on a disk may; what more memory may.
INPUT, PASSING, MEMORY = 65, 75, 137

SLOW_S = 5  # a check that takes longer says how long it took


class Skip(Exception):
    pass


def run(*arguments, status=0, text=None, cwd=None, environment=None):
    """environment: beside that of the tests."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True, cwd=cwd,
                          text=not isinstance(text, bytes), env={**os.environ, **(environment or {})})
    assert done.returncode == status, f"{arguments}: exit {done.returncode}, not {status}: {done.stderr}"
    return done


def heed_signals():
    """A shell's background job, and what it starts, ignores INT."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)


def started(*arguments, cwd=None):
    """A run under way, which heeds signals."""
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals, cwd=cwd)


def wait_until(condition, what, seconds=120):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.002)


def heeds(child, number):
    """Waits until a run has seen to a signal (it blocks it, for a thread that waits for it): a machine may be slow to
    start the run. False: it has ended."""
    def sees():
        masks = re.findall(r"^Sig(?:Blk|Cgt):\s*([0-9a-f]+)", pathlib.Path(f"/proc/{child.pid}/status").read_text(), re.M)
        return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)
    wait_until(lambda: child.poll() is not None or sees(), f"signal {number} is not seen to")
    return child.returncode is None


def need(program):
    if shutil.which(program) is None:
        raise Skip(f"{program} is not installed")


def digest(prefix, endings=ENDINGS):
    return {e: hashlib.sha256(pathlib.Path(f"{prefix}.{e}").read_bytes()).hexdigest() for e in endings}


def fasta(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    records, name = {}, None
    with opener(path, "rt") as handle:
        for line in handle:
            if line.startswith(">"):
                name = line[1:].rstrip("\n")
                records[name] = []
            else:
                records[name].append(line.strip())
    return {n: "".join(p) for n, p in records.items()}


def bed(path):
    return [line.rstrip("\n").split("\t") for line in open(path)]


def union(rows):
    bases = {}
    for row in rows:
        bases.setdefault(row[0], set()).update(range(int(row[1]), int(row[2])))
    return bases


def random_letters(rng, n):
    return "".join(rng.choices("ACGT", k=n))


def bgzip(content, level=1):
    """The blocks of the SAM specification, section 4.1."""
    out = bytearray()
    for at in list(range(0, len(content), 60000)) + [len(content)]:
        block = content[at:at + 60000]
        packer = zlib.compressobj(level, zlib.DEFLATED, -15)
        packed = packer.compress(block) + packer.flush()
        out += struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25) + packed
        out += struct.pack("<II", zlib.crc32(block), len(block))
    return bytes(out)


def demo(folder, *options):
    prefix = folder / "demo"
    run("find", "-q", "--no-run-info", "-o", prefix, *options, DEMO)
    return prefix


def same_runs(folder, endings, first, second):
    one, two = folder / "one", folder / "two"
    run("find", "-q", "-o", one, *first)
    run("find", "-q", "-o", two, *second)
    assert digest(one, endings) == digest(two, endings), (first, second)


def main(tests):
    """Runs all tests, or those whose names have a part that is given behind the program."""
    passed = failed = skipped = 0
    wanted = sys.argv[2:] or [""]
    for name, test in sorted(tests.items()):
        if not name.startswith("test_") or not any(part in name for part in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            try:
                test(pathlib.Path(folder))
                passed += 1
                took = time.monotonic() - began
                print(f"ok      {name[5:]}" + (f" ({took:.0f} s)" if took >= SLOW_S else ""))
            except Skip as reason:
                skipped += 1
                print(f"skipped {name[5:]}: {reason}")
            except Exception as error:  # every failure is told, none ends the run
                failed += 1
                print(f"FAILED  {name[5:]}: {type(error).__name__}: {str(error)[:2000]}")
        sys.stdout.flush()
    print(f"commands: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or passed + skipped == 0 else 0
