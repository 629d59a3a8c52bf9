#!/usr/bin/env python3
"""check_governance.py PROGRAM: memory budgets, index files, input schedules, progress, signals."""
import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

from harness import DEMO, ENDINGS, PROGRAM, bgzip, digest, main, random_letters, run, started


def simulated(folder, length, *more):
    run("simulate", "-o", folder / "g", "-l", length, "-f", 30, *more)
    return folder / "g.fa"


def test_a_budget_that_is_too_small_is_refused_with_the_least(folder):
    genome = simulated(folder, "12M")
    for threads in (1, 2):
        done = run("find", "-t", threads, "--max-memory", "30M", "-o", folder / "out", genome, status=1)
        assert "--max-memory" in done.stderr and re.search(r"need \d+ MB", done.stderr), done.stderr
        done = run("find", "-t", threads, "--max-memory", "150M", "-o", folder / "out", genome, status=1)
        least = int(re.search(r"the least is (\d+) MB", done.stderr).group(1))
        assert "12" in done.stderr and least > 150, done.stderr
        # the least that it names does
        run("find", "-q", "-t", threads, "--max-memory", f"{(least + 1) * 1048576}", "-o", folder / "out", genome)
        for ending in ENDINGS:
            os.unlink(f"{folder}/out.{ending}")


def test_same_bytes_in_any_budget(folder):
    genome = simulated(folder, "12M", "-s", 5)
    run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "one", genome)
    done = run("find", "--no-run-info", "-t", 2, "--max-memory", "195M", "-o", folder / "two", genome)
    assert "may go to files" in done.stderr, done.stderr
    assert digest(folder / "one") == digest(folder / "two")
    assert not [n for n in os.listdir(folder) if "XXXX" in n or n.startswith("reprise-")]


def test_spill_folder_that_is_not_there(folder):
    """What is to be spilled goes where the results go, and that is told."""
    genome = simulated(folder, "12M", "-s", 5)
    environment = dict(os.environ, TMPDIR=str(folder / "nowhere"))
    done = subprocess.run([PROGRAM, "find", "-t", "2", "--max-memory", "195M", "-o", folder / "two", genome], env=environment,
                          capture_output=True, text=True)
    assert done.returncode == 0 and "nowhere: No such file" in done.stderr and f"goes to {folder}" in done.stderr, (done.returncode, done.stderr)
    assert json.load(open(folder / "two.summary.json"))["run"]["telemetry"]["counters"]["families"] > 0


