#!/usr/bin/env python3
"""check_paths.py PROGRAM: names and folders of results, standard descriptors, and signals that meet streams which block."""
import fcntl
import resource
import signal
import time

from harness import *

KEPT = "the input was written over"


def write_genome(folder, name="genome.fa", n=60000):
    """A genome with a family of 12 copies."""
    rng = random.Random(3)
    element = random_letters(rng, 900)
    copies = ["".join(c if rng.random() > 0.05 else rng.choice("ACGT") for c in element) for _ in range(12)]
    path = folder / name
    path.write_text(">a\n" + "".join(random_letters(rng, n // 13) + c for c in copies) + "\n")
    return path


def files_of(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


def write_library(folder, genome):
    run("find", "-q", "-o", folder / "l", genome)
    library = (folder / "l.families.fa").rename(folder / "library.fa")
    for ending in ENDINGS:
        (folder / f"l.{ending}").unlink(missing_ok=True)
    return library


# --- One place, one result ---

def test_no_two_results_have_one_place(folder):
    """However the names are spelled, by whatever options, by default or not."""
    genome = write_genome(folder)
    (folder / "sub").mkdir()
    (folder / "elsewhere").symlink_to(folder / "sub")
    (folder / "link.bed").symlink_to(folder / "sub" / "g.copies.gff3")
    (folder / "dangling.bed").symlink_to("sub/new.bed")
    prefix = ["-o", "sub/g"]
    for options in (["--bed", "sub/g.families.fa"], ["--bed", "./sub//g.families.fa"], ["--bed", "elsewhere/g.families.fa"],
                    ["--bed", folder / "sub" / "g.families.fa"], ["--bed", "link.bed"], ["--bed", "dangling.bed", "--gff3", "elsewhere/new.bed"],
                    ["--trace", "sub/g.copies.bed"], ["--prometheus", "sub/g.summary.json"], ["--trace", "t", "--prometheus", "sub/../t"],
                    ["--report", "--masked", "elsewhere/g.report.html"], ["--bed", "-", "--gff3", "/dev/stdout"], ["--bed", "-", "--trace", "-"],
                    ["--bed", "sub/g.reprise"], ["--families", "made/here/a", "--trace", "made/./here/a"]):
        told = run("find", "-q", *prefix, *options, genome, status=2, cwd=folder).stderr
        assert "two results go to" in told, (options, told)
        assert files_of(folder) == ["dangling.bed", "genome.fa", "link.bed"] and not (folder / "made").exists(), (options, files_of(folder))
    library = write_library(folder, genome)
    (folder / "s.fa").symlink_to("s.truth.fa")
    (folder / "x.reprise").mkdir()
    before = files_of(folder)
    for command, status in ((["find", "-q", "-o", "x", "--bed", "x.reprise/state", genome], 2), (["annotate", "-q", "-o", "x", "--paf", "x.out", genome, library], 2),
                            (["annotate", "-q", "-o", "x", "--trace", "./x.copies.bed", genome, library], 2),
                            (["extend", "-q", "-o", "e.fa", "--trace", "./e.fa", genome, library], 2), (["extend", "-q", "--trace", "-", genome, library], 2),
                            (["index", "-q", "-o", "i", "--prometheus", "./i", genome], 2), (["compare", "--tsv", "c", "--json", "./c", library, library], 2),
                            (["compare", "--tsv", "-", library, library], 2), (["simulate", "-o", "s", "-l", "20K", "-f", 2], 1)):
        told = run(*command, status=status, cwd=folder).stderr
        assert "two results go to" in told, (command, told)
        assert files_of(folder) == before, (command, files_of(folder))


def test_no_result_takes_an_inputs_place(folder):
    genome = write_genome(folder)
    library = write_library(folder, genome)
    run("find", "-q", "-o", "r", genome, cwd=folder)
    run("index", "-q", "-o", "g.rpidx", genome, cwd=folder)
    (folder / "alias").symlink_to(".")
    shutil.copy(genome, folder / "copy.fa")
    os.link(genome, folder / "again.families.fa")
    (folder / "genome.rpidx").symlink_to("genome.fa")
    inputs = {p: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    for command in (["find", "--trace", "alias/genome.fa", genome], ["find", "--prometheus", "./genome.fa", genome], ["find", "-o", "again", genome],
                    ["find", "--bed", "library.fa", "--classify-with", "alias/library.fa", genome], ["find", "--bed", "alias/g.rpidx", "--index", "g.rpidx", genome],
                    ["find", "--bed", "alias/library.fa", "--genes", "library.fa", genome], ["annotate", "--bed", "alias/copy.fa", "--protect", "copy.fa", genome, library],
                    ["find", "--bed", "alias/copy.fa", "genome.fa", "copy.fa"], ["annotate", "--bed", "alias/library.fa", genome, library],
                    ["annotate", "--trace", "library.fa", genome, library], ["extend", "-o", "library.fa", genome, library],
                    ["extend", "-o", ".", genome, library], ["extend", "-o", "alias/genome.fa", genome, library],
                    ["extend", "--prometheus", "library.fa", genome, library], ["index", "-o", "alias/genome.fa", genome], ["index", genome],
                    ["compare", "--tsv", "alias/library.fa", "r.families.fa", library], ["compare", "--json", "genome.fa", "-g", genome, "r.families.fa", library],
                    ["report", "-o", "r.summary.json", "r"], ["report", "-o", "alias/r.families.fa", "r"], ["report", "-o", "r.copies.bed", "r"]):
        told = run(*command, status=1, cwd=folder).stderr
        assert "is an input" in told, (command, told)
        assert {p: p.read_bytes() for p in inputs} == inputs and len(list(folder.iterdir())) == len(inputs) + 1, (command, KEPT)
    for arguments in ("find -q --masked - - <genome.fa >>genome.fa", "find -q --masked genome.fa - <genome.fa", "annotate -q --bed library.fa genome.fa - <library.fa",
                      "extend -q - library.fa <genome.fa >>library.fa"):
        done = subprocess.run(["bash", "-c", f'exec "$0" {arguments}', PROGRAM], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 1 and "is an input" in done.stderr, (arguments, done)
        assert {p: p.read_bytes() for p in inputs} == inputs, (arguments, KEPT)


def test_standard_output_is_no_prefix(folder):
    genome = write_genome(folder)
    before = files_of(folder)
    for command in (["find", genome], ["annotate", genome, genome], ["find", "--until-copies", genome]):
        for name in ("-", "/dev/stdout"):
            said = run(command[0], "-q", "-o", name, *command[1:], status=2, cwd=folder).stderr
            assert f"--output: {name} is no PREFIX" in said and "--bed -" in said, said
    assert files_of(folder) == before


def test_results_may_go_to_the_null_device_together(folder):
    run("find", "-q", "-o", folder / "x", "--bed", "/dev/null", "--gff3", "/dev/null", write_genome(folder))


# --- Folders ---

def test_a_folder_takes_the_inputs_name(folder):
    genome = write_genome(folder)
    library = write_library(folder, genome)
    (folder / "there").mkdir()
    expected = sorted(f"genome.{e}" for e in ENDINGS)
    for place, given in (("there", "there"), ("there", "there/"), ("new", "new/"), ("deep/er", "deep/er/."), ("", ".")):
        run("find", "-q", "-o", given, genome, cwd=folder)
        assert sorted(p.name for p in (folder / place).iterdir() if p.name in expected or p.name[0] == ".") == expected, given
        for name in expected:
            (folder / place / name).unlink()
    run("find", "-q", "-o", "there", "--bed", "beds/", "--no-gff3", "-", cwd=folder, text=genome.read_text())
    assert (folder / "beds" / "reprise.copies.bed").exists() and (folder / "there" / "reprise.families.fa").exists()
    run("annotate", "-q", "-o", "notes/", "--masked", "there", genome, library, cwd=folder)
    assert (folder / "notes" / "genome.copies.bed").exists() and (folder / "there" / "genome.masked.fa").exists()
    run("extend", "-q", "-o", "longer/", genome, library, cwd=folder)
    run("index", "-q", "-o", "indexes/", genome, cwd=folder)
    run("report", "-o", "pages/", "there/reprise", status=INPUT, cwd=folder)  # its BED file is elsewhere
    run("find", "-q", "-o", "there", genome, cwd=folder)
    run("report", "-o", "pages/", "there/genome", cwd=folder)
    run("simulate", "-l", "20K", "-f", 2, "-o", "made/", cwd=folder)
    assert [files_of(folder / name) for name in ("longer", "indexes", "pages")] == [["library.fa"], ["genome.rpidx"], ["genome.report.html"]]
    assert files_of(folder / "made") == ["simulated.fa", "simulated.tandem.bed", "simulated.truth.bed", "simulated.truth.fa"]


def test_missing_folders_are_made(folder):
    genome = write_genome(folder)
    run("find", "-q", "-o", "a/b/x", "--bed", "c/d.bed", "--trace", "t/t.tsv", "--prometheus", "p/p.prom", genome, cwd=folder)
    assert all((folder / p).exists() for p in ("a/b/x.families.fa", "c/d.bed", "t/t.tsv", "p/p.prom"))
    library = folder / "a" / "b" / "x.families.fa"
    run("annotate", "-q", "-o", "e/f/y", genome, library, cwd=folder)
    run("extend", "-q", "-o", "g/h.fa", genome, library, cwd=folder)
    run("index", "-q", "-o", "i/j", genome, cwd=folder)
    run("compare", "--tsv", "k/l", "--json", "m/n", library, library, cwd=folder)
    run("report", "-o", "o/p/q.html", "a/b/x", status=INPUT, cwd=folder)  # no BED file there
    assert not (folder / "o").exists(), "folders of a command that has failed are taken away"
    shutil.copy(folder / "c" / "d.bed", folder / "a" / "b" / "x.copies.bed")
    run("report", "-o", "o/p/q.html", "a/b/x", cwd=folder)
    run("simulate", "-o", "r/s/t", "-l", "20K", "-f", 2, cwd=folder)
    assert all((folder / p).exists() for p in ("e/f/y.copies.bed", "g/h.fa", "i/j", "k/l", "m/n", "o/p/q.html", "r/s/t.fa"))
    before = files_of(folder)
    assert "genome.fa" in run("find", "-q", "-o", "genome.fa/x", genome, status=1, cwd=folder).stderr
    assert "nothing.fa" in run("find", "-q", "-o", "u/v/x", "nothing.fa", status=INPUT, cwd=folder).stderr
    assert files_of(folder) == before and not (folder / "u").exists()


def test_names_of_any_length_are_written_or_refused_at_once(folder):
    genome = write_genome(folder)
    library = write_library(folder, genome)
    longest = "n" * 255
    for command in (["find", "-q", "--bed"], ["find", "-q", "--trace"], ["find", "-q", "--prometheus"], ["index", "-q", "-o"]):
        run(*command, longest, genome, cwd=folder)
        assert (folder / longest).stat().st_size > 0
        (folder / longest).unlink()
    run("find", "-q", "--bed", "ü" * 127, genome, cwd=folder)  # cut between letters for the time before
    run("find", "-q", "-o", "p" * 240, genome, cwd=folder)
    before = files_of(folder)
    too_long, too_deep = "n" * 256, "d/" * 2100 + "x"
    for name in (too_long, too_deep):
        for command in (["find", "-q", "--bed", name, genome], ["find", "-q", "-o", name, genome], ["find", "-q", "--trace", name, genome],
                        ["find", "-q", "--prometheus", name, genome], ["annotate", "-q", "--out", name, genome, library],
                        ["extend", "-q", "-o", name, genome, library], ["index", "-q", "-o", name, genome], ["compare", "--tsv", name, library, library],
                        ["report", "-o", name, "p" * 240], ["simulate", "-l", "20K", "-o", name]):
            told = run(*command, status=1, cwd=folder).stderr
            assert "too long" in told and files_of(folder) == before and not (folder / "d").exists(), (command[0], told[:300])
    assert "too long" in run("find", "-q", "-o", "p" * 249, genome, status=1, cwd=folder).stderr  # a result's name is, the prefix is not
    assert files_of(folder) == before


def test_a_temporary_folder_that_cannot_be_used_ends_no_run(folder):
    (folder / "file").write_text("")
    command = [PROGRAM, "find", "-q", "-o", folder / "x", write_genome(folder)]
    for place, reason in ((folder / "nowhere", "No such file"), (folder / "file", "Not a directory")):
        done = subprocess.run(command, env=dict(os.environ, TMPDIR=str(place)), capture_output=True, text=True)
        assert done.returncode == 0 and str(place) in done.stderr and reason in done.stderr and f"goes to {folder}" in done.stderr, done
        assert (folder / "x.families.fa").stat().st_size > 0


def test_a_dangling_link_gets_its_target(folder):
    genome = write_genome(folder)
    library = write_library(folder, genome)
    (folder / "far").mkdir()
    (folder / "first").symlink_to("far/second")
    (folder / "far" / "second").symlink_to(folder / "far" / "last")
    (folder / "lost").symlink_to("no/where")
    (folder / "round").symlink_to("round")
    for command in (["find", "-q", "-o", "x", "--bed", "first", genome], ["annotate", "-q", "-o", "x", "--paf", "first", genome, library],
                    ["extend", "-q", "-o", "first", genome, library], ["index", "-q", "-o", "first", genome],
                    ["compare", "--json", "first", library, library], ["find", "-q", "-o", "x", "--trace", "first", genome],
                    ["find", "-q", "-o", "x", "--prometheus", "first", genome], ["report", "-o", "first", "x"]):
        run(*command, cwd=folder)
        assert (folder / "first").is_symlink() and (folder / "far" / "second").is_symlink(), command
        assert (folder / "far" / "last").stat().st_size > 0, command
        (folder / "far" / "last").unlink()
    for name in ("lost", "round"):
        told = run("find", "-q", "-o", "x", "--bed", name, genome, status=1, cwd=folder).stderr
        assert f"{name}: cannot be written" in told, told


# --- Standard descriptors ---

def test_closed_standard_descriptors_change_no_result(folder):
    genome = write_genome(folder)
    library = write_library(folder, genome)
    run("find", "-q", "--no-run-info", "-o", folder / "open", genome)
    for closed in (">&-", "2>&-", "<&-", "<&- >&-", "<&- >&- 2>&-"):
        done = subprocess.run(["bash", "-c", f'exec "$0" find --no-run-info -o shut genome.fa {closed}', PROGRAM], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout == "", (closed, done)
        assert digest(folder / "shut") == digest(folder / "open"), closed
    for command in ("find -q -o x --bed - genome.fa", "extend -q genome.fa library.fa", "compare library.fa library.fa", "find --help", "--version", "devices"):
        done = subprocess.run(["bash", "-c", f'exec "$0" {command} >&-', PROGRAM], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 1 and "Bad file descriptor" in done.stderr, (command, done)
    done = subprocess.run(["bash", "-c", 'exec "$0" find -q -o x - <&-', PROGRAM], cwd=folder, capture_output=True, text=True)
    assert done.returncode == INPUT and "standard input" in done.stderr, done
    assert not (folder / "x.families.fa").exists()


def read_slowly(reader, most=1 << 20):
    """All that comes, in small bites; the writer finds the pipe full again and again."""
    parts = []
    while part := os.read(reader, 1 << 14):
        parts.append(part)
        if sum(map(len, parts)) < most:
            time.sleep(0.001)
    return b"".join(parts)


def test_standard_output_that_does_not_block_gets_everything(folder):
    genome = write_genome(folder, n=500000)
    library = write_library(folder, genome)
    expected = {}
    for name in ("-", "/dev/stdout", "/dev/fd/1"):
        for command in (["find", "-q", "-o", "x", "--masked", name], ["find", "-q", "-o", "x", "--masked", name, "--families", "f.gz"],
                        ["extend", "-q", "-o", name]):
            reader, writer = os.pipe()
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
            fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
            child = subprocess.Popen([PROGRAM, *command, genome, *([library] if command[0] == "extend" else [])], stdout=writer, stderr=subprocess.PIPE, cwd=folder)
            os.close(writer)
            got = read_slowly(reader)
            os.close(reader)
            assert child.wait() == 0, child.stderr.read()
            assert got == expected.setdefault(command[0], got) and got.startswith(b">"), (command, len(got))
    assert len(expected["find"]) > 400000
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    child = subprocess.Popen([PROGRAM, "find", "--help"], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    time.sleep(0.1)
    assert read_slowly(reader).decode() == run("find", "--help").stdout and child.wait() == 0
    os.close(reader)


def test_standard_output_that_is_a_socket_or_appended_to(folder):
    import socket
    genome = write_genome(folder)
    for name in ("-", "/dev/stdout"):
        mine, other = socket.socketpair()
        child = subprocess.Popen([PROGRAM, "find", "-q", "-o", folder / "x", "--masked", name, genome], stdout=other)
        other.close()
        got = b"".join(iter(lambda: mine.recv(1 << 16), b""))
        mine.close()
        assert child.wait() == 0 and len(fasta_length(got)) > 60000
        (folder / "out").write_text("before\n")
        with open(folder / "out", "a") as to:
            subprocess.run([PROGRAM, "find", "-q", "-o", folder / "x", "--masked", name, genome], stdout=to, check=True)
        assert (folder / "out").read_bytes() == b"before\n" + got


def fasta_length(text):
    return b"".join(line for line in text.splitlines() if not line.startswith(b">"))


# --- Signals ---

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGXCPU)


def full_pipe():
    """A pipe that has no room left, both ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while os.write(writer, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(writer, True)
    return reader, writer


def ends(child, number, what):
    """Without an end to what it waits for, only the signal ends it; how soon is the machine's affair."""
    child.send_signal(number)
    try:
        status = child.wait(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(f"{what}: signal {number} has no effect")
    assert status == -number, f"{what}: exit {status}, not by signal {number}"


def test_signals_act_while_standard_error_blocks(folder):
    """Every kind, in a run that tells much: it ends with its state kept, and goes on from there."""
    expected = digest(demo(folder))
    stopped = 0
    for number in ENDING:
        reader, writer = full_pipe()
        child = subprocess.Popen([PROGRAM, "find", "-t", "1", "--no-run-info", "--progress-interval", "0.01", "--checkpoint-interval", "0.05", "-o", folder / "x", DEMO],
                                 stderr=writer, preexec_fn=heed_signals)
        os.close(writer)
        state = folder / "x.reprise" / "state"
        wait_until(lambda: state.exists() or child.poll() is not None, "no checkpoint")
        child.send_signal(signal.SIGUSR2)
        time.sleep(0.05)
        if child.poll() is None:
            ends(child, number, "standard error is full")
            assert state.exists(), "no state is kept"
            stopped += 1
        os.close(reader)
        if number in ENDING[:1] + ENDING[-1:]:
            run("find", "-q", "--no-run-info", "-o", folder / "x", DEMO)
            assert digest(folder / "x") == expected, number
        shutil.rmtree(state.parent, ignore_errors=True)
    assert stopped > 2, stopped


def test_a_run_goes_on_while_nobody_reads_its_messages(folder):
    reader, writer = full_pipe()
    child = subprocess.Popen([PROGRAM, "find", "-o", folder / "x", write_genome(folder)], stderr=writer, preexec_fn=heed_signals)
    os.close(writer)
    wait_until(lambda: (folder / "x.summary.json").exists(), "it waits for a reader")
    text = b""
    while part := os.read(reader, 1 << 16):
        text += part
    os.close(reader)
    told = text.lstrip(b"x").decode()
    assert child.wait() == 0 and "contigs" in told and "results written" in told and "wall time" in told, told


def test_signals_act_while_standard_input_blocks(folder):
    """An input that never comes: a pipe, a named pipe without a writer, one with a silent writer; for each command that reads."""
    genome = write_genome(folder)
    library = write_library(folder, genome)
    os.mkfifo(folder / "fifo")
    silent = os.open(folder / "fifo", os.O_RDWR)
    (folder / "out").mkdir()
    commands = [["find", "-q", "-o", "out/x"], ["find", "-q", "-t", 4, "-o", "out/x"], ["index", "-q", "-o", "out/i"], ["annotate", "-q", "-o", "out/a"],
                ["extend", "-q", "-o", "out/e"]]
    for i, command in enumerate(commands):
        for source in ("-", "fifo", "none"):
            if source == "none":
                os.close(silent)
            reader, writer = os.pipe()
            more = [library] if command[0] in ("annotate", "extend") else []
            child = subprocess.Popen([PROGRAM, *map(str, command), "-" if source == "-" else "fifo", *more], stdin=reader, cwd=folder, preexec_fn=heed_signals,
                                     stderr=subprocess.PIPE, text=True)
            os.close(reader)
            if i % 2 == 1 and source == "-":
                os.write(writer, genome.read_bytes()[:3000])  # some of it comes
            assert heeds(child, ENDING[i]), child.communicate()
            time.sleep(0.3)
            ends(child, ENDING[i], (command, source))
            told = child.stderr.read()
            assert f"ended by signal {int(ENDING[i])}" in told, told
            os.close(writer)
            assert files_of(folder / "out") == [], (command, files_of(folder / "out"))
            if source == "none":
                silent = os.open(folder / "fifo", os.O_RDWR)
    os.close(silent)


def test_signals_act_while_standard_output_blocks(folder):
    """A pipe that nobody reads, and a named pipe that nobody opens."""
    (folder / "out").mkdir()
    genome = write_genome(folder)
    library = write_library(folder, genome)
    os.mkfifo(folder / "fifo")
    for number, command in zip(ENDING, (["find", "-q", "-o", "out/x", "--masked"], ["annotate", "-q", "-o", "out/x", "--masked"], ["extend", "-q", "-o"],
                                        ["find", "-q", "-o", "out/x", "--report", "--bed"], ["index", "-q", "-o"])):
        more = [library] if command[0] in ("annotate", "extend") else []
        for name in ("-", "fifo"):
            reader, writer = full_pipe()
            child = subprocess.Popen([PROGRAM, *command, name, genome, *more], stdout=writer, stderr=subprocess.PIPE, text=True, cwd=folder, preexec_fn=heed_signals)
            os.close(writer)
            assert heeds(child, number), child.communicate()
            time.sleep(1.0)
            assert child.poll() is None, child.communicate()
            ends(child, number, (command, name))
            os.close(reader)
            assert f"ended by signal {int(number)}" in child.stderr.read(), (command, name)
            shutil.rmtree(folder / "out" / "x.reprise", ignore_errors=True)
            assert files_of(folder / "out") == []


def test_a_limit_of_cpu_time_ends_as_a_signal_does(folder):
    """XCPU comes each second from the soft limit on: the state is kept, and the run goes on to the same bytes."""
    run("simulate", "-o", folder / "g", "-l", "6M", "-f", 60, "-s", 3)
    command = ["find", "-t", 2, "--no-run-info", "--checkpoint-interval", "0.1"]
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(*command, "-q", "-o", folder / "whole", folder / "g.fa")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    half = int((ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime) / 2)
    if half < 1:
        raise Skip("the machine is too fast for a limit of a whole second")

    def limit():
        heed_signals()
        resource.setrlimit(resource.RLIMIT_CPU, (half, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))

    child = subprocess.Popen([PROGRAM, *map(str, command), "-o", folder / "x", folder / "g.fa"], preexec_fn=limit, stderr=subprocess.PIPE, text=True)
    told = child.communicate()[1]
    assert child.returncode == -signal.SIGXCPU and "goes on from" in told, (child.returncode, told)
    assert (folder / "x.reprise" / "state").exists()
    done = run(*command, "-o", folder / "x", folder / "g.fa")
    assert "going on from the checkpoint" in done.stderr and digest(folder / "x") == digest(folder / "whole")


def test_a_second_xcpu_does_not_cut_the_state_off(folder):
    expected = digest(demo(folder))
    state = folder / "x.reprise" / "state"
    for _ in range(5):  # a run may be done before it is looked at
        child = started("find", "-t", "1", "--no-run-info", "--checkpoint-interval", "0.05", "-o", folder / "x", DEMO)
        wait_until(lambda: state.exists() or child.poll() is not None, "no checkpoint")
        for _ in range(200):
            child.send_signal(signal.SIGXCPU)
            time.sleep(0.0005)
        told = child.communicate()[1]
        if child.returncode != 0:
            break
    assert child.returncode == -signal.SIGXCPU and "goes on from" in told, (child.returncode, told)
    run("find", "-q", "--no-run-info", "-o", folder / "x", DEMO)
    assert digest(folder / "x") == expected


sys.exit(main(globals()))
