#!/usr/bin/env python3
"""check_governance.py PROGRAM: memory budgets, index files, input schedules, progress, signals."""
import gzip
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

from harness import (DEMO, ENDINGS, INPUT, MEMORY, PROGRAM, Skip, bgzip, digest, heeds, main, random_letters, run, started)

FAULTS = pathlib.Path(PROGRAM).parent / "faults.so"


def simulated(folder, length, *more):
    run("simulate", "-o", folder / "g", "-l", length, "-f", 30, *more)
    return folder / "g.fa"


def test_a_budget_that_is_too_small_is_refused_with_the_least(folder):
    genome = simulated(folder, "12M")
    for threads in (1, 2):
        done = run("find", "-t", threads, "--max-memory", "30M", "-o", folder / "out", genome, status=MEMORY)
        assert "--max-memory" in done.stderr and re.search(r"need \d+ MB", done.stderr), done.stderr
        done = run("find", "-t", threads, "--max-memory", "110M", "-o", folder / "out", genome, status=MEMORY)
        least = int(re.search(r"the least is (\d+) MB", done.stderr).group(1))
        assert "12" in done.stderr and least > 110, done.stderr
        # the least that it names does
        run("find", "-q", "-t", threads, "--max-memory", f"{(least + 1) * 1048576}", "-o", folder / "out", genome)
        for ending in ENDINGS:
            os.unlink(f"{folder}/out.{ending}")


