#!/usr/bin/env python3
"""find --known: a genome of which some families are known is annotated with them, and what is new is found: check_known.py
PROGRAM."""
import time

from check_devices import cache, need_devices, on
from harness import *

RESULTS = ENDINGS + ["out", "tbl", "divsum", "paf"]


def simulated(folder, seed=5, length="2M", families=14):
    """A genome, and a library of every second of its families; the others."""
    run("simulate", "-o", folder / "g", "-l", length, "-f", families, "-c", 3, "-s", seed)
    records = list(fasta(folder / "g.truth.fa").items())
    for name, half in (("known", records[::2]), ("rest", records[1::2])):
        (folder / f"{name}.fa").write_text("".join(f">{header}\n{text}\n" for header, text in half))
    return folder / "g.fa", folder / "known.fa"


def find(folder, name, genome, *options):
    run("find", "-q", "--no-run-info", *options, "-o", folder / name, genome)
    return folder / name


def summary(prefix):
    return json.loads(pathlib.Path(f"{prefix}.summary.json").read_text())


def names(path):
    return [header.split()[0] for header in fasta(path)]


def families_of(prefix):
    return {row[3] for row in bed(f"{prefix}.copies.bed")}


def test_only_what_is_new_is_found_and_all_copies_are_annotated(folder):
    genome, known = simulated(folder)
    plain, x = find(folder, "plain", genome), find(folder, "x", genome, "--known", known, "--split-ltr", "--subfamilies")
    run("annotate", "-q", "-o", folder / "a", genome, known)
    told, before = summary(x), summary(plain)
    given = {name.split("#")[0] for name in names(known)}
    assert given == families_of(folder / "a") and given < families_of(x)
    own = [row[:10] for row in bed(f"{x}.copies.bed") if row[3] in given]
    assert own == [row[:10] for row in bed(folder / "a.copies.bed")], "known copies are those that annotate finds"
    for ending in ("families.fa", "families.stk", "split.fa", "subfamilies.fa"):
        assert not any(re.search(rf"\b{name}\b", pathlib.Path(f"{x}.{ending}").read_text()) for name in given), ending
    assert set(families_of(x)) - given == {name.split("#")[0] for name in names(f"{x}.families.fa")}
    # the new ones: as many as the plain run has beside the known ones, and none of these again
    assert len(names(f"{plain}.families.fa")) - len(names(f"{x}.families.fa")) >= len(given) - 1
    with_known = subprocess.run([PROGRAM, "compare", f"{x}.families.fa", known], capture_output=True, text=True, check=True).stdout
    assert re.search(r"missing +7 ", with_known), with_known
    with_rest = subprocess.run([PROGRAM, "compare", f"{x}.families.fa", folder / "rest.fa"], capture_output=True, text=True, check=True).stdout
    without = subprocess.run([PROGRAM, "compare", f"{plain}.families.fa", folder / "rest.fa"], capture_output=True, text=True, check=True).stdout
    perfect = [int(re.search(r"perfect +(\d+)", text)[1]) for text in (with_rest, without)]
    assert perfect[0] >= perfect[1] - 1 and perfect[0] >= 5, (with_rest, without)
    # figures
    figures = told["results"]["known"]
    assert figures["families"] == figures["families_with_copies"] == len(given) == len(told["known"])
    assert told["results"]["families"] == len(told["families"]) == len(names(f"{x}.families.fa"))
    assert {one["name"] for one in told["known"]} == given and {one["class"] for one in told["known"]} <= {"LTR", "LINE", "SINE", "DNA", "RC/Helitron"}
    assert sum(one["bases"] for one in told["known"]) == figures["masked_bases"] == sum(int(r[2]) - int(r[1]) for r in own)
    assert abs(told["results"]["masked_bases"] - before["results"]["masked_bases"]) < 0.1 * before["results"]["masked_bases"]
    masked = sum(sum(c.islower() for c in text) for text in fasta(f"{x}.masked.fa").values())
    assert masked == told["results"]["masked_bases"] == sum(len(s) for s in union(bed(f"{x}.copies.bed")).values())
    assert "known" not in before["results"] and "known" not in before


def test_nothing_is_new_where_all_is_known(folder):
    genome, _ = simulated(folder)
    plain = find(folder, "plain", genome)
    x = find(folder, "x", genome, "--known", f"{plain}.families.fa")
    assert names(f"{x}.families.fa") == [] and families_of(x) == families_of(plain)


def test_threads_index_and_steps_give_the_same_bytes(folder):
    genome, known = simulated(folder, seed=6)
    options = ["--known", known, "--repeatmasker", "--alignments"]
    one = digest(find(folder, "one", genome, "-t", 2, *options), RESULTS)
    for threads in (1, 4):
        assert digest(find(folder, "x", genome, "-t", threads, *options), RESULTS) == one, threads
    run("index", "-q", "-o", folder / "g.rpidx", genome)
    assert digest(find(folder, "x", genome, "--index", folder / "g.rpidx", *options), RESULTS) == one, "an index is of the genome alone"
    shutil.copy(known, folder / "elsewhere.fa")
    run("find", "-q", "--until-copies", "--known", folder / "elsewhere.fa", "-o", folder / "s", genome)
    steps = ["--from", folder / "s.state", *options]
    assert digest(find(folder, "x", genome, *steps), RESULTS) == one
    for number in (1, 2, 3):
        run("find", "-q", "--from", folder / "s.state", "--known", known, "--part", f"{number}/3", "-o", folder / "p", genome)
    run("find", "-q", "--no-run-info", *steps, "-o", folder / "x", "--gather", *folder.glob("p.*.scan"), "--", genome)
    assert digest(folder / "x", RESULTS) == one
    for other in ([], ["--known", folder / "rest.fa"]):
        said = run("find", "-q", "--from", folder / "s.state", *other, "-o", folder / "y", genome, status=1).stderr
        assert "the state is of --known" in said, said


