#!/usr/bin/env python3
"""Command-level checks of merge: several libraries as one in which each family stands once.

check_merge.py PROGRAM
"""
import itertools
import json
import os
import random
import subprocess

from harness import INPUT, PROGRAM, ROOT, fasta, main, random_letters, run

TURN = str.maketrans("ACGT", "TGCA")


def turned(sequence):
    return sequence.translate(TURN)[::-1]


def mutated(rng, sequence, rate):
    out = []
    for base in sequence:
        drawn = rng.random()
        if drawn < 0.05 * rate:
            continue
        out.append(rng.choice("ACGT") if drawn < rate else base)
    return "".join(out)


def write(path, records):
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in records))
    return path


def merged(folder, *arguments, prefix="m"):
    """Families by name (class and rest of the header, sequence), and the rows of the members."""
    run("merge", "-q", "-o", folder / prefix, *arguments)
    families = {}
    for header, sequence in fasta(folder / f"{prefix}.families.fa").items():
        name, _, rest = header.partition("#")
        families[name] = (*(rest.split(" ", 1) + [""])[:2], sequence)
    lines = (folder / f"{prefix}.members.tsv").read_text().splitlines()
    assert lines[0].split("\t") == ["member", "library", "family", "strand", "identity", "coverage", "why", "part"]
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"))) for line in lines[1:]]
    assert {row["family"] for row in rows} == set(families)
    return families, rows


def of(rows, library, member):
    return [row for row in rows if (row["library"], row["member"]) == (library, member)]


def header(name, class_name, copies, bases=None, grade="B"):
    return f"{name}#{class_name} copies={copies} bases={bases or copies * 500} length=1 grade={grade} because=ends"


# --- What goes together ---

def three_libraries(folder, rng):
    """Three libraries that share families, on either strand, under names that stand in all of them."""
    families = [random_letters(rng, n) for n in (300, 700, 1500, 4000, 90)]
    paths = []
    for number in range(3):
        records = []
        for i, family in enumerate(families):
            version = mutated(rng, family, 0.04)
            records.append((header(f"R{i + 1}", "Unknown", 10 + 7 * ((i + number) % 3)), turned(version) if (i + number) % 2 else version))
        records.append((header("R9", "DNA/TIR", 12), random_letters(rng, 500 + 100 * number)))
        paths.append(write(folder / f"g{number}.families.fa", records))
    return families, paths


def test_each_family_stands_once_however_the_libraries_are_given(folder):
    families, paths = three_libraries(folder, random.Random(11))
    found, rows = merged(folder, *paths)
    assert len(found) == len(families) + 3 and len(rows) == 18
    assert sum(row["why"] == "stands" for row in rows) == len(found)
    for number in range(3):
        for i in range(len(families)):
            row, = of(rows, f"g{number}", f"R{i + 1}")
            assert row["family"] == of(rows, "g0", f"R{i + 1}")[0]["family"]
            assert row["why"] in ("stands", "alike") and float(row["identity"]) > 85 and row["part"] == "all", row
    strands = [of(rows, f"g{number}", "R3")[0]["strand"] for number in range(3)]
    assert len(set(strands)) == 2, strands
    best, = [row for row in rows if row["family"] == of(rows, "g0", "R4")[0]["family"] and row["why"] == "stands"]
    assert best["library"] == "g2"  # (3 + 2) % 3 is the most copies
    assert "copies=51 " in found[best["family"]][1] and "members=3 libraries=3" in found[best["family"]][1]
    whole = [(folder / f"m.{ending}").read_bytes() for ending in ("families.fa", "members.tsv")]
    for number, order in enumerate(itertools.permutations(paths)):
        merged(folder, "-t", 1 + number % 4, *order, prefix="n")
        assert whole == [(folder / f"n.{ending}").read_bytes() for ending in ("families.fa", "members.tsv")]