def test_same_bytes_in_any_budget(folder):
    genome = simulated(folder, "24M", "-s", 5)
    least = json.loads(run("plan", "-t", 1, genome).stdout)["find"]["memory"]["least_bytes"]
    run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "one", genome)
    done = run("find", "--no-run-info", "-t", 1, "--max-memory", least + 2 ** 20, "-o", folder / "two", genome)
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
    assert "another genome" in run("find", "-q", "--index", folder / "g.rpidx", "-o", folder / "x", DEMO, status=INPUT).stderr
    assert "--kmer" in run("find", "-q", "-k", 11, "--index", folder / "g.rpidx", "-o", folder / "x", genome, status=INPUT).stderr
    assert "--respect-mask" in run("find", "-q", "--respect-mask", "--index", folder / "g.rpidx", "-o", folder / "x", genome, status=INPUT).stderr
    content = bytearray((folder / "g.rpidx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "bad.rpidx").write_bytes(content)
    assert "bad.rpidx" in run("find", "-q", "--index", folder / "bad.rpidx", "-o", folder / "x", genome, status=INPUT).stderr
    (folder / "short.rpidx").write_bytes(content[:5000])
    assert "short.rpidx" in run("find", "-q", "--index", folder / "short.rpidx", "-o", folder / "x", genome, status=INPUT).stderr
    assert "no index" in run("find", "-q", "--index", genome, "-o", folder / "x", genome, status=INPUT).stderr
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
    done = run("find", "-q", "-t", 3, "-o", folder / "x", *parts, status=INPUT)
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
    assert (folder / "m.rpidx").read_bytes() == (folder / "n.rpidx").read_bytes(), "other bytes"
    cut = (folder / "m.fa.gz").read_bytes()[:-28]  # without the end-of-file block
    (folder / "cut.fa.gz").write_bytes(cut)
    told = run("index", "-q", "-t", 2, "-o", folder / "x", folder / "cut.fa.gz", status=INPUT).stderr
    assert "cut off" in told, told


def test_a_run_beyond_its_budget_is_ended(folder):
    """A million names are read before anything can be planned: they alone are over the budget."""
    if SANITIZED:
        raise Skip("a sanitizer takes memory of its own")
    with open(folder / "m.fa", "w") as out:
        for i in range(1000000):
            out.write(f">a_contig_with_a_long_name_{i}\nACGTTGCAAC\n")
    # it is looked at ten times a second: how far it has come by then depends on the machine, and is not asked here
    told = run("index", "-t", 1, "--max-memory", "80M", "-o", folder / "m.rpidx", folder / "m.fa", status=MEMORY).stderr
    assert "needs more than the 76 MB that the run may take" in told, told
    assert sorted(os.listdir(folder)) == ["m.fa"]


def test_a_library_counts_in_the_least_budget(folder):
    rng = random.Random(10)
    (folder / "g.fa").write_text(f">g\n{random_letters(rng, 50000)}\n")
    (folder / "l.fa").write_text("".join(f">f{i}\n{random_letters(rng, 20000)}\n" for i in range(100)))
    done = run("annotate", "-t", 1, "--max-memory", "110M", "-o", folder / "out", folder / "g.fa", folder / "l.fa", status=MEMORY)
    assert "a library of 2000000" in done.stderr, done.stderr
    least = int(re.search(r"the least is (\d+) MB", done.stderr).group(1))
    child = subprocess.Popen([PROGRAM, "annotate", "-q", "-t", "1", "--max-memory", str(least + 1 << 20), "-o", folder / "out",
                              folder / "g.fa", folder / "l.fa"], stderr=subprocess.PIPE, text=True)
    message = child.stderr.read()
    status, usage = os.wait4(child.pid, 0)[1:]
    assert status == 0, message
    assert SANITIZED or usage.ru_maxrss <= least + 1 << 10, (usage.ru_maxrss, least)


def count_threads(process):
    return len(os.listdir(f"/proc/{process.pid}/task"))


def test_threads_are_bounded_however_many_files_are_inflated(folder):
    """Reads are slow: whatever threads there are for the files are there at once. A stream is held open half read."""
    if SANITIZED:
        raise Skip("the sanitizer comes before what is preloaded")
    n_threads, depth = 16, 4
    text = (random_letters(random.Random(4), 60).encode() + b"\n") * 3000
    files = [folder / f"f{i}.fa.gz" for i in range(12)]
    for i, file in enumerate(files):
        file.write_bytes(bgzip(b">c%d\n" % i + text))
    stream = folder / "stream.fa"
    os.mkfifo(stream)
    hold = threading.Event()

    def feed():
        with open(stream, "wb") as out:
            out.write(b">stream\n" + text)
            out.flush()
            hold.wait(60)
            out.write(text)

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    child = subprocess.Popen([PROGRAM, "index", "-q", "-t", str(n_threads), "--io-depth", str(depth), "-k", "15",
                              "-o", folder / "all.rpidx", *files, stream], stderr=subprocess.PIPE, text=True,
                             env={**os.environ, "LD_PRELOAD": str(FAULTS), "REPRISE_SLOW_READS": "200"})
    most, until = 0, time.time() + 1.5
    while time.time() < until and child.poll() is None:
        most = max(most, count_threads(child))
        time.sleep(0.01)
    hold.set()
    message = child.communicate()[1]
    assert child.returncode == 0, message
    feeder.join()
    assert n_threads + 8 < most <= 2 * n_threads + depth + 4, most


def test_streams_that_are_fed_one_after_the_other(folder):
    """Streams that have begun and wait keep nothing that the one needs which is fed."""
    streams = [folder / "a.fa.gz", folder / "b.fa", folder / "c.fa"]
    rng = random.Random(4)  # letters that fill a pipe, compressed too
    texts = [b">c%d\n" % i + b"\n".join(random_letters(rng, 60).encode() for _ in range(15000)) for i in range(3)]
    for stream, text in zip(streams, texts):
        stream.write_bytes(bgzip(text) if stream.suffix == ".gz" else text)
    run("index", "-q", "-k", 15, "-o", folder / "one.rpidx", *streams)
    for stream in streams:
        stream.unlink()
        os.mkfifo(stream)

    def feed():
        outs = [open(stream, "wb") for stream in streams]

        def write(i, part):
            outs[i].write(bgzip(part)[:-28] if i == 0 else part)
            outs[i].flush()

        for i in (2, 1, 0):
            write(i, texts[i][:100000])
            time.sleep(0.1)
        for i in (0, 1, 2):
            for at in range(100000, len(texts[i]), 200000):
                write(i, texts[i][at:at + 200000])
            outs[i].write(bgzip(b"")[-28:] if i == 0 else b"")
            outs[i].close()

    for options in (["-t", 3], ["-t", 4], ["-t", 3, "--io-depth", 1]):
        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        child = started("index", "-q", "-k", 15, *options, "-o", folder / "two.rpidx", *streams)
        try:
            message = child.communicate(timeout=60)[1]
        finally:
            child.kill()
        feeder.join(10)
        assert child.returncode == 0, message
        assert (folder / "one.rpidx").read_bytes() == (folder / "two.rpidx").read_bytes()


def test_several_reads_of_one_file_are_in_flight(folder):
    if SANITIZED:
        raise Skip("the sanitizer comes before what is preloaded")
    text = b">a\n" + (b"ACGTTGCATGCCATGACTGA" * 5 + b"\n") * 200 + (b"N" * 100 + b"\n") * 120000
    (folder / "plain.fa").write_bytes(text)
    (folder / "packed.fa.gz").write_bytes(gzip.compress(text, compresslevel=0))
    (folder / "blocks.fa.gz").write_bytes(bgzip(text, 0))
    slow = {**os.environ, "LD_PRELOAD": str(FAULTS), "REPRISE_SLOW_READS": "20"}
    for genome in ("plain.fa", "packed.fa.gz", "blocks.fa.gz"):
        for depth in (1, 8):
            done = subprocess.run([PROGRAM, "find", "-q", "-t", "2", "--io-depth", str(depth), "-o", folder / "out",
                                   folder / genome], env=slow, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            telemetry = json.load(open(folder / "out.summary.json"))["run"]["telemetry"]
            assert telemetry["most"]["reads_in_flight"] == depth, (genome, depth, telemetry["most"])
            if depth == 1:  # each of the 48 reads at least waits; how long eight at once take is the machine's affair
                assert telemetry["stage_seconds"]["reading"] > 0.9, (genome, telemetry["stage_seconds"])


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
    assert re.search(r"^ +queue_bytes +[0-9.]+ +\d+$", done.stderr, re.M) and "blocks of text reused" in done.stderr, done.stderr
    assert re.search(r"^reprise_channel_pairs_mean [0-9.e+]+$", text, re.M) and re.search(r"^reprise_block_reuse 0\.[0-9]+$", text, re.M), text
    telemetry = json.load(open(folder / "out.summary.json"))["run"]["telemetry"]
    assert 0 < telemetry["block_reuse"] < 1, telemetry["block_reuse"]
    for gauge in ("channel_pairs", "queue_bytes", "workers_busy"):
        assert 0 < telemetry["mean"][gauge] <= telemetry["most"][gauge], (gauge, telemetry["mean"], telemetry["most"])
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
    assert heeds(child, signal.SIGUSR2)
    time.sleep(0.5)
    child.send_signal(signal.SIGUSR2)
    message = child.communicate()[1]
    assert child.returncode == 0, message
    assert "CPU s:" in message and "channel_pairs" in message and "memory: resident" in message, message


def test_signals_end_every_stage(folder):
    """Signals at moments spread over the run: by the signal, told, nothing left that looks finished."""
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
        assert heeds(child, numbers[i % 4])
        time.sleep(took * i / 16)
        child.send_signal(numbers[i % 4])
        message = child.communicate(timeout=120)[1]
        if child.returncode == 0:
            for ending in ENDINGS:
                os.unlink(f"{folder}/out.{ending}")
            continue
        stopped += 1
        assert child.returncode == -numbers[i % 4], (child.returncode, message)
        assert f"ended by signal {int(numbers[i % 4])}" in message, message
        shutil.rmtree(folder / "out.reprise", ignore_errors=True)
        assert sorted(os.listdir(folder)) == before, os.listdir(folder)
    assert stopped >= 4, stopped


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


SANITIZED = "san-" in PROGRAM  # which takes memory and terabytes of addresses of its own


def planned(done):
    """The budget that a run tells, in MB, and what it follows from."""
    match = re.search(r"memory: about \d+ MB, at most (\d+) MB, 3/4 of what (.*?)(?:;|$)", done.stderr, re.M)
    assert match, done.stderr
    return int(match.group(1)), match.group(2)


def limited(folder, prepare=None, environment=None):
    clean = {n: v for n, v in os.environ.items() if not n.startswith("SLURM_")}
    done = subprocess.run([PROGRAM, "find", "-o", folder / "out", DEMO], preexec_fn=prepare, env=dict(clean, **(environment or {})),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done


def threads_of(folder):
    return json.load(open(folder / "out.summary.json"))["run"]["threads"]


def test_ulimits_are_the_budget(folder):
    if SANITIZED:
        raise Skip("a sanitizer does not start under such limits")
    for which, name in ((resource.RLIMIT_AS, "ulimit -v leaves"), (resource.RLIMIT_DATA, "ulimit -d leaves")):
        done = limited(folder, lambda: resource.setrlimit(which, (600 << 20, resource.RLIM_INFINITY)))
        budget, by = planned(done)
        assert by == name and 100 < budget < 450, (budget, by)
    done = subprocess.run([PROGRAM, "find", "-q", "-t", "2", "-o", folder / "x", DEMO], capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (60 << 20, resource.RLIM_INFINITY)))
    assert done.returncode == MEMORY and "three quarters of what ulimit -d leaves" in done.stderr, done.stderr


def test_slurm_is_believed_where_nothing_else_restricts(folder):
    one = {"SLURM_CPUS_PER_TASK": "1"}
    processors = os.sched_getaffinity(0)
    if len(processors) < 2 or len(processors) < os.cpu_count():
        raise Skip("the tests may use one processor only, or are bound to some")
    limited(folder)
    usual = threads_of(folder)
    if usual < 2:
        raise Skip("a quota leaves one processor")
    limited(folder, environment=one)
    assert threads_of(folder) == 1
    if len(processors) > 2:  # affinity tells more exactly
        limited(folder, prepare=lambda: os.sched_setaffinity(0, sorted(processors)[:2]), environment=one)
        assert threads_of(folder) == 2
    done = limited(folder, environment={"SLURM_MEM_PER_NODE": "400"})
    assert planned(done) == (300, "the Slurm job may use"), done.stderr


def memory_group(version, megabytes):
    """A control group of this machine with a limit at its parent, as Slurm makes them: the folder of the group itself."""
    for line in open("/proc/self/mountinfo"):
        fields, behind = line.split(" - ")
        kind, _, options = behind.split()[:3]
        top = pathlib.Path(fields.split()[4])
        if kind == "cgroup" and version == 1 and "memory" in options.split(","):
            name = "memory.limit_in_bytes"
        elif kind == "cgroup2" and version == 2 and "memory" in (top / "cgroup.controllers").read_text().split():
            name = "memory.max"
        else:
            continue
        job = top / f"reprise-test-{os.getpid()}"
        try:
            if version == 2 and "memory" not in (top / "cgroup.subtree_control").read_text().split():
                raise Skip("the root group passes no memory control on")
            (job / "step").mkdir(parents=True)
            (job / name).write_text(str(megabytes << 20))
        except OSError as reason:
            raise Skip(f"no control group can be made: {reason}")
        return job / "step"
    raise Skip(f"memory is not controlled by version {version} here")


def stays_under_a_group(folder, version):
    genome = simulated(folder, "12M")
    step = memory_group(version, 400)
    try:
        child = subprocess.Popen([PROGRAM, "find", "-t", "2", "-o", folder / "out", genome], stderr=subprocess.PIPE, text=True,
                                 preexec_fn=lambda: (step / "cgroup.procs").write_text(str(os.getpid())))
        message = child.stderr.read()
        status, usage = os.wait4(child.pid, 0)[1:]
    finally:
        for _ in range(50):  # the group is empty a moment after its last process has ended
            try:
                step.rmdir()
                break
            except OSError:
                time.sleep(0.1)
        step.parent.rmdir()
    assert status == 0, message
    assert re.search(r"at most 300 MB, 3/4 of what the control group may use", message), message
    assert SANITIZED or usage.ru_maxrss < 300 << 10, usage.ru_maxrss


def test_a_job_stays_under_its_group_of_version_1(folder):
    stays_under_a_group(folder, 1)


def test_a_job_stays_under_its_group_of_version_2(folder):
    stays_under_a_group(folder, 2)


def test_misuse_of_limits(folder):
    for arguments in (["--max-memory", "0"], ["--max-memory", "lots"], ["--io-depth", "0"], ["--storage", "tape"],
                      ["--progress-interval", "0"], ["--progress-interval", "soon"], ["--queue-bytes", "0"]):
        assert arguments[0][2:] in run("find", *arguments, DEMO, status=2, cwd=folder).stderr


if __name__ == "__main__":
    sys.exit(main(globals()))
