#!/usr/bin/env python3
"""Command-level checks of work in shares: one genome in several runs, at once or after an interruption."""
import fcntl
import gzip
import json
import random
import re
import signal
import sys
import time

from harness import ENDINGS, INPUT, PASSING, bed, digest, fasta, main, run, started, wait_until


def random_bases(rng, n):
    return "".join(rng.choices("ACGT", k=n))


def test_with_one_search_space_contigs_alone_have_the_copies_of_the_whole(folder):
    """The contigs hold pieces of one family, some of which are just good enough in a small genome."""
    rng = random.Random(7)
    family = random_bases(rng, 400)
    genome, library = folder / "g.fa", folder / "l.fa"
    with open(genome, "w") as out:
        for contig in range(12):
            sequence = random_bases(rng, 500)
            for length in range(28, 60, 2):
                at = rng.randrange(400 - length)
                sequence += family[at:at + length] + random_bases(rng, rng.randrange(200, 900))
            out.write(f">contig{contig}\n{sequence}\n")
    library.write_text(f">one#LINE/L1\n{family}\n")
    bases = sum(map(len, fasta(genome).values()))

    def copies(name, path, *options):
        run("annotate", "-q", "--no-decoy", *options, "-o", folder / name, path, library)
        return [row[:10] for row in bed(folder / f"{name}.copies.bed")]  # less the copy's number

    whole, alone, told = copies("whole", genome), [], []
    for n, (header, sequence) in enumerate(fasta(genome).items()):
        path = folder / f"contig{n}.fa"
        path.write_text(f">{header}\n{sequence}\n")
        alone += copies("alone", path)
        told += copies("told", path, "--search-space", bases)
    assert told == whole, "one search space, one annotation"
    assert alone != whole, "this genome does not show what the option is for"
    assert "out of range" in run("annotate", "--search-space", "0", genome, library, status=2).stderr


# --- annotate --part and gather ---

SHARED_ENDINGS = ["copies.bed", "copies.gff3", "out", "tbl", "divsum", "paf", "classes.tsv", "counts.tsv", "tandem.bed",
                  "masked.fa", "summary.json"]


def shares(folder, name, n, command, operands):
    """Makes all n parts, in an order of their own and with threads of their own."""
    for number in sorted(range(1, n + 1), key=lambda i: i * 7 % (n + 1)):
        run(*command, "-q", "-t", 1 + number % 3, "--part", f"{number}/{n}", "-o", folder / name, *operands)
    return [folder / f"{name}.{number}-of-{n}.scan" for number in range(1, n + 1)]


def parts(folder, name, n, genome, library, *options):
    return shares(folder, name, n, ["annotate", *options], [genome, library])


def gathered(folder, name, files, genome, library, *options):
    run("gather", "-q", "--no-run-info", *options, "-o", folder / name, genome, library, *files)
    return digest(folder / name, SHARED_ENDINGS)


def test_any_number_of_parts_makes_the_bytes_of_one_run(folder):
    for seed, size, contigs, numbers, scan, results in (
            (3, "3M", 3, (1, 3, 7, 64), [], ["--hints"]),
            (4, "2M", 400, (3, 7), ["--fast"], ["--min-copies", 2, "--hard-mask"]),
            (5, "1M", 1, (7,), ["--no-decoy", "--search-space", "3G"], ["--mask-tandem"])):
        genome, library = folder / f"g{seed}.fa", folder / f"g{seed}.truth.fa"
        run("simulate", "-o", folder / f"g{seed}", "-s", seed, "-l", size, "-c", contigs, "-f", 12)
        run("annotate", "-q", "--no-run-info", *scan, *results, "-o", folder / "one", genome, library)
        one = digest(folder / "one", SHARED_ENDINGS)
        for n in numbers:
            files = parts(folder, f"p{seed}", n, genome, library, *scan)
            assert gathered(folder, "whole", reversed(files), genome, library, *results) == one, (seed, n)
        assert not list(folder.glob("*.reprise")), "nothing is left of finished parts"