def test_names_come_from_the_sequence_or_are_numbers(folder):
    rng = random.Random(12)
    a, b = random_letters(rng, 900), random_letters(rng, 400)
    first, _ = merged(folder, write(folder / "a.fa", [("x#LINE", a), ("y", b)]))
    second, _ = merged(folder, write(folder / "b.fa", [("other", random_letters(rng, 300)), ("z#LINE", turned(a))]))
    assert len(set(first) & set(second)) == 1
    found, rows = merged(folder, "--name-prefix", "Tc_", folder / "a.fa", folder / "b.fa")
    assert list(found) == ["Tc_1", "Tc_2", "Tc_3"] and found["Tc_1"][0] == "LINE"
    assert [row["strand"] for row in rows if row["family"] == "Tc_1"].count("-") == 1
    for bad in ("a b", "x#", ">x"):
        run("merge", "-q", "-o", folder / "no", "--name-prefix", bad, folder / "a.fa", status=2)


def test_the_same_sequence_stands_once_also_where_no_word_tells(folder):
    records = [("simple#Simple_repeat", "AT" * 60), ("short", "ACGTTGCAAGGCTTAACCGGATCT" * 2)]
    found, rows = merged(folder, write(folder / "a.fa", records), write(folder / "b.fa", records))
    assert len(found) == 2 and len(rows) == 4 and sum(row["why"] == "alike" for row in rows) == 2


def test_parts_join_and_deletion_derivatives_do_not(folder):
    rng = random.Random(13)
    whole = random_letters(rng, 2400)
    mite = whole[:150] + whole[-150:]
    records = [(header("F1", "DNA/TIR", 40), whole), (header("F2", "MITE", 90), mite)]
    parts = [(header("P1", "Unknown", 20), mutated(rng, whole[500:1500], 0.05)), (header("P2", "Unknown", 20), whole[-900:])]
    found, rows = merged(folder, write(folder / "a.fa", records), write(folder / "b.fa", parts))
    assert len(found) == 2
    assert [row["why"] for row in rows if row["library"] == "b"] == ["inside"] * 2
    assert of(rows, "a", "F1")[0]["family"] == of(rows, "b", "P1")[0]["family"] == of(rows, "b", "P2")[0]["family"]


def test_identity_and_coverage_are_the_users(folder):
    rng = random.Random(14)
    a = random_letters(rng, 1000)
    paths = write(folder / "a.fa", [("x", a)]), write(folder / "b.fa", [("y", mutated(rng, a, 0.12)[:860] + random_letters(rng, 140))])
    assert len(merged(folder, *paths)[0]) == 1
    assert len(merged(folder, "--identity", "0.95", *paths)[0]) == 2
    assert len(merged(folder, "--coverage", "0.95", *paths)[0]) == 2


def test_an_ltr_element_cut_open_elsewhere_is_the_same(folder):
    rng = random.Random(15)
    ltr, inner = random_letters(rng, 400), random_letters(rng, 3000)
    paths = (write(folder / "a.fa", [("x#LTR/Gypsy", ltr + inner + ltr)]),
             write(folder / "b.fa", [("y#LTR", mutated(rng, inner[1200:] + ltr + inner[:1200], 0.04))]))
    found, rows = merged(folder, *paths)
    assert len(found) == 1 and of(rows, "b", "y")[0]["why"] == "rotated"
    assert [family[0] for family in found.values()] == ["LTR/Gypsy"]


def test_the_class_is_voted(folder):
    rng = random.Random(16)
    a = random_letters(rng, 1200)
    votes = [(header("R1", "Unknown", 900), "g0"), (header("R1", "LTR/Unknown", 50), "g1"), (header("R1", "LTR/Copia", 10), "g2"),
             (header("R1", "LTR/Gypsy", 20), "g3"), (header("R1", "DNA/TIR", 60), "g4")]
    paths = [write(folder / f"{name}.fa", [(head, mutated(rng, a, 0.03))]) for head, name in votes]
    found, _ = merged(folder, *paths)
    assert [family[0] for family in found.values()] == ["LTR/Gypsy"]


