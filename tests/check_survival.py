#!/usr/bin/env python3
"""Kills, checkpoints, failing system calls, full disks, closed pipes: what a run leaves behind."""
import errno
import fcntl
import itertools
import resource
import signal
import time
import zlib

import kill_and_resume
from harness import *
from properties.runs import least_of

FAULTS = pathlib.Path(PROGRAM).parent / "faults.so"
SANITIZED = "san-" in PROGRAM


def small_genome(folder, seed=3, n=60000):
    """A genome with a family of 12 copies, in two contigs."""
    rng = random.Random(seed)
    element = random_letters(rng, 900)
    copies = ["".join(c if rng.random() > 0.05 else rng.choice("ACGT") for c in element) for _ in range(12)]
    spacers = [random_letters(rng, n // 13) for _ in range(13)]
    text = spacers[0] + "".join(c + s for c, s in zip(copies, spacers[1:]))
    path = folder / "genome.fa"
    path.write_text(f">a one\n{text[:n // 2]}\n>b\n{text[n // 2:]}\n")
    return path


def interrupt(folder, prefix, number=signal.SIGTERM, options=(), after=None):
    """Ends a run with a signal once it has grown families; returns its messages."""
    waits = [*([after] if after else []), 0.3, 0.4, 0.5, 0.6, 0.25, 0.2, 0.8, 1.2, 2.0, 3.0]
    for slower, wait in itertools.product((8, 4, 2) if SANITIZED else (1,), waits):
        run = started("find", "--no-run-info", *options, "-o", prefix, DEMO)
        time.sleep(wait * slower)
        run.send_signal(number)
        told = run.communicate()[1]
        if run.returncode == -number and (pathlib.Path(f"{prefix}.reprise") / "state").exists():
            return told
        shutil.rmtree(f"{prefix}.reprise", ignore_errors=True)
        for path in folder.glob(pathlib.Path(prefix).name + ".*"):
            path.unlink()
    raise Skip("the machine is too fast or too slow to interrupt the demo run")


# --- Kills and checkpoints ---

def test_kill_and_resume(folder):
    assert kill_and_resume.main(PROGRAM, 12, str(DEMO), ["-t", "2"]) == 0


def test_signal_tells_how_to_go_on(folder):
    expected = digest(demo(folder))
    for number in (signal.SIGTERM, signal.SIGUSR1):
        prefix = folder / number.name
        told = interrupt(folder, prefix, number)
        assert f"goes on from {prefix}.reprise" in told, told
        assert [p.name for p in folder.glob(f"{number.name}.*")] == [f"{number.name}.reprise"]
        done = run("find", "--no-run-info", "-o", prefix, DEMO)
        assert "going on from the checkpoint" in done.stderr, done.stderr
        assert digest(prefix) == expected, "other bytes"
        assert not pathlib.Path(f"{prefix}.reprise").exists()


def test_resume_with_other_threads_and_memory(folder):
    interrupt(folder, folder / "x")
    run("find", "-q", "--no-run-info", "-t", 1, "--max-memory", "200M", "--channel-capacity", 100, "-o", folder / "x", DEMO)
    assert digest(folder / "x") == digest(demo(folder))


def test_checkpoint_is_bound(folder):
    interrupt(folder, folder / "x")
    state = (folder / "x.reprise" / "state").read_bytes()
    for options, word in ((["--min-copies", 4], "--min-copies 3"), (["--kmer", 12], "--kmer 0"), (["--respect-mask"], "--respect-mask false"),
                          (["--maxextend", 5000], "--maxextend")):
        told = run("find", "-q", *options, "-o", folder / "x", DEMO, status=1).stderr
        assert word in told and "--restart" in told, told
    other = small_genome(folder)
    told = run("find", "-q", "-o", folder / "x", other, status=1).stderr
    assert "another genome" in told and "x.reprise" in told, told
    assert (folder / "x.reprise" / "state").read_bytes() == state, "a refusal leaves the checkpoint"
    done = run("find", "--restart", "-o", folder / "x", other)
    assert "going on" not in done.stderr and not (folder / "x.reprise").exists()
    run("find", "-q", "--no-checkpoint", "--restart", DEMO, status=2)


def keep_state(folder, genome, *options):
    """Leaves x.reprise in the folder: the state of a run that has come as far as the copies and cannot write a result."""
    told = run("find", "-q", "--no-run-info", *options, "-o", folder / "x", "--checkpoint-interval", "0.000001",
               "--masked", "/dev/full", genome, status=PASSING).stderr
    assert "No space left" in told and (folder / "x.reprise" / "state").exists(), told


def states_in(folder):
    return sorted(folder.glob("*.reprise/state"))


def test_a_retry_in_another_folder_goes_on_from_a_shared_state(folder):
    genome, states = small_genome(folder), folder / "deep" / "states"
    shared = ["--no-run-info", "--checkpoint-dir", states]
    kept = [*shared, "--checkpoint-interval", "0.000001", "--masked", "/dev/full"]
    for place in "one", "two", "three":
        (folder / place).mkdir()
    run("find", "-q", "--no-run-info", "-o", folder / "plain", genome)
    run("find", "-q", *kept, "-o", folder / "one" / "x", genome, status=PASSING)
    assert list((folder / "one").iterdir()) == [] and len(states_in(states)) == 1
    moved = folder / "two" / "other-name.fa.gz"  # what the state is of is not where it lies
    moved.write_bytes(gzip.compress(genome.read_bytes()))
    # other options have a state of their own, and neither is in the other's way
    run("find", "-q", *kept, "--min-copies", 4, "-o", folder / "one" / "x", genome, status=PASSING)
    run("find", "-q", *kept, "--pairs", folder / "p.tsv", "-o", folder / "one" / "x", genome, status=PASSING)
    assert len(states_in(states)) == 3
    done = run("find", *shared, "-t", 3, "-o", folder / "two" / "y", moved)
    assert "going on from the checkpoint" in done.stderr, done.stderr
    assert digest(folder / "two" / "y") == digest(folder / "plain") and len(states_in(states)) == 2
    for options in (["--min-copies", 4], ["--pairs", folder / "p.tsv"]):
        assert "going on from the checkpoint" in run("find", *shared, *options, "-o", folder / "three" / "z", genome).stderr
    assert list(states.iterdir()) == [] and not list(folder.glob("*/*.reprise"))
    run("find", "-q", "--no-checkpoint", "--checkpoint-dir", states, genome, status=2)
    told = run("find", "-q", "--checkpoint-dir", genome, "-o", folder / "x", genome, status=1).stderr
    assert "--checkpoint-dir" in told and "Not a directory" in told, told


def test_a_shared_state_is_held_by_one_run(folder):
    genome, states = small_genome(folder), folder / "states"
    shared = ["--no-run-info", "--checkpoint-dir", states]
    kept = [*shared, "--checkpoint-interval", "0.000001", "--masked", "/dev/full", "-o", folder / "x", genome]
    run("find", "-q", *kept, status=PASSING)
    state, = states_in(states)
    with open(state.parent / "lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        told = run("find", "-q", *shared, "-o", folder / "y", genome, status=PASSING).stderr
        assert "another run of this input" in told and str(state.parent) in told, told
        run("find", "-q", *shared, "--min-copies", 4, "-o", folder / "z", genome)
    with open(folder / "lock", "w") as held:  # results are one run's still
        (folder / "y.reprise").mkdir()
        (folder / "lock").rename(folder / "y.reprise" / "lock")
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "with this prefix" in run("find", "-q", *shared, "-o", folder / "y", genome, status=PASSING).stderr
    state.write_bytes(state.read_bytes()[:-9])
    done = run("find", *shared, "-o", folder / "y", genome)
    assert "is damaged" in done.stderr and "families, at" not in done.stderr and list(states.iterdir()) == [], done.stderr
    run("find", "-q", *kept, status=PASSING)
    assert "going on" not in run("find", "--restart", *shared, "-o", folder / "y", genome).stderr


def test_a_shared_state_needs_no_prefix(folder):
    genome, states = small_genome(folder), folder / "states"
    others = set(re.findall(r"--(no-[a-z0-9-]+)", run("find", "--help").stdout)) - {"no-families", "no-decoy", "no-checkpoint", "no-masked"}
    alone = ["--checkpoint-dir", states, "--families", "f.fa", *(f"--{o}" for o in sorted(others))]
    run("find", "-q", "--checkpoint-interval", "0.000001", *alone, "--masked", "/dev/full", genome, status=PASSING, cwd=folder)
    assert sorted(p.name for p in folder.iterdir()) == ["genome.fa", "states"] and len(states_in(states)) == 1
    assert "going on" in run("find", *alone, "--no-masked", genome, cwd=folder).stderr
    assert sorted(p.name for p in folder.iterdir()) == ["f.fa", "genome.fa", "states"] and list(states.iterdir()) == []


def test_a_state_is_of_its_code(folder):
    """Two builds of one version are told apart; the version's line names the code."""
    keep_state(folder, small_genome(folder))
    state = folder / "x.reprise" / "state"
    code = re.fullmatch(r"reprise-c \S+ \(code ([0-9a-f]{16})\)\n", run("--version").stdout).group(1)
    other = bytes([code.encode()[0] ^ 1]) + code.encode()[1:]
    content = state.read_bytes()[:-4]
    assert content.count(code.encode()) == 1
    content = content.replace(code.encode(), other)
    state.write_bytes(content + zlib.crc32(content).to_bytes(4, sys.byteorder))
    told = run("find", "-q", "-o", folder / "x", folder / "genome.fa", status=1).stderr
    assert other.decode() in told and code in told and "--restart" in told, told


def test_a_state_is_of_its_lower_case(folder):
    genome = small_genome(folder)
    name, text = next(iter(fasta(genome).items()))
    lowered = [folder / "first.fa", folder / "second.fa"]
    for path, cut in zip(lowered, (3000, 9000)):
        path.write_text(f">{name}\n{text[:cut].lower()}{text[cut:]}\n")
    keep_state(folder, lowered[0], "--respect-mask")
    told = run("find", "-q", "--respect-mask", "-o", folder / "x", lowered[1], status=1).stderr
    assert "lower case was elsewhere" in told and "--restart" in told, told
    assert "going on" in run("find", "--respect-mask", "-o", folder / "x", lowered[0]).stderr
    keep_state(folder, lowered[0])  # where it is not respected, nothing follows from it
    assert "going on" in run("find", "--no-run-info", "-o", folder / "x", lowered[1]).stderr
    run("find", "-q", "--no-run-info", "-o", folder / "y", lowered[1])
    assert digest(folder / "x") == digest(folder / "y")


def long_family(folder):
    """A genome whose one family has 67 kb: growth stops where the copies that it began with have insertions, and goes on
    from all copies.

    Each copy has an insertion in its midst too: no alignment goes over so much at once. Fewer copies that are so long and
    so alike were one place, as haplotypes are (index/duplicates.h), and searched once.
    """
    rng = random.Random(5)
    n_first, n, seed, stop, worn = 5, 66, 50000, 59900, 160
    segment = random_letters(rng, 97000)
    with open(folder / "long.fa", "w") as to:
        for i in range(n):
            first = i < n_first
            marked = segment[seed:seed + 60] if first else random_letters(rng, 60)
            before = [c if j % 11 != i % 11 else "ACGT"["ACGT".index(c) ^ 1] for j, c in enumerate(segment[stop - worn:stop])]
            own = 30000 + 100 * i
            to.write("".join([f">c{i}\n", segment[:own], random_letters(rng, 500), segment[own:seed], marked,
                              segment[seed + 60:stop - worn], *before, random_letters(rng, 500 if first else 0),
                              segment[stop:], "\n"]))
    return folder / "long.fa"


def test_the_state_of_a_very_long_family_is_gone_on_from(folder):
    genome, options = long_family(folder), ["--max-seed-frequency", 5]
    run("find", "-q", "--no-run-info", *options, "-o", folder / "y", genome)
    assert max(map(len, fasta(folder / "y.families.fa").values())) > 1 << 16, "no family is long enough"
    keep_state(folder, genome, *options)
    done = run("find", "--no-run-info", *options, "-o", folder / "x", genome)
    assert "going on from the checkpoint" in done.stderr and "damaged" not in done.stderr, done.stderr
    assert digest(folder / "x") == digest(folder / "y")


# Another value of each option of find that takes one; FILE stands for a fresh name.
OTHER_VALUES = {
    "classify-with": "library.fa", "known": "library.fa", "kmer": 11, "min-seed-frequency": 12, "max-seed-frequency": 12, "min-copies": 9,
    "extension-length": 500, "max-candidates": 800, "minlength": 500, "minfreq": 9, "maxextend": 150, "tandemdist": 9000,
    "pa": 3, "threads": 3, "max-memory": "400M", "io-depth": 3, "storage": "hdd", "queue-bytes": "1M",
    "progress-interval": 7, "simd": "scalar", "checkpoint-interval": 7, "checkpoint-dir": "states", "sample": "s",
    "class-names": "wicker", "name-prefix": "g1_", "mutation-rate": 1e-8, "flank": 7, "index": "g.rpidx", "genes": "g.bed",
    "protect": "g.bed", "domains": ROOT / "data" / "domains.hmm", "channel-capacity": 7, "backpressure": 0.3,
    "device": "cpu"}
NOT_RESULTS = {"trace", "prometheus", "log"}  # files that differ from run to run
FROM_THE_START = {"pairs"}  # results that a run cannot have that was begun without


def tree(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "FILE-of-a-run"}


def test_another_value_of_any_option_is_refused_or_gives_its_bytes(folder):
    """From find's own table: a run that goes on from a state gives what an undisturbed run with the same options gives."""
    run("simulate", "-o", folder / "g", "-l", "300K", "-f", "12", "-c", 3, "-s", "3")
    records = fasta(folder / "g.fa")
    halves = [(n, s[:len(s) // 2], s[len(s) // 2:]) for n, s in records.items()]
    (folder / "g.fa").write_text("".join(f">{n}\n{upper}{lower.lower()}\n" for n, upper, lower in halves))
    run("index", "-q", "-o", folder / "g.rpidx", folder / "g.fa")
    shutil.copy(folder / "g.truth.fa", folder / "library.fa")
    (folder / "g.bed").write_text("".join(f"{n.split()[0]}\t0\t{len(upper)}\n" for n, upper, _ in halves))
    keep_state(folder, folder / "g.fa")

    def outcome(given, resumes):
        place = folder / "run"
        place.mkdir()
        if resumes:
            shutil.copytree(folder / "x.reprise", place / "x.reprise")
        command = [PROGRAM, "find", *map(str, given), "-o", "x", folder / "g.fa"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True)
        files = tree(place)
        shutil.rmtree(place)
        return done, files

    plain = outcome(["--no-run-info"], False)[1]
    refused = set()
    row = r"^(?:  (?:-\w, |    )--([a-z0-9-]+)(?: ([A-Z]+))?|run \(no effect)"
    table = re.findall(row, run("find", "--help").stdout, re.M)
    no_effect = {option for option, _ in table[table.index(("", "")):]}
    for option, value in table:
        given = [] if option == "no-run-info" else ["--no-run-info"]
        if option in ("", "output", "help"):  # another prefix has another state
            continue
        if option in ("until-copies", "from", "part", "gather"):  # other runs: check_shares.py
            continue
        assert not value or value == "FILE" or option in OTHER_VALUES, f"OTHER_VALUES lacks a value of --{option}"
        other = OTHER_VALUES.get(option, "FILE-of-a-run" if option in NOT_RESULTS else "FILE")
        given += [f"--{option}"] + ([folder / other if (folder / str(other)).exists() else other] if value else [])
        done, files = outcome(given, True)
        if done.returncode == 1:
            assert "the checkpoint is of" in done.stderr and "--restart" in done.stderr, (option, done.stderr)
            files = outcome(given, False)[1]
            shows = option in FROM_THE_START or any(files[n] != plain[n] for n in plain if n != "x.summary.json")
            assert shows, f"--{option} is refused, and this genome does not show why"
            refused.add(option)
            continue
        assert done.returncode == 0, (option, done.stderr)
        went_on = option in ("restart", "no-checkpoint", "checkpoint-dir", "quiet") or "going on from the checkpoint" in done.stderr
        assert went_on, (option, done.stderr)
        assert files == (plain if option in no_effect else outcome(given, False)[1]), f"--{option}: other bytes"
    assert len(refused) >= 10, refused


def test_other_results_may_be_asked_for(folder):
    interrupt(folder, folder / "x")
    done = run("find", "--no-run-info", "--hard-mask", "--reprise-files", "--report", "-o", folder / "x", DEMO)
    assert "going on from the checkpoint" in done.stderr
    run("find", "-q", "--no-run-info", "--hard-mask", "--reprise-files", "-o", folder / "y", DEMO)
    endings = [*ENDINGS, "reprof", "freq", "bed", "masked"]
    assert digest(folder / "x", endings) == digest(folder / "y", endings)


def test_candidate_pairs_of_a_run_that_goes_on(folder):
    run("find", "-q", "--pairs", folder / "whole.tsv", "-o", folder / "w", DEMO)
    whole = (folder / "whole.tsv").read_bytes()
    for number, options in ((signal.SIGTERM, []), (signal.SIGKILL, ["--checkpoint-interval", "0.05"])):
        prefix = folder / number.name
        interrupt(folder, prefix, number, options=["--pairs", folder / "x.tsv", *options])
        assert not (folder / "x.tsv").exists()
        done = run("find", "--pairs", folder / "x.tsv", "-t", 1, "-o", prefix, DEMO)
        assert "going on from the checkpoint" in done.stderr, done.stderr
        assert (folder / "x.tsv").read_bytes() == whole, "other pairs"
        assert not pathlib.Path(f"{prefix}.reprise").exists()
        (folder / "x.tsv").unlink()


def test_a_run_without_pairs_cannot_go_on_with_them(folder):
    prefix = folder / "x"
    for wait in (0.3, 0.5, 0.8, 1.2, 2):
        interrupt(folder, prefix, options=["--checkpoint-interval", "0.05"], after=wait)
        done = subprocess.run([PROGRAM, "find", "-q", "--pairs", folder / "p.tsv", "-o", prefix, DEMO], capture_output=True, text=True)
        if done.returncode != 0:
            break
        assert len(bed(folder / "p.tsv")[1]) == 16  # nothing was missing: the state was from before the first pair
        for path in folder.glob("x.*"):
            path.unlink()
    told = done.stderr
    assert done.returncode == 1 and f"{prefix}.reprise/pairs" in told and "without --pairs" in told and "--restart" in told, told
    (folder / "x.reprise" / "pairs").write_text("1\t1\n" * 3)  # those of a run that was not whole
    told = run("find", "-q", "--pairs", folder / "p.tsv", "-o", prefix, DEMO, status=1).stderr
    assert "and 3 of them" in told and "--restart" in told, told
    run("find", "-q", "--restart", "--pairs", folder / "p.tsv", "-o", prefix, DEMO)
    assert len(bed(folder / "p.tsv")[1]) == 16


def test_candidate_pairs_that_cannot_be_written(folder):
    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000))

    done = subprocess.run([PROGRAM, "find", "-q", "--pairs", folder / "p.tsv", "-o", folder / "x", DEMO], preexec_fn=little_room, capture_output=True,
                          text=True)
    assert done.returncode == 1 and f"{folder}/x.reprise/pairs: cannot be written" in done.stderr, (done.returncode, done.stderr)
    assert [p.name for p in folder.iterdir()] == [], "nothing is left"


def test_damaged_checkpoint_is_set_aside(folder):
    interrupt(folder, folder / "x")
    state = folder / "x.reprise" / "state"
    whole, rng = state.read_bytes(), random.Random(4)
    damages = [b"", whole[:len(whole) // 2], b"junk" * 500, whole[:-1]]
    for _ in range(4):
        at = rng.randrange(len(whole))
        damages.append(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1:])
    expected = digest(demo(folder))
    for damaged in damages:
        state.parent.mkdir(exist_ok=True)
        state.write_bytes(damaged)
        done = run("find", "-q", "--no-run-info", "-o", folder / "x", DEMO)
        assert "damaged" in done.stderr and str(state) in done.stderr, done.stderr
        assert digest(folder / "x") == expected
        assert not state.parent.exists()


def test_one_run_a_prefix(folder):
    genome, library = small_genome(folder), folder / "library.fa"
    run("find", "-q", "-o", folder / "l", "--families", library, genome)
    (folder / "x.reprise").mkdir()
    with open(folder / "x.reprise" / "lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for command in (["find", genome], ["annotate", genome, library]):
            told = run(command[0], "-q", "-o", folder / "x", *command[1:], status=PASSING).stderr
            assert "x.reprise" in told and "another run" in told, told
        run("find", "-q", "-o", folder / "other", genome)
        run("find", "-q", "--no-checkpoint", "-o", folder / "x", genome)
    run("find", "-q", "-o", folder / "x", genome)
    assert not (folder / "x.reprise").exists()


def test_two_runs_at_once(folder):
    first = started("find", "-q", "-o", folder / "x", DEMO)
    while not (folder / "x.reprise" / "lock").exists() and first.poll() is None:
        time.sleep(0.001)
    time.sleep(0.02)
    second = started("find", "-q", "-o", folder / "x", DEMO)
    told = second.communicate()[1]
    if first.poll() is not None:
        raise Skip("the first run was done too early")
    assert second.returncode == PASSING and "another run" in told, told
    assert first.wait() == 0


# --- Results ---

def test_single_output_to_stdout(folder):
    genome = small_genome(folder)
    out = run("find", "-q", "--families", "-", "--no-other", "--no-candidates", "--no-seed-alignments", "--no-bed", "--no-other-bed",
              "--no-candidates-bed", "--no-gff3", "--no-classes", "--no-counts", "--no-tandem", "--no-satellites", "--no-satellite-arrays", "--no-masked", "--no-summary", genome, cwd=folder).stdout
    assert out.startswith(">R1#"), out[:80]
    assert [p.name for p in folder.iterdir()] == ["genome.fa"], list(folder.iterdir())


def test_closed_pipe_is_quiet(folder):
    for command in (["find", "-q", "--masked", "-", DEMO], ["find", "--help"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([PROGRAM, *map(str, command)], stdout=writer, stderr=subprocess.PIPE, text=True, cwd=folder)
        os.close(writer)
        assert done.returncode == -signal.SIGPIPE and done.stderr == "", (command, done)
        assert [p.name for p in folder.iterdir()] in ([], ["demo.reprise"])  # a checkpoint, if it took long
        shutil.rmtree(folder / "demo.reprise", ignore_errors=True)


def test_full_disk(folder):
    genome = small_genome(folder)
    run("find", "-q", "-o", folder / "x", genome)
    before = digest(folder / "x")
    names = sorted(p.name for p in folder.iterdir())
    for limit in (0, 10, 30) if not SANITIZED else ():  # which write files of their own; hmmsearch does, too
        done = subprocess.run(["bash", "-c", f"ulimit -f {limit}; exec \"$0\" find -q --no-domains -o \"$1\" \"$2\"", PROGRAM, folder / "x", genome],
                              capture_output=True, text=True)
        assert done.returncode == 1 and f"{folder}/x." in done.stderr and "cannot be written" in done.stderr, done
        assert digest(folder / "x") == before and sorted(p.name for p in folder.iterdir()) == names
    told = run("find", "-q", "-o", folder / "y", "--families", "/dev/full", genome, status=PASSING).stderr
    assert "/dev/full: cannot be written: No space left" in told, told
    with open("/dev/full", "w") as full:
        for command in (["find", "-q", "-o", folder / "y", "--families", "-", genome], ["find", "--help"]):
            done = subprocess.run([PROGRAM, *map(str, command)], stdout=full, stderr=subprocess.PIPE, text=True)
            assert done.returncode == PASSING and "No space left" in done.stderr, done
    assert sorted(p.name for p in folder.iterdir()) == names


def test_places_that_cannot_be_written(folder):
    genome = small_genome(folder)
    (folder / "x.copies.bed").mkdir()
    told = run("find", "-q", "-o", folder / "x", genome, status=1).stderr
    assert "x.copies.bed: cannot be written: Is a directory" in told, told
    told = run("find", "-q", "-o", genome / "x", genome, status=1).stderr
    assert "genome.fa" in told and "Not a directory" in told, told
    (folder / "y.reprise").write_text("a file")
    told = run("find", "-q", "-o", folder / "y", genome, status=1).stderr
    assert "y.reprise" in told and "cannot be made" in told, told
    if os.geteuid() != 0:
        (folder / "shut").mkdir(mode=0o500)
        told = run("find", "-q", "-o", folder / "shut" / "x", genome, status=1).stderr
        assert "Permission denied" in told, told
    assert not list(folder.glob("*.part")) and not list(folder.glob("*.families.fa"))


def test_a_result_never_takes_an_inputs_place(folder):
    genome = small_genome(folder)
    text = genome.read_bytes()
    os.link(genome, folder / "x.masked.fa")
    for options in (["--masked", genome], ["--bed", genome], ["-o", folder / "x"]):
        told = run("find", "-q", *options, genome, status=1, cwd=folder).stderr
        assert "is an input" in told, told
    library = folder / "l.families.fa"
    run("find", "-q", "-o", folder / "l", genome)
    assert "is an input" in run("annotate", "-q", "--out", library, genome, library, status=1, cwd=folder).stderr
    assert genome.read_bytes() == text


def test_vanished_folder(folder):
    (folder / "sub").mkdir()
    run_ = started("find", "-q", "-o", folder / "sub" / "x", "--checkpoint-interval", "0.01", DEMO)
    while not (folder / "sub" / "x.reprise").exists() and run_.poll() is None:
        time.sleep(0.002)
    shutil.rmtree(folder / "sub", ignore_errors=True)
    shutil.rmtree(folder / "sub", ignore_errors=True)
    told = run_.communicate()[1]
    if run_.returncode == 0:
        raise Skip("the run was done too early")
    assert run_.returncode == 1 and "sub/x." in told, told
    assert not (folder / "sub").exists()


def test_links_devices_and_modes(folder):
    genome, kept = small_genome(folder), folder / "kept.bed"
    kept.write_text("old\n")
    (folder / "x.copies.bed").symlink_to(kept)
    run("find", "-q", "-o", folder / "x", "--masked", "/dev/null", genome)
    assert (folder / "x.copies.bed").is_symlink() and kept.read_text() != "old\n"
    assert pathlib.Path("/dev/null").is_char_device()
    os.mkfifo(folder / "pipe")
    reader = subprocess.Popen(["cat", folder / "pipe"], stdout=subprocess.PIPE, text=True)
    run("find", "-q", "-o", folder / "x", "--families", folder / "pipe", genome)
    assert reader.communicate()[0].startswith(">R1#")
    assert (folder / "x.families.stk").stat().st_mode & 0o777 == 0o666 & ~os.umask(os.umask(0o22))


def test_names_with_blanks_quotes_and_newlines(folder):
    for name in ("with blank", "it's", 'a "b"', "new\nline", "$(touch x)", "-leading", "ünïcode", "semi;colon|pipe&"):
        place = folder / name
        place.mkdir()
        genome = small_genome(place).rename(place / f"{name}.fa")
        run("find", "-q", "--no-run-info", "-o", place / name, "--report", "--prometheus", place / f"{name}.prom", genome)
        assert len(fasta(f"{place / name}.families.fa")) == 1
        run("annotate", "-q", "-o", place / "again", genome, f"{place / name}.families.fa")
        run("index", "-q", "-o", place / f"{name}.rpidx", genome)
        run("find", "-q", "--index", place / f"{name}.rpidx", "-o", place / "again", genome)
        assert not list(place.glob("*.reprise")) and not list(place.glob("*.part"))


# --- Failing system calls ---

def with_faults():
    """The environment that preloads tests/faults. Where memory is checked, leaks on the way out of an error count as well."""
    if "san-thread" in PROGRAM:
        raise Skip("the thread sanitizer starts threads and reads files itself")
    options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0", "symbolize=0"]))  # a symbolizer would inherit the fault
    return {**os.environ, "LD_PRELOAD": str(FAULTS), "ASAN_OPTIONS": options}


def calls_of(command, folder, environment):
    counts = folder / "counts"
    subprocess.run([PROGRAM, *command], env={**environment, "REPRISE_FAULT_COUNTS": str(counts)}, check=True, capture_output=True)
    found = {name: int(n) for name, n in (line.split() for line in counts.read_text().splitlines())}
    counts.unlink()
    if SANITIZED and found["write"] == 0:
        raise Skip("the sanitizer is a part of the program and comes before what is preloaded")
    return found


def fail_each(folder, command, prefix, endings, kinds, most=40, least=20):
    """Every call of every kind failed in turn: a clean error or the same bytes; a file under its name is the old or the new one."""
    environment = with_faults()
    command = [str(c) for c in command]
    calls = calls_of(command, folder, environment)
    new = digest(prefix, endings)
    for ending in endings:
        pathlib.Path(f"{prefix}.{ending}").write_text("old\n")
    old = digest(prefix, endings)
    names = {p.name for p in folder.iterdir()}
    tried = failed = 0
    for name, whats in kinds.items():
        step = max(1, calls[name] // most)
        for number in range(1, calls[name] + 1, step):
            for what in whats:
                done = subprocess.run([PROGRAM, *command], env={**environment, "REPRISE_FAULT": f"{name}:{number}:{what}"}, capture_output=True,
                                      text=True, timeout=120)
                case = f"{name} call {number} of {calls[name]} with {what}: exit {done.returncode}: {done.stderr}"
                tried += 1
                assert done.returncode in (0, 1, INPUT, PASSING, MEMORY), case
                now = digest(prefix, endings)
                if done.returncode == 0:
                    assert now == new, f"other bytes: {case}"
                else:
                    failed += 1
                    assert done.stderr.startswith("reprise-c "), case
                    assert all(now[e] in (old[e], new[e]) for e in endings), f"half a file: {case}"
                    assert name in ("rename", "fsync", "open", "close") or now == old, f"earlier results are gone: {case}"
                if pathlib.Path(f"{prefix}.reprise").exists() and "--checkpoint-interval" in command:  # it goes on from there
                    subprocess.run([PROGRAM, *command], check=True)
                    assert digest(prefix, endings) == new, f"after it went on: {case}"
                assert {p.name for p in folder.iterdir()} == names, f"{sorted({p.name for p in folder.iterdir()} - names)} left: {case}"
                for ending in endings:
                    pathlib.Path(f"{prefix}.{ending}").write_text("old\n")
    assert tried > least and failed > least // 4, (tried, failed, calls)


IO_KINDS = {"open": [errno.EMFILE], "read": [errno.EIO, "short"], "write": [errno.ENOSPC, errno.EINTR, "short"], "fsync": [errno.EIO],
            "rename": [errno.EIO], "linkat": [errno.EDQUOT], "mkdir": [errno.EACCES], "flock": [errno.ENOLCK], "close": [errno.EIO],
            "access": [errno.ENOENT]}


def test_each_call_of_find_fails(folder):
    genome = small_genome(folder)
    fail_each(folder, ["find", "-q", "-t", 2, "-k", 10, "--no-run-info", "-o", folder / "x", genome], folder / "x", ENDINGS, IO_KINDS)


def test_each_call_fails_with_checkpoints(folder):
    genome = small_genome(folder)
    fail_each(folder, ["find", "-q", "-t", 1, "-k", 10, "--no-run-info", "--checkpoint-interval", "0.000001", "-o", folder / "x", genome], folder / "x",
              ENDINGS, {k: v[:1] for k, v in IO_KINDS.items() if k != "read"}, most=25)


def test_each_call_of_compressed_and_spilled_fails(folder):
    genome = small_genome(folder, n=200000)
    with gzip.open(folder / "g.fa.gz", "wb") as to:
        to.write(genome.read_bytes())
    run("index", "-q", "-k", 10, "-o", folder / "i.rpidx", genome)
    fail_each(folder, ["find", "-q", "-t", 2, "--no-run-info", "--index", folder / "i.rpidx", "-o", folder / "x", "--masked", folder / "x.masked.gz",
                       folder / "g.fa.gz"], folder / "x", [*[e for e in ENDINGS if e != "masked.fa"], "masked.gz"],
              {k: IO_KINDS[k][:1] for k in ("open", "read", "write", "fsync", "rename", "linkat", "access")}, most=25)


def test_each_spill_fails(folder):
    """A run whose index goes to files: making room for it fails at each place."""
    run("simulate", "-o", folder / "g", "-l", "12M", "-s", 5)
    command = ["find", "-q", "-t", 2, "--no-run-info", "--no-checkpoint", "-o", folder / "x", folder / "g.fa"]
    refused = run(*command, "--max-memory", "130M", status=MEMORY)
    fail_each(folder, [*command, "--max-memory", least_of(refused.stderr)],
              folder / "x", ENDINGS, {"posix_fallocate": [errno.ENOSPC], "ftruncate": [errno.EIO]}, most=4, least=0)


def test_each_thread_fails_to_start(folder):
    genome = small_genome(folder)
    environment = with_faults()
    command = ["find", "-q", "-t", "4", "-k", "10", "--no-run-info", "-o", str(folder / "x"), str(genome)]
    calls = calls_of(command, folder, environment)["pthread_create"]
    expected = digest(folder / "x")
    assert calls > 10, calls
    for number in range(1, calls + 1):
        done = subprocess.run([PROGRAM, *command], env={**environment, "REPRISE_FAULT": f"pthread_create:{number}:{errno.EAGAIN}"},
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 or (done.returncode == PASSING and "thread" in done.stderr), (number, done)
        assert done.returncode != 0 or digest(folder / "x") == expected, number


sys.exit(main(globals()))