def test_a_part_is_the_same_bytes_with_any_threads(folder):
    run("simulate", "-o", folder / "g", "-l", "4M", "-c", 2, "-f", 10)
    made = []
    for threads in (1, 4):
        run("annotate", "-q", "-t", threads, "--part", "1/2", "-o", folder / f"t{threads}", folder / "g.fa", folder / "g.truth.fa")
        made.append((folder / f"t{threads}.1-of-2.scan").read_bytes())
    assert made[0] == made[1] and len(made[0]) > 10000


def test_gathering_works_with_nothing_to_find(folder):
    (folder / "none.fa").write_text("")
    (folder / "l.fa").write_text(f">one#LINE\n{random_bases(random.Random(2), 300)}\n")
    (folder / "g.fa").write_text(">empty\n\n>n\n" + "N" * 50 + "\n>some\n" + random_bases(random.Random(1), 3000) + "\n")
    (folder / "n.fa").write_text(">n\n" + "N" * 50 + "\n")
    for genome, library in (("g.fa", "none.fa"), ("g.fa", "l.fa"), ("n.fa", "l.fa")):
        genome, library = folder / genome, folder / library
        run("annotate", "-q", "--no-run-info", "-o", folder / "one", genome, library)
        files = parts(folder, "p", 3, genome, library)
        assert gathered(folder, "whole", files, genome, library) == digest(folder / "one", SHARED_ENDINGS)


def test_gather_refuses_gaps_doubles_and_strangers(folder):
    run("simulate", "-o", folder / "g", "-l", "300K", "-c", 2, "-f", 4)
    run("simulate", "-o", folder / "h", "-l", "300K", "-c", 2, "-f", 4, "-s", 9)
    genome, library = folder / "g.fa", folder / "g.truth.fa"
    one, two, three = parts(folder, "p", 3, genome, library)
    other_genome = parts(folder, "other", 3, folder / "h.fa", library)[2]
    other_library = parts(folder, "library", 3, genome, folder / "h.truth.fa")[2]
    fast = parts(folder, "fast", 3, genome, library, "--fast")[2]
    half = parts(folder, "half", 2, genome, library)[1]

    def refused(*files, genome=genome, library=library):
        return run("gather", "-q", "-o", folder / "x", genome, library, *files, status=INPUT).stderr

    assert "2 of 3 parts are missing: 1, 3" in refused(two)
    said = refused(one, two, three, two)
    assert f"{two} and {two} are both part 2 of 3" in said
    said = refused(one, two, other_genome)
    assert f"{other_genome} is of another genome than {one} (MD5 " in said
    said = refused(one, two, other_library)
    assert f"{other_library} is of another library than {one} (MD5 " in said
    said = refused(one, two, fast)
    assert f"{fast} is of --fast true, and {one} has false" in said
    assert f"{half} is part 2 of 2, and {one} part 1 of 3" in refused(one, two, half)
    assert f"{one} is of another genome (MD5 " in refused(one, two, three, genome=folder / "h.fa")
    assert f"{one} is of another library (MD5 " in refused(one, two, three, library=folder / "h.truth.fa")
    assert f"{genome}: the part cannot be used: it is no scan" in refused(one, two, genome)
    assert "none.scan: the part cannot be used" in refused(one, two, folder / "none.scan")
    whole = three.read_bytes()
    for damaged in (whole[:-1], whole[:100], b"", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], whole + b"x"):
        (folder / "damaged.scan").write_bytes(damaged)
        assert f"{folder}/damaged.scan: the part cannot be used: " in refused(one, two, folder / "damaged.scan")
    assert not list(folder.glob("x.*")), "no results of a refused gathering"
    renamed = folder / "renamed.fa"
    renamed.write_text(library.read_text().replace(">fam", ">other"))
    gathered(folder, "renamed", [one, two, three], genome, renamed)
    assert "other1" in (folder / "renamed.copies.bed").read_text(), "names are those of the library at hand"
    before = one.read_bytes()
    assert "is an input" in run("gather", "-q", "--bed", one, genome, library, one, two, three, status=1).stderr
    assert one.read_bytes() == before