# --- What is two ---

def test_two_head_to_tail_are_split(folder):
    rng = random.Random(17)
    a, b = random_letters(rng, 800), random_letters(rng, 1100)
    known = write(folder / "a.fa", [(header("A", "DNA/TIR", 90), a), (header("B", "LTR", 60), b)])
    joined = write(folder / "b.fa", [(header("AB", "Unknown", 4), mutated(rng, a + turned(b), 0.03))])
    found, rows = merged(folder, known, joined)
    assert sorted(len(family[2]) for family in found.values()) == [800, 1100]
    parts = of(rows, "b", "AB")
    assert {row["family"] for row in parts} == set(found) and {row["strand"] for row in parts} == {"+", "-"}
    begin, end = sorted(tuple(map(int, row["part"].split("-"))) for row in parts)
    assert begin[0] == 1 and abs(begin[1] - end[0]) < 20
    plain = write(folder / "c.fa", [("A", a), ("B", b)]), write(folder / "d.fa", [("AB", a + b)])
    assert len(merged(folder, *plain)[0]) == 2


def test_fragments_do_not_split_the_whole(folder):
    """A family that another genome's library has in two pieces, of no more copies; and without figures, of one class."""
    rng = random.Random(18)
    a = random_letters(rng, 3000)
    whole = write(folder / "a.fa", [(header("L", "LINE/L1", 30), a)])
    for heads in ((header("x", "Unknown", 25), header("y", "Unknown", 50)), ("x#LINE/L1", "y#LINE/L1")):
        pieces = write(folder / "b.fa", [(heads[0], a[:1400]), (heads[1], a[1400:])])
        found, rows = merged(folder, whole, pieces)
        assert [len(family[2]) for family in found.values()] == [3000] and len(rows) == 3
    inner = write(folder / "c.fa", [(header("x", "Unknown", 500), a[1000:1600])])
    assert len(merged(folder, whole, inner)[0]) == 1


def test_one_inside_another_is_split(folder):
    rng = random.Random(19)
    host, guest = random_letters(rng, 2000), random_letters(rng, 600)
    site = host[895:900]
    nested = host[:900] + guest + site + host[900:]
    lone = write(folder / "a.fa", [(header("G", "SINE", 300), guest)])
    cases = {"site": ([(header("N", "Unknown", 6), nested)], lone),
             "class": ([(header("N", "LTR/Gypsy", 6), host[:900] + guest + host[900:])], lone),
             "host": ([(header("N", "Unknown", 6), host[:900] + guest + host[900:])],
                      write(folder / "c.fa", [(header("G", "Unknown", 300), guest), (header("H", "Unknown", 50), mutated(rng, host, 0.03))]))}
    for what, (records, others) in cases.items():
        found, rows = merged(folder, others, write(folder / "b.fa", records))
        lengths = sorted(len(family[2]) for family in found.values())
        assert len(found) == 2 and lengths[0] == 600 and abs(lengths[1] - 2000) < 40, (what, lengths)
        assert {row["part"].count(",") for row in of(rows, "b", "N")} == {0, 1}, what


def test_an_ltr_element_is_not_split_by_its_parts(folder):
    rng = random.Random(20)
    ltr, inner = random_letters(rng, 500), random_letters(rng, 2500)
    curated = write(folder / "a.fa", [("X_LTR#LTR/Gypsy", ltr), ("X_I#LTR/Gypsy", inner)])
    whole = write(folder / "b.fa", [("R1#LTR", ltr + inner + ltr)])
    found, rows = merged(folder, curated, whole)
    assert [len(family[2]) for family in found.values()] == [3500]
    assert [row["why"] for row in rows] == ["stands", "inside", "inside"]


# --- What is kept, what is voted anew ---

