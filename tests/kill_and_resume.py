#!/usr/bin/env python3
"""kill_and_resume.py PROGRAM KILLS GENOME [OPTION ...]: kills runs of find at random moments, lets the same command go on
until it ends, and compares all results with those of a run that nobody disturbed. In turn TERM, KILL, INT and USR1.

At each kill every file under its final name must be one of the earlier whole results or not be there. Prints a table; exit 1
when a single byte differs."""
import collections
import hashlib
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ENDINGS = ["families.fa", "families.stk", "other.fa", "copies.bed", "other.bed", "copies.gff3", "classes.tsv", "tandem.bed", "masked.fa",
           "summary.json"]
SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGUSR1, signal.SIGKILL]


def digests(prefix):
    return {e: hashlib.sha256(path.read_bytes()).hexdigest() for e in ENDINGS if (path := pathlib.Path(f"{prefix}.{e}")).exists()}


def main(program, kills, genome, options, seed=1):
    rng = random.Random(seed)
    counts = collections.Counter()
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        sound, prefix = f"{folder}/sound", f"{folder}/killed"
        command = [program, "find", "-q", "--no-run-info", *options]
        begin = time.monotonic()
        subprocess.run([*command, "-o", sound, genome], check=True)
        whole = time.monotonic() - begin
        expected = digests(sound)
        done = 0
        while done < kills:
            resumed = 0
            while done < kills:
                number = SIGNALS[done % len(SIGNALS)]
                child = subprocess.Popen([*command, "--checkpoint-interval", "0.05", "-o", prefix, genome], stderr=subprocess.PIPE,
                                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
                try:
                    child.wait(timeout=rng.uniform(0, 1.1 * whole))
                    break  # it was done before
                except subprocess.TimeoutExpired:
                    child.send_signal(number)
                    status = child.wait()
                    done += 1
                    counts[signal.Signals(number).name] += 1
                    message = child.stderr.read().decode()
                    if status == 0:
                        break
                    if status != -number:
                        bad.append(f"kill {done}: {signal.Signals(number).name}, but it ended with {status}: {message}")
                    if any(expected[e] != d for e, d in digests(prefix).items()):
                        bad.append(f"kill {done}: a file under its final name is not whole")
                    resumed += 1
            subprocess.run([*command, "-o", prefix, genome], check=True)
            if digests(prefix) != expected:
                bad.append(f"after kill {done}: other bytes")
            if pathlib.Path(f"{prefix}.reprise").exists():
                bad.append(f"after kill {done}: the state is still there")
            counts["runs that came to their end"] += 1
            for path in pathlib.Path(folder).glob("killed*"):
                path.unlink()
            rest = [p.name for p in pathlib.Path(folder).iterdir() if not p.name.startswith("sound")]
            if rest:
                bad.append(f"left behind: {rest}")
    print(f"undisturbed {whole:.1f} s; " + ", ".join(f"{k} {v}" for k, v in sorted(counts.items())))
    print("\n".join(bad) if bad else f"{done} of {done} kills: the same bytes")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