def test_parts_and_their_misuse(folder):
    run("simulate", "-o", folder / "g", "-l", "100K", "-c", 1, "-f", 2)
    genome, library = folder / "g.fa", folder / "g.truth.fa"
    for bad in ("0/3", "4/3", "3", "/", "1/", "1/2/3", "-1/3", "1/99999", " 1/3", "a/b"):
        assert "no part I/N" in run("annotate", "--part", bad, genome, library, status=2).stderr, bad
    for option in (["--min-copies", 3], ["--no-bed"], ["--bed", "x"], ["--hard-mask"], ["--hints"], ["--no-run-info"]):
        said = run("annotate", "--part", "1/3", *option, genome, library, status=2, cwd=folder).stderr
        assert f"{option[0]} is of results" in said, said
    assert "unknown option --fast" in run("gather", "--fast", genome, library, "x", status=2).stderr
    assert "the parts are needed" in run("gather", genome, library, status=2).stderr
    run("annotate", "-q", "--part", "2/3", genome, library, cwd=folder)
    assert (folder / "g.2-of-3.scan").exists() and not (folder / "g.copies.bed").exists()
    run("annotate", "-q", "--part", "2/3", "-o", "new/", genome, library, cwd=folder)
    assert (folder / "new" / "g.2-of-3.scan").read_bytes() == (folder / "g.2-of-3.scan").read_bytes()


# --- find in steps ---

def scanned(folder, name, n, genome, state, *options):
    return shares(folder, name, n, ["find", "--from", state, *options], [genome])


def test_find_in_steps_makes_the_bytes_of_one_run(folder):
    for seed, size, contigs, numbers, search, scan, results in (
            (3, "3M", 3, (1, 3, 7, 64), [], [], ["--subfamilies", "--reprise-files"]),
            (4, "2M", 400, (3, 7), ["--min-copies", 4], [], ["--hard-mask", "--name-prefix", "x_"]),
            (5, "1M", 1, (7,), ["-k", 11, "--respect-mask"], ["--no-decoy"], ["--keep-other"])):
        genome, state = folder / f"g{seed}.fa", folder / f"s{seed}.state"
        run("simulate", "-o", folder / f"g{seed}", "-s", seed, "-l", size, "-c", contigs, "-f", 12)
        run("find", "-q", "--no-run-info", *search, *scan, *results, "-o", folder / "one", genome)
        one = digest(folder / "one", ENDINGS)
        run("find", "-q", "-t", 3, *search, "--until-copies", "-o", folder / f"s{seed}", genome)
        last = ["find", "-q", "--no-run-info", "--from", state, *search, *scan, *results, "-o", folder / "whole"]
        run(*last, genome)
        assert digest(folder / "whole", ENDINGS) == one, "from the families on"
        for n in numbers:
            files = scanned(folder, f"p{seed}", n, genome, state, *search, *scan)
            run(*last, "--gather", *reversed(files), "--", genome)
            assert digest(folder / "whole", ENDINGS) == one, (seed, n)
        assert not list(folder.glob("*.reprise")), "nothing is left of finished steps"


def test_an_engine_sets_its_environment_for_all_steps(folder):
    """REPRISE_C_NO_RUN_INFO is no misuse where a step has no results; the last one heeds it."""
    run("simulate", "-o", folder / "g", "-l", "300K", "-c", 2, "-f", 4)
    genome, library = folder / "g.fa", folder / "g.truth.fa"

    def step(*words):
        run(*words, cwd=folder, environment={"REPRISE_C_NO_RUN_INFO": "1"})
    step("find", "-q", "--until-copies", "-o", "x", genome)
    step("find", "-q", "--from", "x.state", "--part", "1/1", "-o", "x", genome)
    step("find", "-q", "--sample", "g", "--from", "x.state", "--gather", "x.1-of-1.scan", "-o", "x", genome)
    step("annotate", "-q", "--part", "1/1", "-o", "a", genome, library)
    step("gather", "-q", "--sample", "g", "-o", "a", genome, library, "a.1-of-1.scan")
    for prefix in ("x", "a"):
        assert "run" not in json.loads((folder / f"{prefix}.summary.json").read_text())