def test_what_is_kept_does_not_change(folder):
    rng = random.Random(21)
    a, b = random_letters(rng, 1000), random_letters(rng, 700)
    curated = write(folder / "curated.fa", [("Tc1#DNA/TcMar from here", a), ("Tc1b#DNA/TcMar", mutated(rng, a, 0.02)), ("AB#LTR", a + b), ("N2", b[:300])])
    paths = [write(folder / "x.fa", [(header("R1", "Unknown", 5000), mutated(rng, a, 0.05) + random_letters(rng, 60)), (header("N1", "Unknown", 50), b)]),
             write(folder / "y.fa", [(header("R1", "Unknown", 50), random_letters(rng, 500))])]
    found, rows = merged(folder, "--keep", curated, "--name-prefix", "N", *paths)
    text, kept = (folder / "m.families.fa").read_text(), fasta(curated)
    assert list(fasta(folder / "m.families.fa").items())[:3] == list(kept.items())[:3]
    assert ">N2#Unknown\n" in text and "N1" in found and len(found) == 5
    assert of(rows, "x", "R1")[0]["family"] in ("Tc1", "Tc1b", "AB")
    assert {row["why"] for row in rows if row["library"] == "curated"} == {"kept"}


def test_a_genome_gives_a_new_consensus(folder):
    rng = random.Random(22)
    a, b = random_letters(rng, 1200), random_letters(rng, 500)
    genomes = []
    for number in range(2):
        pieces = []
        for _ in range(12):
            pieces += [random_letters(rng, 1500), mutated(rng, a, 0.06), random_letters(rng, 1500), mutated(rng, turned(b), 0.06)]
        genomes.append(write(folder / f"g{number}.fa", [("chr1", "".join(pieces))]))
    libraries = [write(folder / "a.fa", [("A", mutated(rng, a, 0.1)[:1000]), ("none", random_letters(rng, 400))]),
                 write(folder / "b.fa", [("A", mutated(rng, a, 0.1)[100:]), ("B#SINE", mutated(rng, b, 0.1))])]
    outcomes = []
    for number, threads in enumerate((1, 3)):
        found, rows = merged(folder, *libraries, "--genomes", *genomes, "-t", threads, prefix=f"v{number}")
        outcomes.append((found, rows))
    assert outcomes[0] == outcomes[1] and len(found) == 3
    lengths = sorted(len(family[2]) for family in found.values())
    assert abs(lengths[2] - 1200) < 40 and abs(lengths[1] - 500) < 20 and lengths[0] == 400, lengths
    assert [family[1].endswith(" voted") for family in found.values()].count(True) == 2
    run("compare", "--tsv", folder / "c.tsv", folder / "v0.families.fa", write(folder / "truth.fa", [("a", a), ("b", b)]))
    assert (folder / "c.tsv").read_text().count("\tperfect\t") == 2
    kept, _ = merged(folder, libraries[1], "--keep", libraries[0], "--genomes", *genomes, prefix="k")
    assert kept["A"][2] == fasta(libraries[0])["A"]


# --- Several genomes ---

def genome(folder, rng, name, copies):
    """A genome with so many copies of each family."""
    pieces = []
    for family, n in copies.items():
        pieces += [mutated(rng, family if rng.random() < 0.5 else turned(family), 0.05) for _ in range(n)]
    rng.shuffle(pieces)
    return write(folder / name, [("chr1", "".join(random_letters(rng, 1800) + piece for piece in pieces) + random_letters(rng, 1800))])