def test_devices_give_the_same_bytes(folder):
    environment = cache(folder)
    need_devices(environment)
    genome, known = simulated(folder, seed=6)
    options = ["--known", known, "--repeatmasker", "--alignments"]
    expected = digest(find(folder, "cpu", genome, *options), RESULTS)
    for number, words in enumerate((["--device", "opencl:0", "-t", 1], ["--device", "all", "-t", 2])):
        on(environment, "find", "-q", "--no-run-info", *words, *options, "-o", folder / f"x{number}", genome)
        assert digest(folder / f"x{number}", RESULTS) == expected, words
    on(environment, "find", "-q", "--device", "opencl:0", "-t", 1, *options, "-o", folder / "told", genome)
    device = summary(folder / "told")["run"]["devices"][0]
    assert device["extensions"] > 0 and not device["retired"], device


def test_a_small_budget_gives_the_same_bytes(folder):
    """The least that a refused run names, which counts the library, does; what does not fit goes to files."""
    genome, known = simulated(folder, length="20M", families=40)
    expected = digest(find(folder, "plain", genome, "-t", 2, "--known", known))
    least = {}
    for name, words in (("alone", []), ("known", ["--known", known])):
        said = run("find", "-t", 1, "--max-memory", "80M", *words, "-o", folder / "x", genome, status=MEMORY).stderr
        least[name] = int(re.search(r"the least is (\d+) MB", said).group(1))
    assert "and a library of" in said and least["known"] > least["alone"], said
    assert not list(folder.glob("x.*"))
    told = run("find", "--no-run-info", "-t", 1, "--max-memory", (least["known"] + 1) << 20, "--known", known, "-o", folder / "x", genome).stderr
    assert "may go to files" in told, told
    assert digest(folder / "x") == expected


def test_numbers_go_on_behind_those_of_known_names(folder):
    """A library of an earlier run has R1 and so on: in one annotation no name stands for two families."""
    genome, known = simulated(folder)
    text = known.read_text()
    for i, name in enumerate(re.findall(r"^>([^#]+)#", text, re.M)):
        text = text.replace(f">{name}#", f">{'x_' if i == 1 else ''}R{3 * i + 2}#")
    (folder / "old.fa").write_text(text)
    found = [name.split("#")[0] for name in names(f"{find(folder, 'x', genome, '--known', folder / 'old.fa')}.families.fa")]
    assert found and found == [f"R{21 + i}" for i in range(len(found))], found
    found = [name.split("#")[0] for name in names(f"{find(folder, 'x', genome, '--known', folder / 'old.fa', '--name-prefix', 'x_')}.families.fa")]
    assert found == [f"x_R{6 + i}" for i in range(len(found))], found


def test_a_killed_run_goes_on_with_the_same_library_only(folder):
    genome, known = simulated(folder, length="4M", families=24)
    options = ["--known", known, "--checkpoint-interval", "0.000001"]
    one = digest(find(folder, "one", genome, "--known", known))
    rng, met = random.Random(4), False
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        child = started("find", "-q", "--no-run-info", *options, "-o", folder / "x", genome)
        kept, wait = folder / "x.reprise", rng.uniform(0.2, 1.5)
        time.sleep(wait)
        child.send_signal(number)
        said = child.communicate()[1]
        assert child.returncode in (0, -number), said
        if (kept / "state").exists():
            met = True
            other = run("find", "-q", "--known", folder / "rest.fa", "-o", folder / "x", genome, status=1).stderr
            assert "the checkpoint is of --known" in other and "--restart begins anew" in other, other
            none = run("find", "-q", "-o", folder / "x", genome, status=1).stderr
            assert "and this run has none" in none, none
    assert digest(find(folder, "x", genome, *options)) == one and not (folder / "x.reprise").exists()
    if not met:
        raise Skip("no run was caught between two states")


def test_libraries_without_families_and_what_is_none(folder):
    genome, known = simulated(folder, length="500K", families=4)
    plain = find(folder, "plain", genome)
    (folder / "empty.fa").write_text("")
    x = find(folder, "x", genome, "--known", folder / "empty.fa")
    same = [ending for ending in ENDINGS if ending != "summary.json"]
    assert digest(x, same) == digest(plain, same)
    assert summary(x)["results"]["known"]["families"] == 0 and summary(x)["known"] == []
    for path, words in ((folder / "none.fa", "No such file"), (folder, "is a directory"), (folder / "g.truth.bed", "neither FASTA nor FASTQ")):
        said = run("find", "-q", "--known", path, "-o", folder / "y", genome, status=INPUT).stderr
        assert words in said and str(path) in said, said
    assert not list(folder.glob("y.*"))
    assert "once only" in run("find", "--known", "-", "-", status=2).stderr
    piped = subprocess.run([PROGRAM, "find", "-q", "--no-run-info", "--known", "-", "-o", folder / "x", genome], input=known.read_text(), text=True)
    assert piped.returncode == 0
    before = digest(x, same)
    assert digest(find(folder, "x", genome, "--known", known), same) == before


def test_a_page_has_the_known_families_too(folder):
    genome, known = simulated(folder, length="500K", families=4)
    x = find(folder, "x", genome, "--known", known, "--report")
    at_once = (folder / "x.report.html").read_text()
    run("report", "-o", folder / "again.html", x)
    assert (folder / "again.html").read_text() == at_once
    assert all(name.split("#")[0] in at_once for name in names(known))


if __name__ == "__main__":
    sys.exit(main(globals()))