def test_steps_and_their_misuse(folder):
    run("simulate", "-o", folder / "g", "-l", "300K", "-c", 2, "-f", 4)
    run("simulate", "-o", folder / "h", "-l", "300K", "-c", 2, "-f", 4, "-s", 9)
    genome, state = folder / "g.fa", folder / "x.state"

    def misused(*options):
        return run("find", *options, genome, status=2, cwd=folder).stderr

    for options in (["--from", state], ["--part", "1/2"], ["--gather", "a", "--no-bed"]):
        assert "--until-copies ends before the steps" in misused("--until-copies", *options)
    assert "--part needs the families: --from FILE" in misused("--part", "1/2")
    assert "--gather needs the families: --from FILE" in misused("--gather", "a", "--no-bed")
    assert "contradict each other" in misused("--from", state, "--part", "1/2", "--gather", "a", "--no-bed")
    assert "no part I/N" in misused("--from", state, "--part", "3/2")
    assert "--pairs is of the search" in misused("--from", state, "--pairs", "p.tsv")
    for option in (["--no-bed"], ["--bed", "x"], ["--hard-mask"], ["--no-run-info"], ["--report"]):
        assert f"{option[0]} is of results" in misused("--until-copies", *option)
        assert f"{option[0]} is of results" in misused("--from", state, "--part", "1/2", *option)

    run("find", "-q", "--until-copies", "-o", folder / "x", genome)
    one, two = scanned(folder, "p", 2, genome, state)

    def refused(*options, genome=genome, status=INPUT):
        said = run("find", "-q", "-o", folder / "y", *options, genome, status=status).stderr
        assert not list(folder.glob("y.*")), "no results of what is refused"
        return said

    assert f"{genome}: the state cannot be used: it is no checkpoint" in refused("--from", genome)
    assert "none: the state cannot be used" in refused("--from", folder / "none")
    whole = state.read_bytes()
    (folder / "damaged").write_bytes(whole[:-100])
    assert "damaged: the state cannot be used" in refused("--from", folder / "damaged")
    assert "the state is of another genome" in refused("--from", state, genome=folder / "h.fa", status=1)
    said = refused("--from", state, "-k", 12, status=1)
    assert "is of --kmer 0, and this run has 12" in said and "--restart" not in said, said
    assert "1 of 2 parts are missing: 1" in refused("--from", state, "--gather", two, "--")
    assert f"{one} is of --no-decoy false, and this run has true" in refused("--from", state, "--no-decoy", "--gather", one, two, "--")
    run("annotate", "-q", "--part", "1/1", "-o", folder / "a", genome, folder / "g.truth.fa")
    assert "a.1-of-1.scan is of command none, and this run has" in refused("--from", state, "--gather", folder / "a.1-of-1.scan", "--")
    said = run("gather", "-q", genome, folder / "g.truth.fa", one, two, status=INPUT).stderr
    assert "or of find" in said, said
    child = interrupted(["find", "--checkpoint-interval", "0.000001", "-o", folder / "k", genome], folder / "k.reprise" / "state")
    if child:
        said = refused("--from", folder / "k.reprise" / "state")
        assert "has not found all families yet: --until-copies" in said, said


# --- Interruption ---

def interrupted(command, state):
    """Starts a command and ends it by TERM when it has kept something, again when it was done before. Whether it was caught
    under way."""
    def kept():
        return state.stat().st_mtime_ns if state.exists() else None
    for _ in range(5):
        before, child = kept(), started(*command)
        wait_until(lambda: child.poll() is not None or kept() not in (None, before), "nothing is kept")
        child.send_signal(signal.SIGTERM)
        said = child.communicate()[1]
        assert child.returncode in (0, -signal.SIGTERM), said
        if child.returncode != 0:
            assert f"goes on from {state.parent}" in said, said
            return True
    return False