def pan(folder, *words, status=0):
    done = subprocess.run([ROOT / "scripts" / "workflow" / "reprise-c-pan", "--program", PROGRAM, *map(str, words)],
                          cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, done
    return done.stderr


def rows_of(path):
    head, *rows = (line.split("\t") for line in path.read_text().splitlines())
    return [dict(zip(head, row)) for row in rows]


def three_genomes(folder):
    rng = random.Random(24)
    everywhere, twice, once = (random_letters(rng, n) for n in (900, 500, 1300))
    genome(folder, rng, "a.fa", {everywhere: 20, twice: 15, once: 12})
    genome(folder, rng, "b.fa", {everywhere: 12, twice: 25})
    genome(folder, rng, "c.fa", {everywhere: 15})


def test_pan_counts_the_copies_of_each_genome(folder):
    three_genomes(folder)
    told = pan(folder, "-o", "p", "a.fa", "b.fa", "third=c.fa", "--mutation-rate", "1e-8")
    assert [line.split(": ")[1] for line in told.splitlines()] == ["find a", "find b", "find third", "merge", "annotate a", "annotate b", "annotate third"]
    long, wide = rows_of(folder / "p.families.tsv"), rows_of(folder / "p.wide.tsv")
    assert len(wide) == 3 and len(long) == 9
    by_category = {row["category"]: row for row in wide}
    for category, expected in (("core", [20, 12, 15]), ("shell", [15, 25, 0]), ("private", [12, 0, 0])):
        row = by_category[category]
        assert [int(row[f"copies.{name}"]) for name in ("a", "b", "third")] == expected, row
        assert [int(row[f"full_length.{name}"]) for name in ("a", "b", "third")] == expected, row
        for one in long:
            if one["family"] == row["family"]:
                copies = int(one["copies"])
                assert (one["age"] == "NA") == (copies == 0) and (copies == 0 or 3 < float(one["divergence"]) < 7 and 3 < float(one["age"]) < 7.5), one
    for name, path in (("a", "p.a"), ("third", "p.third"), ("b", "p.find/b")):
        assert json.loads((folder / f"{path}.summary.json").read_text())["sample"] == name
    totals = rows_of(folder / "p.genomes.tsv")
    assert sum(int(row["copies"]) for row in totals) == sum(int(row["copies"]) for row in long) == 20 + 15 + 12 + 12 + 25 + 15
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("p.*") if path.suffix == ".bed"}
    tables = [(folder / f"p.{name}.tsv").read_bytes() for name in ("families", "wide", "genomes")]
    os.remove(folder / "p.b.copies.bed")
    assert pan(folder, "-o", "p", "a.fa", "b.fa", "third=c.fa", "--mutation-rate", "1e-8").split(": ")[1] == "annotate b\n"
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("p.*.bed") if ".b." not in path.name} == {
        name: when for name, when in before.items() if ".b." not in name}
    assert tables == [(folder / f"p.{name}.tsv").read_bytes() for name in ("families", "wide", "genomes")]
    assert "two genomes are named a" in pan(folder, "a.fa", "a=b.fa", status=2)
    assert "no.fa" in pan(folder, "a.fa", "no.fa", status=65)