def test_index_file_gives_the_same_bytes(folder):
    genome = simulated(folder, "2M")
    run("index", "-q", "-o", folder / "g.rpidx", genome)
    one = folder / "one"
    run("find", "-q", "--no-run-info", "-o", one, genome)
    run("find", "-q", "--no-run-info", "--index", folder / "g.rpidx", "-o", folder / "two", genome)
    assert digest(one) == digest(folder / "two")
    run("find", "-q", "--no-run-info", "-o", one, "--min-seed-frequency", 5, genome)
    run("find", "-q", "--no-run-info", "--index", folder / "g.rpidx", "--min-seed-frequency", 5, "-o", folder / "two", genome)
    assert digest(one) == digest(folder / "two")
    assert "another genome" in run("find", "-q", "--index", folder / "g.rpidx", "-o", folder / "x", DEMO, status=1).stderr
    assert "--kmer" in run("find", "-q", "-k", 11, "--index", folder / "g.rpidx", "-o", folder / "x", genome, status=1).stderr
    assert "--respect-mask" in run("find", "-q", "--respect-mask", "--index", folder / "g.rpidx", "-o", folder / "x", genome, status=1).stderr
    content = bytearray((folder / "g.rpidx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "bad.rpidx").write_bytes(content)
    assert "bad.rpidx" in run("find", "-q", "--index", folder / "bad.rpidx", "-o", folder / "x", genome, status=1).stderr
    (folder / "short.rpidx").write_bytes(content[:5000])
    assert "short.rpidx" in run("find", "-q", "--index", folder / "short.rpidx", "-o", folder / "x", genome, status=1).stderr
    assert "no index" in run("find", "-q", "--index", genome, "-o", folder / "x", genome, status=1).stderr
    assert not [n for n in os.listdir(folder) if n.startswith("x")]
    done = subprocess.run([PROGRAM, "index", "-q", genome], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0 and (folder / "g.rpidx").read_bytes()[:7] == b"RPRSIDX"


def test_many_input_files_of_all_sizes(folder):
    run("simulate", "-o", folder / "big", "-l", "12M", "-f", 20, "-c", 3)
    text = open(folder / "big.fa").read()
    records = [">" + r for r in text.split(">")[1:]]
    rng = random.Random(8)
    small = [f">s{i} x\n{random_letters(rng, rng.randrange(3000))}\n" for i in range(200)]
    (folder / "whole.fa").write_text(records[0] + "".join(small[:100]) + records[1] + records[2] + "".join(small[100:]))
    parts = []
    for i, content in enumerate([records[0]] + small[:100] + [records[1] + records[2]] + small[100:]):
        parts.append(folder / (f"p{i}.fa.gz" if i % 5 == 0 else f"p{i}.fa"))
        (gzip.open if i % 5 == 0 else open)(parts[-1], "wt").write(content)
    run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "one", folder / "whole.fa")
    for options in (["-t", 1], ["-t", 3, "--io-depth", 1], ["-t", 2, "--queue-bytes", 1], ["-t", 4, "--storage", "hdd"]):
        run("find", "-q", "--no-run-info", *options, "-o", folder / "two", *parts)
        assert digest(folder / "one") == digest(folder / "two"), options
    (folder / "p7.fa").write_text(">s90\nACGT\n")
    done = run("find", "-q", "-t", 3, "-o", folder / "x", *parts, status=1)
    assert "s90" in done.stderr and "twice" in done.stderr, done.stderr


def test_a_million_contigs_and_bgzip(folder):
    rng = random.Random(9)
    letters = random_letters(rng, 4000)
    with open(folder / "m.fa", "w") as out:
        for i in range(1000000):
            out.write(f">c{i}\n{letters[i % 3900:i % 3900 + 20]}\n")
    run("index", "-q", "-t", 2, "-o", folder / "m.rpidx", folder / "m.fa")
    (folder / "m.fa.gz").write_bytes(bgzip((folder / "m.fa").read_bytes()))
    run("index", "-q", "-t", 2, "-o", folder / "n.rpidx", folder / "m.fa.gz")
    assert (folder / "m.rpidx").read_bytes() == (folder / "n.rpidx").read_bytes()
    cut = (folder / "m.fa.gz").read_bytes()[:-28]  # without the end-of-file block
    (folder / "cut.fa.gz").write_bytes(cut)
    assert "cut off" in run("index", "-q", "-t", 2, "-o", folder / "x", folder / "cut.fa.gz", status=1).stderr


def test_progress_summary_and_prometheus(folder):
    genome = simulated(folder, "6M")
    done = run("find", "-t", 2, "--progress-interval", "0.2", "--prometheus", folder / "p.prom", "-o", folder / "out", genome)
    lines = done.stderr.splitlines()
    assert [l for l in lines if "left (all:" in l and "families" in l], done.stderr
    assert "\r" not in done.stderr and [l for l in lines if l.strip().startswith("stage ")], "a pipe gets plain lines and the table"
    text = (folder / "p.prom").read_text()
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) reprise_\w+ .+|reprise_\w+(\{[^{}]*\})? [-+0-9.e]+", line), line
    assert 'stage="writing"' in text and re.search(r"^reprise_bases_read_total 6\d{6}$", text, re.M), text
    telemetry = json.load(open(folder / "out.summary.json"))["run"]["telemetry"]
    assert telemetry["counters"]["families"] > 0 and telemetry["most"]["workers_busy"] >= 1
    times = telemetry["times"]["batch"]
    assert times["number"] > 0 and times["p50_seconds"] <= times["p95_seconds"] <= times["p99_seconds"] <= times["most_seconds"]
    assert telemetry["most_leased_bytes"] > 6e6 / 4
    quiet = run("find", "-q", "-o", folder / "out", genome)
    assert quiet.stderr == "" and quiet.stdout == ""
    assert "p.prom" in run("find", "-q", "--prometheus", genome / "p.prom", "-o", folder / "x", genome, status=1).stderr


def test_trace_of_tasks(folder):
    genome = simulated(folder, "2M")
    run("find", "-q", "-t", 2, "--trace", folder / "t.tsv", "-o", folder / "out", genome)
    rows = [line.rstrip("\n").split("\t") for line in open(folder / "t.tsv")]
    assert rows[0] == ["stage", "kind", "group", "number", "start_ns", "duration_ns"]
    assert {"part", "screen", "grow", "commit", "tier"} <= {r[1] for r in rows}
    assert all(len(r) == 6 and int(r[5]) >= 0 for r in rows[1:])


def test_usr2_prints_the_dashboard(folder):
    genome = simulated(folder, "12M")
    child = started("find", "-q", "-t", 1, "-o", folder / "out", genome)
    time.sleep(0.5)
    child.send_signal(signal.SIGUSR2)
    message = child.communicate()[1]
    assert child.returncode == 0, message
    assert "CPU s:" in message and "channel_pairs" in message and "memory: resident" in message, message


def test_signals_end_every_stage(folder):
    """INT at moments spread over the run: by the signal, told, nothing left that looks finished."""
    genome = simulated(folder, "6M", "-s", 3)
    before = sorted(os.listdir(folder))
    began = time.monotonic()
    run("find", "-q", "-t", 2, "-o", folder / "whole", genome)
    took = time.monotonic() - began
    for ending in ENDINGS:
        os.unlink(f"{folder}/whole.{ending}")
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)
    stopped = 0
    for i in range(16):
        child = started("find", "-t", 2, "-o", folder / "out", genome)
        time.sleep(took * (i + 0.5) / 16)
        child.send_signal(numbers[i % 4])
        message = child.communicate(timeout=30)[1]
        if child.returncode == 0:
            for ending in ENDINGS:
                os.unlink(f"{folder}/out.{ending}")
            continue
        stopped += 1
        assert child.returncode == -numbers[i % 4], (child.returncode, message)
        assert f"ended by signal {int(numbers[i % 4])}" in message or i == 0, message
        shutil.rmtree(folder / "out.reprise", ignore_errors=True)
        assert sorted(os.listdir(folder)) == before, os.listdir(folder)
    assert stopped >= 8, stopped


def test_ignored_interrupts_stay_ignored(folder):
    genome = simulated(folder, "3M")
    child = subprocess.Popen([PROGRAM, "find", "-q", "-o", folder / "out", genome], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    assert child.wait() == 0


def test_openmp_settings_change_nothing(folder):
    genome = simulated(folder, "2M")
    run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "one", genome)
    environment = dict(os.environ, OMP_NUM_THREADS="1", OMP_THREAD_LIMIT="1", OMP_PROC_BIND="true")
    subprocess.run([PROGRAM, "find", "-q", "-t", "2", "-o", folder / "two", genome], env=environment, check=True)
    assert json.load(open(folder / "two.summary.json"))["run"]["threads"] == 2
    assert digest(folder / "one", ["families.fa"]) == digest(folder / "two", ["families.fa"])


def test_misuse_of_limits(folder):
    for arguments in (["--max-memory", "0"], ["--max-memory", "lots"], ["--io-depth", "0"], ["--storage", "tape"],
                      ["--progress-interval", "0"], ["--progress-interval", "soon"], ["--queue-bytes", "0"]):
        assert arguments[0][2:] in run("find", *arguments, DEMO, status=2, cwd=folder).stderr


if __name__ == "__main__":
    sys.exit(main(globals()))
