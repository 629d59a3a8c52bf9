#!/usr/bin/env python3
"""check_properties.py PROGRAM: the same bytes from random runs on random genomes (as tests/soak.py, for
SOAK_CHECK_SECONDS, else 100), and whether those checks would find what they look for. The seed is always the same, but
SOAK_SEED sets another: what fails here is the change, and `make soak` draws fresh ones."""
import contextlib
import os
import random
import signal
import subprocess
import sys
import time

from harness import INPUT, MEMORY, PROGRAM, main
from properties import case, draws, genomes, runs
from soak import Soak, stop

SECONDS = float(os.environ.get("SOAK_CHECK_SECONDS", 100))
SEED = int(os.environ.get("SOAK_SEED") or 20261127)


def a_soak(folder, **meter):
    return Soak(SEED, runs.Meter(**meter), folder / "kept", say=lambda line: None)


@contextlib.contextmanager
def another_program(folder, script):
    """Runs of cases start a shell script, which has the program's name in $real."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\nreal='{PROGRAM}'\n{script}\n")
    path.chmod(0o755)
    before, runs.PROGRAM = runs.PROGRAM, str(path)
    try:
        yield
    finally:
        runs.PROGRAM = before


def simple_case(*variants):
    return case.Plan(1, "small-0", "simulated", 60000, {}, {}, None, list(variants))


def faults_of(folder, planned):
    made = case.Case(planned, case.fresh(folder / "case"), runs.Meter())
    made.run()
    return made


TWO_THREADS = case.Variant("as it is", [case.Leg({"threads": "2"})])


def test_every_option_has_a_draw(folder):
    assert draws.faults() == []
    taken = draws.DRAWS.pop("backpressure")
    try:
        assert any("find --backpressure has no draw" in fault for fault in draws.faults())
    finally:
        draws.DRAWS["backpressure"] = taken
    draws.DRAWS["no-such-option"] = taken
    try:
        assert draws.faults() == ["--no-such-option is no option any more"]
    finally:
        del draws.DRAWS["no-such-option"]


def test_every_option_comes_up(folder):
    """Each draw is one that the program takes."""
    rng, seen = random.Random(SEED), {command: set() for command in draws.COMMANDS}
    missing = folder / "missing"
    for command in draws.COMMANDS:
        wanted = set(draws.table(command)) - set(draws.EXEMPT)
        for _ in range(3000):
            if seen[command] == wanted:
                break
            drawn = draws.draw(rng, command, ["method", "output", "run"], draws.Given(500000, command))
            if set(drawn) <= seen[command]:
                continue
            seen[command] |= set(drawn)
            words = draws.arguments(case.usable(drawn), {"out": folder, "side": folder, "case": folder})
            operands = [missing] * (2 if command in ("annotate", "extend") else 1)
            done = subprocess.run([PROGRAM, command, *map(str, words), *map(str, operands)], capture_output=True, text=True, cwd=folder)
            told = {INPUT: ("missing", "known.fa"), MEMORY: ("least", "need"), 1: ("OpenCL",)}.get(done.returncode, ())
            assert any(word in done.stderr for word in told), (words, done)
        assert seen[command] == wanted, (command, wanted - seen[command])


def test_a_case_follows_from_seed_and_name(folder):
    for name in ("small-1", "small-2", "middle-1", "large-1"):
        assert case.plan(SEED, name) == case.plan(SEED, name) != case.plan(SEED + 1, name), name


def test_every_kind_of_genome_can_be_made_and_made_again(folder):
    for kind in genomes.KINDS:
        texts = []
        for place in ("one", "two"):
            (folder / place).mkdir(exist_ok=True)
            made = genomes.make(f"{SEED}:{kind}", kind, 100000, case.fresh(folder / place))
            texts.append((folder / place / "genome.fa").read_bytes())
        assert texts[0] == texts[1], kind
        assert 10000 < made["bases"] and made["contigs"] > 0, (kind, made)
        assert made["kind"] == (kind if genomes.is_here(kind) else "simulated"), (kind, made)


def test_every_form_is_the_same_genome(folder):
    genomes.make(f"{SEED}:forms", "small contigs", 60000, folder)
    expected = None
    for form in genomes.FORMS:
        planned = simple_case(case.Variant(form, [case.Leg({"threads": "2"})]))
        made = case.Case(planned, case.fresh(folder / "case"), runs.Meter())
        made.run()
        assert made.faults == [], made.faults
        expected = expected or made.expected
        assert made.expected == expected


def test_other_bytes_are_found_told_and_kept(folder):
    other = 'case "$*" in *"--threads 1"*) exec "$real" "$@";; esac; "$real" "$@" && echo more >>"$4.copies.bed"'
    with another_program(folder, other):
        made = faults_of(folder, simple_case(TWO_THREADS))
        assert "other bytes in x.copies.bed" in made.faults[0], made.faults
        assert [f.strip() for f in made.faults[1:]][0] == "one thread alone: the same bytes", made.faults
        assert "-t 2 alone: variant" not in made.faults[2] and "other bytes" in made.faults[2], made.faults
        soak = a_soak(folder)
        soak.count(made, 1.0, 2)
        soak.keep_case(made)
    kept = folder / "kept" / f"{SEED}-small-0"
    told = (kept / "case.txt").read_text()
    assert f"--seed {SEED} --case small-0" in told and "--threads 2" in told
    assert (kept / "0.other.x.copies.bed").read_text() == (kept / "0.one.x.copies.bed").read_text() + "more\n"
    assert any(line.startswith("FAILED small-0") for line in soak.summary())


def test_what_is_left_behind_is_found(folder):
    with another_program(folder, '"$real" "$@" && : >"$TMPDIR/left"'):
        assert "left behind: ['tmp/left']" in faults_of(folder, simple_case(TWO_THREADS)).faults[0]


def test_runs_that_fail_hang_or_heed_no_signal_are_found(folder):
    killed = case.Variant("as it is", [case.Leg({"threads": "2"}, None, 2.0, 15), case.Leg({"threads": "1"})])
    scripts = {
        "exit 3": (TWO_THREADS, "exit 3"),
        "hangs": (TWO_THREADS, "exec sleep 1000"),
        "heeds no signal": (killed, "trap '' TERM; while :; do :; done"),
        "exit 7, not [-15]": (killed, "trap 'exit 7' TERM; while :; do :; done"),
    }
    for told, (variant, script) in scripts.items():
        with another_program(folder, f'case "$*" in *"--threads 1"*) exec "$real" "$@";; esac; {script}'):
            before = runs.HANGS_AFTER_S, runs.HEEDS_WITHIN_CPU_S
            runs.HANGS_AFTER_S, runs.HEEDS_WITHIN_CPU_S = 3, 1
            try:
                made = faults_of(folder, simple_case(variant))
            finally:
                runs.HANGS_AFTER_S, runs.HEEDS_WITHIN_CPU_S = before
            assert told in made.faults[0], (told, made.faults)


def test_a_run_that_ends_before_its_signal_comes_is_no_fault(folder):
    """It has ended when the signal is sent, after it was last looked for."""
    def once_it_has_ended(pid):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return 5.0
    cpu_seconds_of, runs.cpu_seconds_of = runs.cpu_seconds_of, once_it_has_ended
    try:
        runner = runs.Runner(runs.Meter(), folder, {})
        done = runner.run(["--version"], 100, kill=runs.Kill(1.0, signal.SIGTERM))
    finally:
        runs.cpu_seconds_of = cpu_seconds_of
    assert done.status == 0, done


def test_a_run_is_put_down_when_the_time_is_over(folder):
    with another_program(folder, "while :; do :; done"):
        for limit in ({"most_cpu_s": 1.0}, {"until": time.monotonic() + 1 - 100 * runs.GRACE}):
            made = case.Case(simple_case(TWO_THREADS), case.fresh(folder / "case"), runs.Meter(**limit))
            made.run()
            assert made.faults == [] and made.n_cut == 1, (limit, made.faults)
    soak = a_soak(folder, most_cpu_s=0.5)
    soak.run(["small", "middle", "large"])
    assert soak.meter.runs == 0, "cases begin that the budget is not enough for"


def test_random_runs_give_the_same_bytes(folder):
    print(f"seed {SEED}")
    keep = os.path.join(os.path.dirname(PROGRAM), "soak")
    soak = Soak(SEED, runs.Meter(until=time.monotonic() + SECONDS), keep, say=lambda line: None)
    soak.run(["small"])
    print("\n".join(soak.summary()))
    assert not soak.failed, soak.failed
    assert soak.meter.runs > 1, "no time for a case"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main(dict(globals())))