def tables_only(folder, *words, status=0):
    """No program is needed for that."""
    done = subprocess.run([ROOT / "scripts" / "workflow" / "reprise-c-pan", "--tables-only", *map(str, words)], cwd=folder,
                          env={**os.environ, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert done.returncode == status, done
    return done.stderr


def test_an_engine_runs_the_steps_of_pan_itself(folder):
    """Each as a command of its own: the bytes of the whole command."""
    three_genomes(folder)
    genomes = {"a": "a.fa", "b": "b.fa", "third": "c.fa"}
    pan(folder, "-o", "p", *(f"{name}={path}" for name, path in genomes.items()), "--mutation-rate", "1e-8")
    own, quiet = folder / "own", ["-q", "--no-run-info", "--sample"]
    own.mkdir()
    for name, path in genomes.items():
        run("find", *quiet, name, "--no-masked", "-o", own / name, folder / path)
    library = own / "m.families.fa"
    run("merge", "-q", "-o", own / "m", *(own / f"{name}.families.fa" for name in genomes))
    most = max(json.loads((own / f"{name}.summary.json").read_text())["input"]["acgt_bases"] for name in genomes)
    for name, path in genomes.items():
        run("annotate", *quiet, name, "--search-space", most, "-o", own / f"on_{name}", folder / path, library)
    tables_only(folder, "-o", "own/t", "--library", library, "--mutation-rate", "1e-8", "own/on_a", "own/on_b", "third=own/on_third")
    for mine, whole in (("m.families.fa", "p.families.fa"), ("m.members.tsv", "p.members.tsv"), ("a.families.fa", "p.find/a.families.fa"),
                        ("on_third.copies.bed", "p.third.copies.bed"), ("on_third.summary.json", "p.third.summary.json"),
                        *((f"t.{table}.tsv", f"p.{table}.tsv") for table in ("families", "wide", "genomes"))):
        assert (own / mine).read_bytes() == (folder / whole).read_bytes(), mine
    # what is refused, and a note
    words, before = ["-o", "own/t", "--library", library], (own / "t.wide.tsv").read_bytes()
    assert "own/t.families.fa: there is no such file" in tables_only(folder, "-o", "own/t", "own/on_a", status=INPUT)
    assert "own/no.summary.json: there is no such file" in tables_only(folder, *words, "own/on_a", "own/no", status=INPUT)
    assert "own/a.summary.json: of find, not of annotate" in tables_only(folder, *words, "own/a", status=INPUT)
    assert "of a library of 3 families" in tables_only(folder, "-o", "own/t", "--library", own / "third.families.fa", "own/on_a", status=INPUT)
    assert "two genomes are named a" in tables_only(folder, *words, "own/on_a", "a=own/on_b", status=2)
    assert "--vote: with --tables-only no step is run" in tables_only(folder, *words, "--vote", "own/on_a", status=2)
    assert "--library: without --tables-only" in pan(folder, *words, "a.fa", status=2)
    assert (own / "t.wide.tsv").read_bytes() == before
    run("annotate", *quiet, "c", "-o", own / "small", folder / "c.fa", library)
    assert "different --search-space" in tables_only(folder, *words, "own/on_a", "own/small")


def test_inputs_that_are_near_copies_are_warned_of(folder):
    """Two individuals of one species; not two chromosomes that share young repeats."""
    rng = random.Random(25)
    family = random_letters(rng, 2000)
    first, second = ("".join(random_letters(rng, 8000) + mutated(rng, family, 0.01) for _ in range(30)) for _ in range(2))
    for name, sequence in (("a", first), ("b", mutated(rng, first, 0.01)), ("c", second)):
        write(folder / f"{name}.fa", [(f"chr_{name}", sequence)])
    told = run("find", "-o", folder / "x", folder / "c.fa", folder / "a.fa", folder / "b.fa").stderr
    assert f"21-mers of {folder}/a.fa stand in other input files" in told and "2 of 3 files" in told, told
    assert "21-mers" not in run("find", "-o", folder / "x", folder / "a.fa", folder / "c.fa").stderr
    assert "21-mers" not in run("find", "-o", folder / "x", folder / "a.fa").stderr


# --- Edges ---

def test_edges(folder):
    rng = random.Random(23)
    empty = write(folder / "empty.fa", [])
    found, rows = merged(folder, empty)
    assert not found and not rows
    full = write(folder / "full.fa", [("x", random_letters(rng, 300) + "N" * 50 + random_letters(rng, 300)), ("nothing", "N" * 100), ("t", "ACG")])
    assert len(merged(folder, empty, full)[0]) == 3
    (folder / "other").mkdir()
    same = write(folder / "other" / "full.fa", [("x", random_letters(rng, 300))])
    _, rows = merged(folder, full, same)
    assert {row["library"] for row in rows} == {str(full), str(same)}
    assert "given twice" in run("merge", "-o", folder / "no", full, full, status=2).stderr
    assert "a library is needed" in run("merge", "-o", folder / "no", "--genomes", full, status=2).stderr
    assert "no.fa" in run("merge", "-q", "-o", folder / "no", full, folder / "no.fa", status=INPUT).stderr
    twice = write(folder / "twice.fa", [("x#DNA", "ACGT" * 30), ("x#LTR", "AGGT" * 30)])
    assert "two families are named x" in run("merge", "-q", "-o", folder / "no", twice, status=INPUT).stderr
    assert not list(folder.glob("no.*"))


main(globals())