def test_an_interrupted_annotation_goes_on_to_the_same_bytes(folder):
    run("simulate", "-o", folder / "g", "-l", "7M", "-c", 3, "-f", 20, "-s", 2)
    genome, library = folder / "g.fa", folder / "g.truth.fa"
    run("annotate", "-q", "--no-run-info", "-o", folder / "one", genome, library)
    command = ["annotate", "--no-run-info", "--checkpoint-interval", "0.000001", "-o", folder / "x", genome, library]
    state = folder / "x.reprise" / "scan"
    assert interrupted(command, state) and state.exists()
    size = state.stat().st_size
    assert "is of --fast false, and this run has true; --restart" in run(*command, "--fast", status=1).stderr
    assert "is of another library" in run(*command[:-1], half_of(library), status=1).stderr
    assert state.stat().st_size == size
    for threads in (3, 1):
        interrupted([*command, "-t", threads], state)
    assert "going on from the checkpoint" in run(*command).stderr
    assert digest(folder / "x", SHARED_ENDINGS) == digest(folder / "one", SHARED_ENDINGS)
    assert not (folder / "x.reprise").exists()


def half_of(library):
    text = library.read_text().split(">")
    half = library.parent / "half.fa"
    half.write_text(">".join(text[:len(text) // 2]))
    return half


def test_a_kept_scan_is_for_its_part_and_may_be_damaged(folder):
    run("simulate", "-o", folder / "g", "-l", "7M", "-c", 1, "-f", 20, "-s", 2)
    genome, library = folder / "g.fa", folder / "g.truth.fa"
    command = ["annotate", "--checkpoint-interval", "0.000001", "--part", "1/2", "-o", folder / "x", genome, library]
    state = folder / "x.1-of-2.reprise" / "scan"
    assert interrupted(command, state)
    assert "what an interrupted run has kept" in run("gather", "-q", genome, library, state, status=INPUT).stderr
    state.write_bytes(state.read_bytes()[:-100])
    said = run(*command).stderr
    assert "the checkpoint is damaged" in said and "begins anew" in said
    run("annotate", "-q", "--no-checkpoint", "--part", "1/2", "-o", folder / "y", genome, library)
    assert (folder / "x.1-of-2.scan").read_bytes() == (folder / "y.1-of-2.scan").read_bytes()
    assert not state.parent.exists()


def test_an_annotation_in_another_folder_goes_on_from_a_shared_state(folder):
    run("simulate", "-o", folder / "g", "-l", "1M", "-c", 3, "-f", 10, "-s", 2)
    genome, library, states = folder / "g.fa", folder / "g.truth.fa", folder / "deep" / "states"
    for place in ("one", "two"):
        (folder / place).mkdir()
    shared = ["annotate", "--checkpoint-dir", states]
    command = [*shared, "--no-run-info"]
    failing = [*command, "--checkpoint-interval", "0.000001", "--masked", "/dev/full", "-o", folder / "one" / "x", genome, library]

    def kept():
        return sorted(states.glob("*.reprise/scan"))

    for options in ([], ["--fast"], ["--no-decoy"]):  # none is in another's way
        run(*failing, *options, status=PASSING)
    held = kept()
    assert len(held) == 3 and not list((folder / "one").iterdir())
    moved = folder / "two" / "moved.fa.gz"  # what is kept is not of a place
    moved.write_bytes(gzip.compress(genome.read_bytes()))
    for options in ([], ["--fast"]):
        said = run(*command, *options, "-t", 3, "-o", folder / "two" / "y", moved, library).stderr
        assert "going on from the checkpoint" in said, said
        run("annotate", "-q", "--no-run-info", *options, "-o", folder / "plain", genome, library)
        assert digest(folder / "two" / "y", SHARED_ENDINGS) == digest(folder / "plain", SHARED_ENDINGS)
    assert len(kept()) == 1 and kept()[0] in held
    for options, families in ((["--no-decoy"], half_of(library)), (["--no-decoy", "--part", "2/3"], library)):
        assert "going on" not in run(*shared, *options, "-o", folder / "two" / "z", genome, families).stderr
    last = [*command, "--no-decoy", "-o", folder / "two" / "z", genome, library]
    with open(kept()[0].parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = run(*last, status=PASSING).stderr
        assert "another run of this input" in said, said
    assert "going on" in run(*last).stderr and list(states.iterdir()) == []
    assert "contradict" in run(*command, "--no-checkpoint", genome, library, status=2).stderr


def test_an_interrupted_annotation_keeps_to_the_shared_folder(folder):
    run("simulate", "-o", folder / "g", "-l", "7M", "-c", 3, "-f", 20, "-s", 2)
    states = folder / "states"
    command = ["annotate", "--no-run-info", "--checkpoint-interval", "0.000001", "--checkpoint-dir", states, "-o", folder / "x",
               folder / "g.fa", folder / "g.truth.fa"]
    for _ in range(5):  # a run may be done before it is looked at
        child = started(*command)
        wait_until(lambda: child.poll() is not None or list(states.glob("*.reprise/scan")), "nothing is kept")
        child.send_signal(signal.SIGTERM)
        said = child.communicate()[1]
        if child.returncode != 0:
            break
        for path in folder.glob("x*"):
            path.unlink()
    state, = states.iterdir()
    assert child.returncode == -signal.SIGTERM and f"goes on from {state}" in said, said
    assert not list(folder.glob("x*"))
    assert "going on from the checkpoint" in run(*command).stderr and not list(states.iterdir())


def test_an_interrupted_search_goes_on_within_its_scan_for_copies(folder):
    run("simulate", "-o", folder / "g", "-l", "7M", "-c", 3, "-f", 20, "-s", 2)
    genome = folder / "g.fa"
    run("find", "-q", "--no-run-info", "-o", folder / "one", genome)
    command = ["find", "--no-run-info", "--checkpoint-interval", "0.000001", "-o", folder / "x", genome]
    kept = folder / "x.reprise" / "copies"
    assert interrupted(command, kept) and kept.exists()
    for threads in (3, 1):
        interrupted([*command, "-t", threads], kept)
    said = run(*command).stderr
    assert re.search(r"going on from the checkpoint: \d+ alignments", said), said
    assert digest(folder / "x", ENDINGS) == digest(folder / "one", ENDINGS)
    assert not (folder / "x.reprise").exists()
    assert interrupted(command, kept)  # a scan that is of no use gives way
    said = run(*command, "--no-decoy").stderr
    assert "is of --no-decoy false, and this run has true; the scan begins anew" in said, said
    run("find", "-q", "--no-run-info", "--no-decoy", "-o", folder / "two", genome)
    assert digest(folder / "x", ENDINGS) == digest(folder / "two", ENDINGS)


def test_an_interrupted_part_of_the_search_goes_on(folder):
    run("simulate", "-o", folder / "g", "-l", "7M", "-c", 1, "-f", 20, "-s", 2)
    run("find", "-q", "--until-copies", "-o", folder / "g", folder / "g.fa")
    command = ["find", "--checkpoint-interval", "0.000001", "--from", folder / "g.state", "--part", "1/2"]
    kept = folder / "x.1-of-2.reprise" / "copies"
    assert interrupted([*command, "-o", folder / "x", folder / "g.fa"], kept)
    said = run(*command, "-o", folder / "x", folder / "g.fa").stderr
    assert re.search(r"going on from the checkpoint: \d+ alignments", said), said
    run(*command, "-q", "--checkpoint-dir", folder / "states", "-o", folder / "y", folder / "g.fa")
    assert (folder / "x.1-of-2.scan").read_bytes() == (folder / "y.1-of-2.scan").read_bytes()
    assert not kept.parent.exists() and not list((folder / "states").iterdir())


if __name__ == "__main__":
    sys.exit(main(globals()))
