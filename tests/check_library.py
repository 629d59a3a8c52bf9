#!/usr/bin/env python3
"""Command-level checks of what becomes of a library: families whole and named, annotate, compare, extend, curate,
report.

check_library.py PROGRAM
"""
import gzip
import html.parser
import json
import os
import random
import re
import shutil
import subprocess
import sys

from harness import (DEMO, ENDINGS, INPUT, PROGRAM, ROOT, SHARED, Skip, bed, demo, digest, fasta, main, need, random_letters, run, union)

TURN = str.maketrans("ACGT", "TGCA")
TRUTH = ROOT / "data" / "demo.truth.fa"


# --- Genomes whose repeats are known ---

def turned(sequence):
    return sequence.translate(TURN)[::-1]


def mutated(rng, sequence, rate):
    out = []
    for base in sequence:
        draw = rng.random()
        if draw < rate * 0.9:
            out.append(rng.choice([c for c in "ACGT" if c != base]))
        elif draw < rate * 0.95:
            out.append(base + rng.choice("ACGT"))
        elif draw >= rate:
            out.append(base)
    return "".join(out)


def genome_of(rng, elements, tsd_bp=0, spacer_bp=900, strands=True):
    """Elements between random spacers, each with a target-site duplication of its own."""
    parts = [random_letters(rng, spacer_bp)]  # of many lengths: even spacing would be a tandem repeat
    for element in rng.sample(elements, len(elements)):
        site = random_letters(rng, tsd_bp) if isinstance(tsd_bp, int) else random_letters(rng, rng.randint(*tsd_bp))
        element = turned(element) if strands and rng.random() < 0.5 else element
        parts += [site, element, site, random_letters(rng, rng.randint(spacer_bp // 3, 2 * spacer_bp))]
    return "".join(parts)


def write_genome(path, *contigs):
    path.write_text("".join(f">c{i + 1}\n{sequence}\n" for i, sequence in enumerate(contigs)))
    return path


def find(folder, genome, *options):
    run("find", "-q", "--no-run-info", "-o", folder / "found", *options, genome)
    return {name.split()[0]: (sequence, dict(f.split("=", 1) for f in name.split()[1:]))
            for name, sequence in fasta(folder / "found.families.fa").items()}


def others(folder):
    return [name.split()[0].split("#")[1] for name in fasta(folder / "found.other.fa")]


def share_of_words(sequence, other, k=12):
    """Share of one sequence's words that the other has, on either strand."""
    words = {other[i:i + k] for i in range(len(other) - k + 1)}
    best = 0
    for strand in (sequence, turned(sequence)):
        own = [strand[i:i + k] for i in range(len(strand) - k + 1)]
        best = max(best, sum(w in words for w in own) / max(1, len(own)))
    return best


# --- Whole families and their classes ---

def test_ltr_element_is_whole_and_split(folder):
    rng = random.Random(11)
    ltr, inner = "TG" + random_letters(rng, 296) + "CA", random_letters(rng, 1800)
    whole = ltr + inner + ltr
    copies = [mutated(rng, whole, 0.04) for _ in range(7)] + [mutated(rng, ltr, 0.04) for _ in range(6)]
    genome = write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=5))
    families = find(folder, genome, "--split-ltr")
    names = list(families)
    assert len(names) == 1 and names[0] == "R1#LTR", names
    sequence, fields = families[names[0]]
    assert abs(len(sequence) - len(whole)) <= 12, len(sequence)
    assert share_of_words(whole, sequence) > 0.97
    assert "ltr:" in fields["evidence"], fields
    split = {n.split()[0]: s for n, s in fasta(folder / "found.split.fa").items()}
    assert sorted(split) == ["R1_INT#LTR", "R1_LTR#LTR"], list(split)
    assert abs(len(split["R1_LTR#LTR"]) - len(ltr)) <= 10 and abs(len(split["R1_INT#LTR"]) - len(inner)) <= 20
    structure = json.load(open(folder / "found.summary.json"))["families"][0]["structure"]
    assert all(abs(end - begin - len(ltr)) <= 10 for begin, end in (structure["ltr"]["left"], structure["ltr"]["right"])), structure
    assert fields["copies"] == "13"


def test_transposon_and_its_derivative_are_two_families(folder):
    rng = random.Random(12)
    tir = random_letters(rng, 40)
    full = tir + random_letters(rng, 1700) + turned(tir)
    mite = full[:160] + full[-150:]
    copies = [mutated(rng, full, 0.03) for _ in range(8)] + [mutated(rng, mite, 0.03) for _ in range(16)]
    genome = write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=8))
    families = find(folder, genome)
    assert [name.split("#")[1] for name in families] == ["DNA", "DNA"], list(families)
    kinds = {"mite" in fields["evidence"].split(","): sequence for sequence, fields in families.values()}
    assert abs(len(kinds[False]) - len(full)) <= 10 and abs(len(kinds[True]) - len(mite)) <= 10
    assert share_of_words(full, kinds[False]) > 0.95 and share_of_words(mite, kinds[True]) > 0.95
    assert {fields["copies"] for _, fields in families.values()} == {"8", "16"}
    assert any("tsd:8" in fields["evidence"] for _, fields in families.values()), families


def test_line_grows_beyond_its_truncated_copies(folder):
    rng = random.Random(13)
    line = random_letters(rng, 3000) + "A" * 20
    lengths = [3020] * 3 + [rng.randint(300, 1600) for _ in range(24)]
    copies = [mutated(rng, line[-n:], 0.05) for n in lengths]
    families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=(9, 15))))
    name, (sequence, fields) = next(iter(families.items()))
    assert name.endswith("#LINE") and len(sequence) >= 2990, (name, len(sequence))
    assert share_of_words(line, sequence) > 0.85  # its far part rests on three copies
    assert "AAAAAAAA" in sequence[-30:], "the poly-A tail is at the right end"


def test_sine_and_helitron_hints(folder):
    rng = random.Random(14)
    sine = random_letters(rng, 260) + "A" * 18
    copies = [mutated(rng, sine, 0.06) for _ in range(30)]
    families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=(8, 16), spacer_bp=500)))
    assert [n.split("#")[1] for n in families] == ["SINE"], list(families)
    assert int(families["R1#SINE"][1]["copies"]) == 30
    stem = "GCGCCTGCGGC"
    helitron = "TC" + random_letters(rng, 1200) + stem + "TTAA" + turned(stem) + random_letters(rng, 10) + "CTAG"
    copies = ["A" + mutated(rng, helitron, 0.03) + "T" for _ in range(14)]
    families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies)))
    assert [n.split("#")[1] for n in families] == ["RC/Helitron"], list(families)


def test_unstructured_family_is_unknown(folder):
    for seed in (15, 16, 17):
        rng = random.Random(seed)
        copies = [mutated(rng, element, 0.08) for element in (random_letters(rng, 900) for _ in range(6)) for _ in range(6)]
        families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies)))
        assert len(families) == 6 and {n.split("#")[1] for n in families} == {"Unknown"}, list(families)


def test_subfamilies_by_diagnostic_sites(folder):
    rng = random.Random(20)
    first = random_letters(rng, 700)
    columns = rng.sample(range(30, 670), 9)
    second = "".join(rng.choice([b for b in "ACGT" if b != base]) if i in columns else base for i, base in enumerate(first))
    plain = random_letters(rng, 600)
    copies = [mutated(rng, first, 0.06) for _ in range(30)] + [mutated(rng, second, 0.06) for _ in range(18)]
    copies += [mutated(rng, plain, 0.10) for _ in range(50)]
    find(folder, write_genome(folder / "g.fa", genome_of(rng, copies, spacer_bp=400)), "--subfamilies")
    found = {name: sequence for name, sequence in fasta(folder / "found.subfamilies.fa").items()}
    assert len(found) == 2, list(found)  # the plain family is not told apart
    sizes = [int(re.search(r"copies=(\d+)", name).group(1)) for name in found]
    assert abs(sizes[0] - 30) <= 1 and abs(sizes[1] - 18) <= 1, sizes
    for sequence, true, other in zip(found.values(), (first, second), (second, first)):
        assert share_of_words(true, sequence) > 0.98 > share_of_words(other, sequence)


def cut_at_random(rng, sequence):
    begin = rng.randrange(0, len(sequence) - 80)
    return sequence[begin:begin + rng.randint(60, 200)] if rng.random() < 0.3 else sequence


def test_a_family_of_many_copies_stands_once(folder):
    for seed in (5, 6):
        rng = random.Random(seed)
        first = random_letters(rng, 380)
        second = mutated(rng, first, 0.03)
        copies = [cut_at_random(rng, mutated(rng, rng.choice((first, second)), rng.uniform(0.10, 0.22))) for _ in range(3000)]
        families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=5, spacer_bp=200)))
        sequence, fields = families.pop(next(iter(families)))
        whole = max(share_of_words(source, sequence) for source in (first, second))
        assert int(fields["copies"]) > 2800 and whole > 0.9, (fields, whole)
        assert not families, list(families)
        search = json.loads((folder / "found.summary.json").read_text())["search"]
        assert search["inside_others"] >= 1, search


def test_versions_that_copies_do_not_bear_out_are_none(folder):
    rng = random.Random(7)
    old, one = random_letters(rng, 190), random_letters(rng, 300)
    other = mutated(rng, one, 0.10)
    copies = [cut_at_random(rng, mutated(rng, old, rng.uniform(0.26, 0.36))) for _ in range(1500)]
    copies += [mutated(rng, rng.choice((one, other)), rng.uniform(0.10, 0.20)) for _ in range(200)]
    families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies, tsd_bp=5, spacer_bp=200)))
    assert len(families) == 3, list(families)  # sister families of the same age stay two
    for true in (old, one, other):
        assert max(share_of_words(true, sequence) for sequence, _ in families.values()) > 0.7
    assert json.loads((folder / "found.summary.json").read_text())["search"]["versions"] >= 1


def test_grades_tell_what_bears_a_family_out(folder):
    rng = random.Random(31)
    whole, plain = random_letters(rng, 300), random_letters(rng, 900)
    inverted = "CAGTGCTTAACCGTTAGGCATG" + whole + turned("CAGTGCTTAACCGTTAGGCATG")
    contigs = [genome_of(rng, [mutated(rng, inverted, 0.05) for _ in range(20)], tsd_bp=8),
               genome_of(rng, [mutated(rng, plain, 0.10) for _ in range(4)])]
    families = find(folder, write_genome(folder / "g.fa", *contigs))
    grades = {share_of_words(sequence, whole) > 0.3: fields for sequence, fields in families.values()}
    assert grades[True]["grade"] == "A" and grades[True]["because"].startswith("structure,ends:"), grades
    assert grades[False]["grade"] == "C" and re.fullmatch(r"ends:4:4,on:0:0,places:4,young:\d+,alike:\d+", grades[False]["because"]), grades
    assert [f["grade"] for f in json.loads((folder / "found.summary.json").read_text())["families"]] == ["A", "C"]


def test_an_end_beyond_which_copies_go_on_is_none(folder):
    rng = random.Random(36)
    element, stretch = random_letters(rng, 500), random_letters(rng, 900)
    copies = [mutated(rng, piece, 0.01) for piece in [element] * 3 + [stretch[:n] for n in (900, 850, 600, 600, 600)]]
    families = find(folder, write_genome(folder / "g.fa", genome_of(rng, copies)))
    (sequence, fields), = families.values()  # three whole copies are enough: the consensus ends where they do
    assert share_of_words(sequence, element) > 0.8 and fields["grade"] == "C" and ",on:0:0," in fields["because"], fields
    (name, sequence), = fasta(folder / "found.candidates.fa").items()
    assert share_of_words(sequence, stretch) > 0.8 and ",on:0:2," in name, name


def test_copies_that_are_alike_through_their_consensus_only_are_candidates(folder):
    rng = random.Random(35)
    weak = [random_letters(rng, 100) for _ in range(40)]
    copies = [mutated(rng, element, 0.20) for element in weak for _ in range(5)]
    genome = write_genome(folder / "g.fa", genome_of(rng, copies, spacer_bp=5000))
    families = find(folder, genome)
    (name, sequence), = fasta(folder / "found.candidates.fa").items()
    assert name.startswith("C1#Unknown copies=5 ") and " grade=D because=ends:" in name, name
    assert max(share_of_words(sequence, element, 8) for element in weak) > 0.3
    places, masked = bed(folder / "found.candidates.bed"), fasta(folder / "found.masked.fa")
    assert len(places) == 5 and all(masked[row[0]][int(row[1]):int(row[2])].isupper() for row in places)
    summary = json.loads((folder / "found.summary.json").read_text())
    assert [one["grade"] for one in summary["candidates"]] == ["D"] and all(f["grade"] == "C" for f in summary["families"])
    run("report", "-o", folder / "page.html", folder / "found")
    page = (folder / "page.html").read_text()
    assert "<h2>Candidates</h2>" in page and "C1" in page
    assert len(find(folder, genome, "--keep-candidates")) == len(families) + 1
    assert not fasta(folder / "found.candidates.fa")


def test_what_is_no_transposon_is_kept_apart(folder):
    rng = random.Random(18)
    codons = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in ("TAA", "TAG", "TGA")]
    protein = [rng.choice(codons) for _ in range(350)]

    def gene():
        body = "".join(c[:2] + rng.choice("ACGT") if rng.random() < 0.35 and c[:2] not in ("TA", "TG") else c for c in protein)
        return "ATG" + body + "TAA"
    unit = random_letters(rng, 340)
    stretch = random_letters(rng, 6000)
    elements = [gene() for _ in range(5)]
    contig = genome_of(rng, elements) + "".join(mutated(rng, unit, 0.08) for _ in range(60)) + random_letters(rng, 3000)
    # a stretch that was duplicated holds two short copies of one sequence; no third one stands elsewhere
    inner = random_letters(rng, 400)
    stretch = stretch[:2000] + inner + stretch[2000:]
    duplicated = random_letters(rng, 2000).join(mutated(rng, stretch, 0.02) for _ in range(2))
    te = random_letters(rng, 700)
    tes = genome_of(rng, [mutated(rng, te, 0.05) for _ in range(5)])
    genome = write_genome(folder / "g.fa", contig, duplicated, tes)
    families = find(folder, genome)
    assert len(families) == 1 and share_of_words(te, next(iter(families.values()))[0]) > 0.9, list(families)
    assert "Gene_family" in others(folder), others(folder)
    rows = bed(folder / "found.other.bed")
    assert rows and all(r[0] == "c1" or r[0] == "c2" for r in rows)
    apart = set(families)
    kept = find(folder, genome, "--keep-other")
    assert len(kept) > len(apart) and others(folder) == [o for o in others(folder) if o == "Satellite"], (kept, others(folder))


def reasons(folder):
    return [name.split("reason=")[1].split()[0] for name in fasta(folder / "found.other.fa")]


def placed(rng, elements):
    """Elements between random spacers; their places, 0-based and half-open."""
    parts, places, at = [], [], 0
    for element in elements:
        spacer = random_letters(rng, rng.randint(400, 1800))
        places.append((at + len(spacer), at + len(spacer) + len(element)))
        at = places[-1][1]
        parts += [spacer, element]
    return "".join(parts) + random_letters(rng, 900), places


def test_families_on_known_genes_are_gene_families(folder):
    rng = random.Random(29)
    body = random_letters(rng, 300)
    contig, places = placed(rng, [mutated(rng, body, 0.04) for _ in range(30)])
    genome = write_genome(folder / "g.fa", contig)

    def with_genes(chosen, form):
        rows = {"bed": lambda a, b: f"c1 {a} {b}\r\n", "gff3": lambda a, b: f"c1\tx\tgene\t{a + 1}\t{b + 900}\t.\t+\t.\tID=g\nc1\tx\tCDS\t{a + 1}\t{b}\t.\t+\t0\tx\n",
                "bed12": lambda a, b: f"c1\t{a - 100}\t{b + 100}\tn\t0\t+\t{a}\t{b}\t0\t2\t{b - a + 100},50,\t0,{b - a + 150},\n"}
        text = "".join(rows[form](*place) for place in chosen) + ("##FASTA\n>c1\nACGT\n" if form == "gff3" else "")
        (folder / "genes.gz").write_bytes(gzip.compress(text.encode()))
        return find(folder, genome, "--genes", folder / "genes.gz")
    assert len(find(folder, genome)) == 1
    for form in ("bed", "gff3", "bed12"):
        assert with_genes(places, form) == {} and reasons(folder) == ["annotated_genes"], (form, reasons(folder))
    assert with_genes(places[:22], "bed") == {}
    assert len(with_genes(places[:19], "bed")) == 1, "too many copies are off genes"
    assert len(with_genes([(a, b) for a, b in zip([0] + [b for _, b in places], [a for a, _ in places])], "bed")) == 1
    assert len(with_genes([(a, a + 100) for a, _ in places], "bed")) == 1, "a third of each copy"
    assert len(with_genes([(0, len(contig))], "bed")) == 1, "all of the genome is no evidence"
    tir = random_letters(rng, 30)
    contig, places = placed(rng, [mutated(rng, "CA" + tir + random_letters(random.Random(3), 400) + turned(tir) + "TG", 0.02) for _ in range(8)])
    genome = write_genome(folder / "g.fa", contig)
    assert len(with_genes(places, "bed")) == 1, "a transposon's gene may be annotated"


def test_protected_intervals_stay_as_they_came(folder):
    rng = random.Random(30)
    body = random_letters(rng, 400)
    contig, places = placed(rng, [mutated(rng, body, 0.04) for _ in range(6)])
    contig = contig[:places[0][0] + 10] + contig[places[0][0] + 10:places[0][0] + 20].lower() + contig[places[0][0] + 20:]
    genome = write_genome(folder / "g.fa", random_letters(rng, 777), contig)
    kept = [(a - 50, a + 150) for a, _ in places[:3]] + [(0, 30), (200, 200)]
    (folder / "k.gff3").write_text("".join(f"c2\tx\tany\t{a + 1}\t{b}\t.\t.\t.\tx\n" for a, b in kept if a < b))
    (folder / "k.bed").write_text("".join(f"c2\t{a}\t{b}\n" for a, b in kept))
    plain = find(folder, genome)
    copies = [r for r in bed(folder / "found.copies.bed")]
    library = folder / "l.fa"
    library.write_text("".join(f">{n}\n{s}\n" for n, (s, _) in plain.items()))
    inside = union([("c2", a, b) for a, b in kept])["c2"]
    covered = union(copies)["c2"]
    for options in ([], ["--hard-mask"], ["--respect-mask", "--hard-mask"], ["--mask-tandem"]):
        for path in ("k.bed", "k.gff3"):
            for command in (["find"], ["annotate"]):
                if command == ["annotate"] and "--respect-mask" in options:
                    continue
                run(*command, "-q", "--no-run-info", *options, "--protect", folder / path, "-o", folder / "found", genome, *([library] if command == ["annotate"] else []))
                masked = fasta(folder / "found.masked.fa")["c2"]
                rows = bed(folder / "found.copies.bed")
                assert rows == copies or command == ["annotate"] or "--respect-mask" in options, "copies are listed all the same"
                covered = union(rows)["c2"]
                letter = (lambda c: "N") if "--hard-mask" in options else str.lower
                given = contig if "--respect-mask" in options else contig.upper()
                expected = "".join(letter(c) if i in covered and i not in inside else c for i, c in enumerate(given))
                assert masked == expected, (command, options, path)
                results = json.loads((folder / "found.summary.json").read_text())["results"]
                assert results["protected"] == {"bases": len(inside), "in_copies": len(inside & covered)}, results
    run("find", "-q", "--reprise-files", "--protect", folder / "k.bed", "-o", folder / "found", genome)
    covered = union(bed(folder / "found.copies.bed"))["c2"]
    text = fasta(folder / "found.masked")["c2"]
    assert text == "".join("X" if i in covered and i not in inside else c for i, c in enumerate(contig.upper()))


def test_vectors_and_doubled_contigs_are_artefacts(folder):
    rng = random.Random(19)
    vector, te, contig = random_letters(rng, 250), random_letters(rng, 600), random_letters(rng, 1500)
    contigs = [vector + random_letters(rng, 9000) for _ in range(4)] + [mutated(rng, contig, 0.01) for _ in range(4)]
    contigs += [random_letters(rng, 800) + mutated(rng, te, 0.05) for _ in range(5)]  # ends of short contigs say nothing
    families = find(folder, write_genome(folder / "g.fa", *contigs))
    assert len(families) == 1 and share_of_words(te, next(iter(families.values()))[0]) > 0.9, list(families)
    assert others(folder) == ["Artefact", "Artefact"], others(folder)


def test_classes_of_a_known_library(folder):
    prefix = demo(folder)
    found = fasta(f"{prefix}.families.fa")
    best = max(found, key=lambda n: len(found[n]))
    (folder / "known.fa").write_text(f">Known1#LINE/L9 text\n{mutated(random.Random(3), found[best], 0.05)}\n")
    families = find(folder, DEMO, "--classify-with", folder / "known.fa")
    named = [n for n in families if n.endswith("#LINE/L9")]
    assert [n.split("#")[0] for n in named] == [best.split("#")[0]], named
    assert families[named[0]][1]["like"].startswith("Known1:")


def test_class_names_of_any_convention_give_those_that_are_asked_for(folder):
    """Libraries as EDTA, Wicker et al., Dfam and REXdb name classes; results in each convention."""
    truth = list(fasta(TRUTH).values())[:5]
    copia = "Class_I_Retrotransposition;Retrotransposon;Long_Terminal_Repeat_Element;Ty1-Copia"
    given = {"a": "DNA/DTA", "b": "RLC", "c": f"root;Interspersed_Repeat;Transposable_Element;{copia}",
             "d": "Class_I|LTR|Ty1/copia|Ale", "e": "LTR/mine"}
    (folder / "library.fa").write_text("".join(f">{n}#{c}\n{s}\n" for (n, c), s in zip(given.items(), truth)))
    names = {"repeatmasker": ("DNA/hAT", "LTR/Copia"), "wicker": ("DTA", "RLC"),
             "so": ("hAT_TIR_transposon", "Copia_LTR_retrotransposon"),
             "dfam": ("root;Interspersed_Repeat;Transposable_Element;Class_II_DNA_Transposition;Transposase;hAT",
                      f"root;Interspersed_Repeat;Transposable_Element;{copia}")}
    for convention, (hat, copia_name) in names.items():
        prefix = annotated(folder, DEMO, folder / "library.fa", "--class-names", convention)
        expected = {"a": hat, "b": copia_name, "c": copia_name, "d": copia_name, "e": "LTR/mine"}
        told = {f["name"]: f["class"] for f in json.loads(open(f"{prefix}.summary.json").read())["families"]}
        assert told == expected, (convention, told)
        table = [line.split("\t") for line in open(f"{prefix}.classes.tsv")][1:-1]
        assert {row[0]: row[1] for row in table} == {hat: "1", copia_name: "3", "LTR/mine": "1"}, (convention, table)
        out = {tuple(line.split()[9:11]) for line in list(open(f"{prefix}.out"))[3:]}
        assert out == set(zip("abcde", ["DNA/hAT"] + ["LTR/Copia"] * 3 + ["LTR/mine"])), out  # RepeatMasker's always
        (folder / "annotated.fa").write_text("".join(f">{n}#{c}\n{s}\n" for (n, c), s in zip(told.items(), truth)))
        again = annotated(folder, DEMO, folder / "annotated.fa")
        classes = [f["class"] for f in json.loads(open(f"{again}.summary.json").read())["families"]]
        assert classes == ["DNA/hAT"] + ["LTR/Copia"] * 3 + ["LTR/mine"], classes
    told = run("annotate", "--class-names", "Wicker", DEMO, TRUTH, status=2).stderr
    assert "--class-names" in told and "Wicker" in told, told


def test_found_families_are_named_in_the_convention_that_is_asked_for(folder):
    names = {"LTR": "RLX", "DNA": "DTX", "LINE": "RIX", "SINE": "RSX", "RC/Helitron": "DHH", "Unknown": "XXX"}
    plain = [n.split()[0].split("#") for n in fasta(f"{demo(folder)}.families.fa")]
    coded = [n.split("#") for n in find(folder, DEMO, "--class-names", "wicker", "--subfamilies", "--split-ltr")]
    assert coded == [[n, names[c]] for n, c in plain], coded
    assert {n.split()[0].split("#")[1] for n in fasta(folder / "found.split.fa")} == {names[c] for _, c in plain}
    types = [line.split()[2] for line in open(folder / "found.families.stk") if line.startswith("#=GF TP")]
    assert all(t.startswith("Interspersed_Repeat;") for t in types)  # Dfam's always


# --- annotate ---

def annotated(folder, genome, library, *options):
    run("annotate", "-q", "--no-run-info", "-o", folder / "ann", *options, genome, library)
    return folder / "ann"


def test_annotate_finds_the_true_copies(folder):
    prefix = annotated(folder, DEMO, TRUTH)
    truth, called = union(bed(ROOT / "data" / "demo.truth.bed")), union(bed(f"{prefix}.copies.bed"))
    shared = sum(len(truth[c] & called.get(c, set())) for c in truth)
    assert shared >= 0.97 * sum(map(len, truth.values())) and shared >= 0.97 * sum(map(len, called.values()))
    fast = annotated(folder, DEMO, TRUTH, "--fast")
    called = union(bed(f"{fast}.copies.bed"))
    assert sum(len(truth[c] & called.get(c, set())) for c in truth) >= 0.9 * sum(map(len, truth.values()))


def out_rows(path):
    return [line.split() for line in open(path) if line.split() and line.split()[0].isdigit()]


def test_annotate_repeatmasker_columns(folder):
    """A line for each part; behind C the consensus columns are (left) end begin."""
    prefix = annotated(folder, DEMO, TRUTH)
    lines = open(f"{prefix}.out").read().split("\n")
    assert lines[0].split()[:4] == ["SW", "perc", "perc", "perc"] and lines[1].split()[0] == "score" and lines[2] == ""
    rows, parts = out_rows(f"{prefix}.out"), bed(f"{prefix}.copies.bed")
    sizes = {n.split()[0]: len(s) for n, s in fasta(DEMO).items()}
    assert len(rows) == len(parts) > 500 and {r[8] for r in rows} == {"+", "C"}
    for row, part in zip(rows, parts):
        contig, start, end, family, _, strand, _, begin, stop, length = part[:10]
        assert row[4:8] == [contig, str(int(start) + 1), end, f"({sizes[contig] - int(end)})"], (row, part)
        assert row[8] == {"+": "+", "-": "C"}[strand] and row[9] == family and len(row) == 15
        left = f"({int(length) - int(stop)})"
        assert row[11:14] == ([str(int(begin) + 1), stop, left] if strand == "+" else [left, stop, str(int(begin) + 1)]), row
        assert all(0 <= float(x) <= 100 for x in row[1:4])
    # the columns stand one under the other, as readers that cut by position need them
    body = [line for line in lines[3:] if line]
    assert len({len(line.rsplit(None, 1)[0]) for line in body}) == 1


def test_annotate_paf_spells_the_alignment(folder):
    prefix = annotated(folder, DEMO, TRUTH)
    genome = {n.split()[0]: s.upper() for n, s in fasta(DEMO).items()}
    library = {n.split()[0].split("#")[0]: s for n, s in fasta(TRUTH).items()}
    n = 0
    for line in open(f"{prefix}.paf"):
        field = line.rstrip("\n").split("\t")
        query, length, begin, end, strand, contig, size, start, stop, matches, columns = field[:11]
        tags = dict((t[:2], t[5:]) for t in field[12:])
        sequence = library[query.split("#")[0]]
        assert int(length) == len(sequence) and int(size) == len(genome[contig])
        piece = sequence[int(begin):int(end)]
        piece = piece if strand == "+" else turned(piece)
        target = genome[contig][int(start):int(stop)]
        i = j = equal = total = 0
        for count, kind in re.findall(r"(\d+)([=XID])", tags["cg"]):
            count = int(count)
            total += count
            if kind in "=X":
                pairs = list(zip(piece[i:i + count], target[j:j + count]))
                assert len(pairs) == count and all((a == b) == (kind == "=") for a, b in pairs), line
                equal += count if kind == "=" else 0
            i += count if kind != "D" else 0
            j += count if kind != "I" else 0
        assert (i, j) == (len(piece), len(target)) and equal == int(matches) and total == int(columns), line
        assert int(tags["NM"]) == total - equal
        n += 1
    assert n == len(bed(f"{prefix}.copies.bed"))


def test_annotate_is_the_same_for_any_threads_and_simd(folder):
    endings = ["copies.bed", "copies.gff3", "out", "paf", "classes.tsv", "masked.fa", "summary.json", "tandem.bed"]
    base = digest(annotated(folder, DEMO, TRUTH, "-t", 1, "--hints"), endings)
    for options in (["-t", 3], ["-t", 2, "--simd", "scalar"]):
        assert digest(annotated(folder, DEMO, TRUTH, "--hints", *options), endings) == base, options


def test_annotate_without_copies_and_with_bad_libraries(folder):
    rng = random.Random(21)
    write_genome(folder / "g.fa", random_letters(rng, 30000))
    (folder / "l.fa").write_text(f">x#LINE\n{random_letters(rng, 800)}\n")
    prefix = annotated(folder, folder / "g.fa", folder / "l.fa")
    assert bed(f"{prefix}.copies.bed") == [] and out_rows(f"{prefix}.out") == []
    for name, text in {"twice.fa": ">a#X\nACGTACGT\n>a#Y\nACGTACGT\n", "protein.fa": ">p\nMKLVEFPMKLVEFP\n"}.items():
        (folder / name).write_text(text)
        assert name in run("annotate", "-q", "-o", folder / "no", folder / "g.fa", folder / name, status=INPUT).stderr
    assert not [n for n in os.listdir(folder) if n.startswith("no.")]
    for arguments in (["annotate", "g.fa"], ["annotate", "-", "-"], ["annotate", "a", "b", "c"], ["compare", "a"],
                      ["compare", "--min-length", "x", "a", "b"], ["extend", "a"], ["extend", "--rounds", "0", "a", "b"], ["report"],
                      ["report", "a", "b"]):
        assert run(*arguments, status=2, cwd=folder).stderr


def test_annotate_agrees_with_repeatmasker(folder):
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no real data")
    data = SHARED / "data" / "human_chr4_10mb"
    prefix = annotated(folder, data / "hum-1.fa", data / "dfam_library.fa.gz")
    simple = ("Simple_repeat", "Low_complexity", "Satellite")

    def bases(path, skip=()):
        return {(r[4], i) for r in out_rows(path) if r[10] not in skip for i in range(int(r[5]) - 1, int(r[6]))}
    truth, anything, called = bases(data / "hum-1.fa.out", simple), bases(data / "hum-1.fa.out"), bases(f"{prefix}.out")
    assert len(truth & called) >= 0.9 * len(truth), len(truth & called) / len(truth)
    assert len(anything & called) >= 0.95 * len(called), len(anything & called) / len(called)


# --- compare ---

def verdicts(path):
    rows = [line.rstrip("\n").split("\t") for line in open(path)]
    return {(r[0], r[1]): dict(zip(rows[0], r)) for r in rows[1:]}


def test_compare_classes(folder):
    rng = random.Random(31)
    a, b, c, d, e, f = (random_letters(rng, 1000) for _ in range(6))
    reference = {"whole": a, "halves": b, "old": c, "gone": d, "left": e, "right": f}
    found = {"whole": turned(mutated(rng, a, 0.02)), "again": mutated(rng, a[:700], 0.02), "h1": b[:520], "h2": b[480:],
             "old": mutated(rng, c, 0.12), "chimera": e + f, "new": random_letters(rng, 900)}
    for name, families in (("ref.fa", reference), ("found.fa", found)):
        (folder / name).write_text("".join(f">{n}#Unknown\n{s}\n" for n, s in families.items()))
    done = run("compare", "--all", "--tsv", folder / "t.tsv", "--json", folder / "t.json", folder / "found.fa", folder / "ref.fa")
    rows = verdicts(folder / "t.tsv")
    expected = {"whole": "perfect", "halves": "good", "old": "present", "gone": "missing", "left": "good", "right": "good"}
    assert {n: rows["reference", n]["match"] for n in reference} == expected
    flags = {n: rows["found", n]["flags"] for n in found}
    # the second half is redundant too: another found family is nearer to the same reference
    assert flags == {"whole": "-", "again": "redundant", "h1": "-", "h2": "redundant", "old": "-", "chimera": "chimera:right",
                     "new": "unmatched"}, flags
    counts = json.load(open(folder / "t.json"))
    text = json.dumps(counts)
    assert "perfect" in text and re.search(r"perfect\s+1\s+16\.7 %", done.stdout), done.stdout
    for name in reference:
        assert re.search(rf"\b{name}\b", done.stdout)
    # the same library is perfect in itself
    run("compare", "--tsv", folder / "s.tsv", TRUTH, TRUTH)
    assert {r["match"] for (side, _), r in verdicts(folder / "s.tsv").items() if side == "reference"} == {"perfect"}


def test_compare_counts_what_the_genome_holds(folder):
    rng = random.Random(32)
    here, absent = random_letters(rng, 800), random_letters(rng, 800)
    write_genome(folder / "g.fa", genome_of(rng, [mutated(rng, here, 0.05) for _ in range(4)]))
    (folder / "ref.fa").write_text(f">here\n{here}\n>absent\n{absent}\n")
    (folder / "found.fa").write_text(f">x\n{here}\n")
    done = run("compare", "--genome", folder / "g.fa", folder / "found.fa", folder / "ref.fa")
    assert re.search(r"reference families\s+1\s+of 2", done.stdout), done.stdout


def test_compare_agrees_with_the_scoring_program(folder):
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no scoring program")
    need("blastn")
    prefix = demo(folder)
    subprocess.run([sys.executable, SHARED / "eval" / "library_quality.py", "--found", f"{prefix}.families.fa", "--reference", TRUTH,
                    "--threads", "2", "--families", folder / "q.tsv"], check=True, capture_output=True)
    run("compare", "--tsv", folder / "t.tsv", f"{prefix}.families.fa", TRUTH)
    theirs = {r[0].split("#")[0]: r[2] for r in (line.rstrip("\n").split("\t") for line in open(folder / "q.tsv"))}
    ours = {n: r["match"] for (side, n), r in verdicts(folder / "t.tsv").items() if side == "reference"}
    both = set(theirs) & set(ours)
    assert len(both) >= 15 and sum(theirs[n] == ours[n] for n in both) >= 0.95 * len(both), (theirs, ours)


# --- extend ---

def test_extend_recovers_trimmed_families(folder):
    rng = random.Random(41)
    whole = {f"f{i}": random_letters(rng, rng.randint(500, 3000)) for i in range(12)}
    copies = [mutated(rng, s, 0.08) for s in whole.values() for _ in range(8)]
    write_genome(folder / "g.fa", genome_of(rng, copies, spacer_bp=700))
    (folder / "l.fa").write_text("".join(f">{n}#DNA kept text\n{s[len(s) // 4:-(len(s) // 4)]}\n" for n, s in whole.items()))
    outputs = set()
    for threads in (1, 3):
        outputs.add(run("extend", "-q", "-t", threads, folder / "g.fa", folder / "l.fa").stdout)
    assert len(outputs) == 1
    (folder / "x.fa").write_text(outputs.pop())
    extended = fasta(folder / "x.fa")
    assert [n.split()[0] for n in extended] == [f"{n}#DNA" for n in whole]
    good = 0
    for (name, sequence), true in zip(extended.items(), whole.values()):
        assert name.endswith(" kept text") and f"length={len(sequence)}" in name
        good += abs(len(sequence) - len(true)) <= 10 and share_of_words(true, sequence) > 0.9
    assert good >= 10, good


# --- curate ---

def curated(folder, decisions, *options, status=0):
    (folder / "decisions").write_text(decisions)
    done = run("curate", "-d", "decisions", *options, "library.fa", status=status, cwd=folder)
    return {n.split()[0]: (n, s) for n, s in fasta_of(done.stdout).items()} if status == 0 else done.stderr


def fasta_of(text):
    return {record.split("\n", 1)[0]: record.split("\n", 1)[1].replace("\n", "") for record in text.split(">")[1:]}


def curated_library(folder):
    rng = random.Random(7)
    sequences = {f"R{i}": random_letters(rng, 100 + 50 * i) for i in range(1, 8)}
    facts = "copies=9 bases=900 length=9 divergence=2.0 evidence=tir:20:100% kinds=full:9 grade=A curated=keep note"
    (folder / "library.fa").write_text("".join(f">{n}#DNA {facts}\n{s}\n" for n, s in sequences.items()))
    return sequences, facts


def test_decisions_are_applied_and_told_in_the_headers(folder):
    sequences, facts = curated_library(folder)
    decisions = ("# first round\n\n keep R1 # a good one\ndrop\tR2\nrename R3 Copia1#LTR/Copia\ncut R4 11 200\nrename R4 R2\r\n"
                 "split R5 100 300\nmerge R6 R3")
    found = curated(folder, decisions)
    changed = "evidence=", "copies=", "grade=", "bases=900", "divergence="
    assert list(found) == ["R1#DNA", "Copia1#LTR/Copia", "R2#DNA", "R5_1#DNA", "R5_2#DNA", "R5_3#DNA", "R7#DNA"], list(found)
    assert found["R1#DNA"] == (f"R1#DNA {facts} curated=keep", sequences["R1"])
    assert found["Copia1#LTR/Copia"] == (f"Copia1#LTR/Copia {facts} curated=rename:R3,merge:R6", sequences["R3"])
    assert found["R2#DNA"] == ("R2#DNA length=190 curated=keep note curated=rename:R4,cut:11-200", sequences["R4"][10:200])
    pieces = [found[f"R5_{i}#DNA"] for i in (1, 2, 3)]
    assert "".join(s for _, s in pieces) == sequences["R5"] and [len(s) for _, s in pieces] == [100, 200, 50]
    assert pieces[1][0] == "R5_2#DNA length=200 curated=keep note curated=split:R5:101-300"
    assert not any(word in header for header, _ in pieces for word in changed)
    assert found["R7#DNA"] == (f"R7#DNA {facts}", sequences["R7"])
    assert list(curated(folder, decisions, "--only-decided")) == list(found)[:-1]
    assert list(curated(folder, "")) == [f"{n}#DNA" for n in sequences]
    assert curated(folder, "drop R1", "--only-decided") == {}
    done = run("curate", "-q", "-d", "-", "-o", "out/", "library.fa", text="keep R1\n", cwd=folder)
    assert done.stdout == done.stderr == "" and len(fasta(folder / "out" / "library.fa")) == 7


def test_what_cannot_be_decided_is_told_with_its_line(folder):
    curated_library(folder)
    for decisions, *words in [
            ("keep R1\n\nkeep R9", "decisions: line 3: R9", "no family"), ("dorp R1", "line 1: dorp", "keep, drop"),
            ("drop R1\nkeep R1", "line 2: R1", "drop, in line 1"), ("rename R1 x\nrename R1 y", "rename, in line 1"),
            ("cut R1 1 50\nsplit R1 20", "line 2", "cut, in line 1"), ("drop", "1: drop", "drop FAMILY"),
            ("cut R1 5", "cut FAMILY BEGIN END"), ("cut R1 0 50", "line 1: 0", "1 to 150"), ("cut R1 50 40", "40", "50 to 150"),
            ("cut R1 1 151", "151"), ("cut R1 1 5x", "5x"), ("split R1 150", "150", "1 to 149"), ("split R1 20 20", "21 to 149"),
            ("split R1 -3", "-3"), ("merge R1 R1", "same family"), ("merge R1 R9", "R9"), ("rename R1 #LTR", "#LTR"),
            ("rename R1 x#", "x#"), ("drop R2\nmerge R1 R2", "line 2: R2", "drop, in line 1"),
            ("merge R1 R2\nmerge R2 R3", "line 1: R2", "merge, in line 2"), ("rename R1 R2", "line 1: R2", "another family"),
            ("rename R2 R1_1\nsplit R1 30", "line 2: R1_1", "another family"), ("keep R1\0", "NUL"),
            ("keep " + "R1 " * 200, "too many words"), ("\x1b[31m R1", r"\x1b[31m")]:
        told = curated(folder, decisions, "-o", "out.fa", status=INPUT)
        assert told.startswith("reprise-c curate: ") and told.count("\n") == 1 and all(w in told for w in words), (decisions, told)
        assert not (folder / "out.fa").exists(), decisions
    (folder / "decisions").write_text("rename R1 R2\nrename R2 R1\ndrop R3\nrename R4 R3\n")  # names that are free then
    assert len(fasta_of(run("curate", "-d", "decisions", "library.fa", cwd=folder).stdout)) == 6
    for options, status in ((["library.fa"], 2), (["-d", "none", "library.fa"], INPUT), (["-d", "decisions"], 2),
                            (["-d", "decisions", "-o", "library.fa", "library.fa"], 1), (["-d", "-", "-"], 2)):
        run("curate", *options, status=status, cwd=folder)


def test_decisions_that_the_report_offers_can_be_taken(folder):
    prefix = demo(folder, "--report")
    lines = [html.unescape(line) for line in re.findall(r"<code>([^<]*)</code>", open(f"{prefix}.report.html").read())]
    families = [n.split("#")[0] for n in fasta(f"{prefix}.families.fa")]
    assert len(lines) == 5 * len(families)
    for i in range(5):
        (folder / "decisions").write_text("\n".join(lines[i::5]))
        run("curate", "-d", folder / "decisions", f"{prefix}.families.fa")


# --- export ---

def export_of(folder, family):
    """The rows of an export's aligned FASTA, checked against its Stockholm file."""
    rows = fasta(folder / f"{family}.afa")
    stockholm = [line.split() for line in open(folder / f"{family}.stk") if line[0] not in "#/"]
    assert [[name, text.replace(".", "-")] for name, text in stockholm] == [list(row) for row in rows.items()][1:]
    assert len({len(text) for text in rows.values()}) == 1
    return rows


def held_to_genome(genome, rows, lines, flank):
    """Each copy's row has its bases, and beside them those of the genome in lower case, as its family reads."""
    copies, cut = {}, 0
    for line in lines:
        copies.setdefault(line[10], []).append(line)
    assert len(copies) == len(rows) - 1
    for parts, (name, text) in zip(copies.values(), list(rows.items())[1:]):
        contig, begin, end, reverse = parts[0][0], int(parts[0][1]), int(parts[-1][2]), parts[0][5] == "-"
        assert name == f"{contig}:{begin + 1}-{end}_{parts[0][5]}"
        sequence = genome[contig]
        before, behind = sequence[max(0, begin - flank):begin].lower(), sequence[end:end + flank].lower()
        bases = "".join(sequence[int(part[1]):int(part[2])] for part in parts)
        expected = before + bases + behind
        cut += len(before) < flank or len(behind) < flank
        if reverse:
            expected = expected.translate(str.maketrans("ACGTacgt", "TGCAtgca"))[::-1]
        apart = sorted((int(part[7]), int(part[8])) for part in parts)
        if all(one[1] <= other[0] for one, other in zip(apart, apart[1:])):  # or else what two parts have is there once
            assert text.replace("-", "") == expected, name
    return cut


def test_export_of_a_family(folder):
    prefix = demo(folder)
    genome = {n.split()[0]: s.upper() for n, s in fasta(DEMO).items()}
    library = {n.split("#")[0]: s for n, s in fasta(f"{prefix}.families.fa").items()}
    told = bed(f"{prefix}.copies.bed")
    cut = 0
    for family, flank in (("R7", 200), ("R5", 0), ("R3", 100000)):
        run("export", "--flank", flank, "--max-copies", "1000", "-o", folder / "x" / family, DEMO, prefix, family)
        rows, lines = export_of(folder / "x", family), bed(folder / "x" / f"{family}.bed")
        assert sorted(lines) == sorted(line for line in told if line[3] == family)
        name, consensus = next(iter(rows.items()))
        assert consensus.replace("-", "") == library[family] == next(iter(fasta(folder / "x" / f"{family}.fa").values()))
        cut += held_to_genome(genome, rows, lines, flank)
        agreeing = {}
        for line in lines:
            bases = int(line[8]) - int(line[7])
            agreeing[line[10]] = agreeing.get(line[10], 0) + bases * (1000 - round(10 * float(line[6]))) // 1000
        assert list(agreeing.values()) == sorted(agreeing.values(), reverse=True), "the best first"
    assert cut > 0, "contigs' ends are met"
    few = folder / "few"
    run("export", "--max-copies", "5", "-o", few, DEMO, prefix, "R7")
    assert list(fasta(f"{few}.afa"))[1:] == list(fasta(folder / "x" / "R7.afa"))[1:6]


def test_export_makes_a_profile_of_what_annotate_found_too(folder):
    annotated(folder, DEMO, TRUTH)
    family = bed(folder / "ann.copies.bed")[0][3]
    assert "--library" in run("export", "-o", folder / "p", DEMO, folder / "ann", family, status=INPUT).stderr
    words = ["export", "--library", TRUTH, "--hmm", "-o", folder / "p", DEMO, folder / "ann"]
    assert "no family none" in run(*words, "none", status=INPUT).stderr
    assert not any(path.name.startswith("p.") for path in folder.iterdir()), "nothing is left of what failed"
    away = subprocess.run([PROGRAM, *map(str, words), family], capture_output=True, text=True, env={**os.environ, "PATH": str(folder)})
    assert away.returncode != 0 and "hmmbuild" in away.stderr and not (folder / "p.stk").exists()
    need("hmmbuild")
    run(*words, family)
    first = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith("p.")}
    assert set(first) == {"p.stk", "p.afa", "p.fa", "p.bed", "p.hmm"}
    length = len(next(iter(fasta(folder / "p.fa").values())))
    assert f"NAME  {family}\nLENG  {length}\n" in first["p.hmm"].decode()
    run(*words, family)
    assert first == {name: (folder / name).read_bytes() for name in first}, "the same bytes again"


# --- report ---

class Page(html.parser.HTMLParser):
    """Collects what a page holds; every element must be closed."""
    VOID = {"meta", "link", "br", "hr", "img", "input", "col"}

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.tags, self.links = [], set(), {}, []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        attributes = dict(attributes)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.add(attributes["id"])
        self.links += [attributes[a] for a in ("href", "src") if a in attributes]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()


def test_report_is_one_file_and_the_same_from_run_and_files(folder):
    prefix = demo(folder, "--report")
    from_run = open(f"{prefix}.report.html").read()
    os.remove(f"{prefix}.report.html")
    run("report", prefix)
    assert open(f"{prefix}.report.html").read() == from_run
    assert run("report", "-o", "-", prefix).stdout == from_run
    page = Page(from_run)
    families = [n.split("#")[0] for n in fasta(f"{prefix}.families.fa")]
    assert set(families) <= page.ids and page.tags["svg"] > len(families)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links), page.links
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", from_run) and page.tags["script"] == 1
    rows = re.findall(r"<tr><td><i [^>]*></i>([^<]*)</td>((?:<td class=\"n\">[^<]*</td>)+)", from_run)
    table = {row[0]: row[1:] for row in bed(f"{prefix}.classes.tsv")[1:-1]}
    assert [name for name, _ in rows] == list(table), "classes by bases"
    for name, cells in rows:
        cells = [c.replace("\u2009", "") for c in re.findall(r">([^<]*)</td>", cells)]
        assert (cells[0], cells[4], cells[8]) == tuple(table[name][:3]), (name, cells)
        assert sum(map(int, cells[1:4])) == int(cells[0]), f"{name}: each family has a grade"
    os.remove(f"{prefix}.copies.bed")
    assert "copies.bed" in run("report", prefix, status=INPUT).stderr


def test_report_of_annotate_and_of_nothing(folder):
    annotated(folder, DEMO, TRUTH)
    shutil.copy(TRUTH, folder / "ann.families.fa")
    run("report", folder / "ann")
    page = Page(open(folder / "ann.report.html").read())
    assert page.tags["svg"] > 10
    write_genome(folder / "n.fa", random_letters(random.Random(1), 20000))
    run("find", "-q", "--report", "-o", folder / "n", folder / "n.fa")
    Page(open(folder / "n.report.html").read())


def test_report_in_a_browser(folder):
    names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
    browser = next((n for n in names if shutil.which(n)), None)
    if browser is None:
        raise Skip("no headless browser is installed")
    prefix = demo(folder, "--report")
    page = folder / "page.html"
    shutil.copy(f"{prefix}.report.html", page)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run([browser, *flags, "--dump-dom", f"file://{page}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    drawn, given = Page(done.stdout), Page(page.read_text())
    assert drawn.tags["svg"] == given.tags["svg"] and drawn.ids == given.ids
    asked = """<script>
        var word = document.querySelector('.tools input'), by = document.querySelector('.tools select');
        by.value = 'length'; by.dispatchEvent(new Event('change'));
        word.value = 'TIR grade'; word.dispatchEvent(new Event('input'));
        document.querySelector('thead th:nth-child(2)').click();
        for (const line of ['drop R1', 'keep R2', 'drop R2', 'keep R3', 'keep R3'])
            [...document.querySelectorAll('code')].find(c => c.textContent === line).click();
        document.title = document.querySelector('textarea').value;
        </script></body>"""
    (folder / "asked.html").write_text(page.read_text().replace("</body>", asked))
    done = subprocess.run([browser, *flags, "--dump-dom", f"file://{folder / 'asked.html'}#R3"], capture_output=True, text=True,
                          timeout=120)
    shown = re.findall(r'<details ([^>]*)><summary>(.*?)</summary>', done.stdout)
    lengths = [int(re.search(r'data-length="(\d+)"', attributes)[1]) for attributes, _ in shown]
    assert len(lengths) == len(given.ids) and lengths == sorted(lengths, reverse=True)
    hidden = ['hidden=""' in attributes for attributes, _ in shown]
    assert hidden == ["tir:" not in line for _, line in shown] and len(set(hidden)) == 2
    assert [re.search(r'id="(\w+)"', a)[1] for a, _ in shown if 'open=""' in a] == ["R3"]
    assert "<title>drop R1\ndrop R2\n</title>" in done.stdout or "<title>drop R1 drop R2</title>" in done.stdout
    counts = [int(n) for n in re.findall(r"<tr><td><i [^>]*></i>[^<]*</td><td class=\"n\">(\d+)</td>", done.stdout)]
    assert counts == sorted(counts, reverse=True) and 'aria-sort="descending"' in done.stdout
    for name, size in (("desktop", "1280,2000"), ("phone", "390,2000")):
        shot = folder / f"{name}.png"
        subprocess.run([browser, *flags, "--hide-scrollbars", f"--window-size={size}", f"--screenshot={shot}", f"file://{page}"],
                       check=True, capture_output=True, timeout=120)
        assert shot.stat().st_size > 10000
    printed = folder / "printed.pdf"
    subprocess.run([browser, *flags, f"--print-to-pdf={printed}", f"file://{page}"], check=True, capture_output=True, timeout=120)
    assert printed.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):  # on paper, which is narrow, a family has one line, as on a wide screen
        text = subprocess.run(["pdftotext", "-layout", printed, "-"], check=True, capture_output=True, text=True).stdout
        assert len(re.findall(r"^ *R\d+ .* bp .* copies .* bases .* %", text, re.M)) == len(given.ids), text


# --- REPrise's files ---

def test_reprise_files(folder):
    prefix = demo(folder, "--reprise-files")
    families = fasta(f"{prefix}.families.fa")
    library = fasta(f"{prefix}.reprof")
    assert list(library.values()) == list(families.values())
    genome = {n.split()[0]: s.upper() for n, s in fasta(DEMO).items()}
    rows = bed(f"{prefix}.bed")
    assert len(rows) == len(bed(f"{prefix}.copies.bed"))
    for row, part in zip(rows, bed(f"{prefix}.copies.bed")):
        assert row[:3] == part[:3] and row[5] == part[5], (row, part)
    masked = fasta(f"{prefix}.masked")
    called = union(bed(f"{prefix}.copies.bed"))
    for name, sequence in masked.items():
        own = genome[name.split()[0]]
        assert len(sequence) == len(own)
        assert {i for i, base in enumerate(sequence) if base == "X"} == called[name.split()[0]]
    counts = [line.split() for line in open(f"{prefix}.freq")]
    sequence = next(iter(genome.values()))
    for kmer, count in [r[:2] for r in counts[:200]]:
        seen = sum(len(re.findall(f"(?={word})", s)) for s in genome.values() for word in {kmer, turned(kmer)})
        assert seen >= int(count) >= 3, (kmer, count, seen)


# --- Foreign readers ---

def test_foreign_readers_of_find(folder):
    prefix = demo(folder, "--split-ltr")
    for program in ("samtools", "bedtools"):
        need(program)
    for ending in ("families.fa", "masked.fa", "split.fa"):
        subprocess.run(["samtools", "faidx", f"{prefix}.{ending}"], check=True)
    for ending in ("copies.bed", "copies.gff3", "tandem.bed"):
        merged = subprocess.run(["bedtools", "merge", "-i", f"{prefix}.{ending}"], check=True, capture_output=True, text=True).stdout
        assert merged.count("\n") > 10


def test_gff3_validators(folder):
    need("gt")
    find_prefix, prefix = demo(folder), annotated(folder, DEMO, TRUTH)
    for name in (f"{find_prefix}.copies.gff3", f"{prefix}.copies.gff3"):
        done = subprocess.run(["gt", "gff3validator", name], capture_output=True, text=True)
        assert done.returncode == 0 and "valid" in done.stdout, done.stdout + done.stderr


def test_gffread_reads_the_copies(folder):
    need("gffread")
    prefix = demo(folder)
    (folder / "g.fa").write_text(gzip.open(DEMO, "rt").read())
    done = subprocess.run(["gffread", "-F", "--keep-genes", "-O", "-o", "-", f"{prefix}.copies.gff3"], capture_output=True, text=True)
    rows = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    copies = {row[10] for row in bed(f"{prefix}.copies.bed")}
    assert done.returncode == 0 and len(rows) >= len(copies), (len(rows), done.stderr)


def test_hmmer_reads_the_seed_alignments(folder):
    need("hmmbuild")
    prefix = demo(folder)
    done = subprocess.run(["hmmbuild", "--dna", "--cpu", "2", folder / "x.hmm", f"{prefix}.families.stk"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    models = [line.split()[1] for line in open(folder / "x.hmm") if line.startswith("NAME ")]
    assert models == [n.split("#")[0] for n in fasta(f"{prefix}.families.fa")]


def test_a_dimer_is_no_satellite(folder):
    """Two monomers make no array: copies that stand apart, each with its own duplication of the target, are a family."""
    rng = random.Random(61)

    def worn(text, share):
        return "".join(rng.choice("ACGT") if rng.random() < share else c for c in text)

    monomer = random_letters(rng, 140)
    element = monomer + "A" * 12 + worn(monomer, 0.2) + "A" * 20
    genome = []
    for _ in range(60):
        target = random_letters(rng, 13)
        genome += [random_letters(rng, rng.randint(400, 1200)), target, worn(element, 0.06), target]
    (folder / "g.fa").write_text(">g\n" + "".join(genome) + random_letters(rng, 800) + "\n")
    run("find", "-q", "-o", folder / "x", folder / "g.fa")
    names = list(fasta(folder / "x.families.fa"))
    assert len(names) == 1 and not fasta(folder / "x.other.fa"), (names, list(fasta(folder / "x.other.fa")))
    length = int(re.search(r"length=(\d+)", names[0]).group(1))
    assert abs(length - len(element)) <= 25 and "#SINE" in names[0], names


def the_family(folder, genome, length, slack):
    """The only family that is found, which has this length; its header."""
    write_genome(folder / "g.fa", genome)
    run("find", "-q", "-o", folder / "x", folder / "g.fa")
    names = list(fasta(folder / "x.families.fa"))
    others = [n for n in fasta(folder / "x.other.fa") if not n.startswith("T")]
    assert len(names) == 1 and not others, (names, others)
    found = int(re.search(r"length=(\d+)", names[0]).group(1))
    assert abs(found - length) <= slack, names
    return names[0]


def test_copies_head_to_tail_leave_a_family_what_it_is(folder):
    """Some copies of an element in a row, on either strand, give no consensus of two, and no satellite.

    Of nine such genomes eight gave its length and class; one, 62, a few bases of its neighbours too, and so no class."""
    for seed in (63, 64):
        rng = random.Random(seed)
        end = "GGCC" + random_letters(rng, 12)
        mite = end + random_letters(rng, 250) + turned(end)
        genome = []
        for i in range(60):
            pair = [mutated(rng, mite, 0.05) for _ in range(2 if i % 5 < 2 else 1)]
            genome += [random_letters(rng, 1200), "TA"] + [
                (turned(m) if rng.random() < 0.5 else m) + "TA" for m in pair]
        name = the_family(folder, "".join(genome) + random_letters(rng, 1200), len(mite), 8)
        assert "#DNA " in name and ",mite" in name, name


def test_an_ltr_element_in_a_row_is_one_element(folder):
    """LTR-INT-LTR-INT-LTR in five of fourteen copies: the consensus is LTR-INT-LTR."""
    rng = random.Random(63)
    ltr, internal = "TG" + random_letters(rng, 296) + "CA", random_letters(rng, 2200)
    elements = [mutated(rng, ltr + (internal + ltr) * (2 if i < 5 else 1), 0.02) for i in range(14)]
    name = the_family(folder, genome_of(rng, elements, tsd_bp=5, spacer_bp=2000), 2 * len(ltr) + len(internal), 60)
    assert "#LTR" in name, name


def test_an_array_inside_an_element_leaves_it_a_family(folder):
    """Ten units of 60 bases amid an element, as in an SVA, are a part of its consensus."""
    rng = random.Random(64)
    unit = random_letters(rng, 60)
    element = (random_letters(rng, 300) + "".join(mutated(rng, unit, 0.08) for _ in range(10)) +
               random_letters(rng, 490) + "A" * 25)
    elements = [mutated(rng, element, 0.05) for _ in range(40)]
    the_family(folder, genome_of(rng, elements, tsd_bp=12, spacer_bp=1500), len(element), 40)


def no_families(folder, records):
    write_records(folder / "g.fa", records)
    run("find", "-q", "-o", folder / "x", folder / "g.fa")
    names = list(fasta(folder / "x.families.fa"))
    assert not names, names


def write_records(path, records):
    path.write_text("".join(f">{name}\n{letters}\n" for name, letters in records))
    return path


def test_haplotypes_are_one_place(folder):
    """One locus as two or four haplotypes, whole or in contigs, has no families: each place is there twice, or more."""
    rng = random.Random(71)
    for n, cut in ((2, False), (2, True), (4, True)):
        locus, records = random_letters(rng, 600_000 // n), []
        for h in range(n):
            text, at = mutated(rng, locus, 0.01), 0
            while at < len(text):
                size = rng.randint(15_000, 60_000) if cut else len(text)
                records.append((f"h{h}_{at}", text[at:at + size]))
                at += size
        no_families(folder, records)


def test_a_duplicated_genome_has_no_families(folder):
    """Three homeologous chromosomes, 8 and 16 % apart: all of it stands three times, at one place."""
    rng = random.Random(72)
    text = random_letters(rng, 300_000)
    no_families(folder, [("a", text), ("b", mutated(rng, text, 0.11)), ("c", mutated(rng, text, 0.16))])
    others = list(fasta(folder / "x.other.fa"))
    assert all("too_few_independent_copies" in name for name in others), others
    summary = json.loads((folder / "x.summary.json").read_text())
    assert summary["results"]["duplicated_percent"] > 60, summary["results"]
    assert {(d["first"]["contig"], d["again"]["contig"], d["strand"]) for d in summary["duplicated"]} >= {("a", "b", "+")}


def test_two_haplotypes_have_the_families_of_one(folder):
    """Families of few copies, pairs that stand too seldom, a second haplotype on either strand, and in it an insertion
    that the first has not: it is the third place of its family. Also by an index that was made before."""
    rng = random.Random(77)
    elements = [random_letters(rng, n) for n in (900, 1400, 600)]
    haplotype = random_letters(rng, 4000)
    for copies, element in zip((6, 2, 2), elements):
        for _ in range(copies):
            haplotype += mutated(rng, element, 0.06) + random_letters(rng, 4000)
    second = mutated(rng, haplotype, 0.01)
    with_insertion = second[:31_000] + mutated(rng, elements[2], 0.06) + second[31_000:]
    one = find(folder, write_records(folder / "g.fa", [("a", haplotype)]))
    assert len(one) == 1, list(one)
    for sequence, expected in ((second, 1), (turned(second), 1), (with_insertion, 2)):
        genome = write_records(folder / "g.fa", [("a", haplotype), ("b", sequence)])
        families = find(folder, genome)
        assert len(families) == expected, list(families)
        summary = json.loads((folder / "found.summary.json").read_text())
        assert [d["strand"] for d in summary["duplicated"]] == ["+" if sequence in (second, with_insertion) else "-"]
        assert summary["families"][0]["copies"] == 12 and summary["families"][0]["structure"]["independent_copies"] == 6
    both = (folder / "found.families.fa").read_bytes()
    run("index", "-q", "-o", folder / "g.rpidx", genome)
    run("find", "-q", "-t", 4, "-o", folder / "i", "--index", folder / "g.rpidx", genome)
    assert (folder / "i.families.fa").read_bytes() == both


def test_families_do_not_grow_into_duplicated_sequence(folder):
    """A segment that stands twice, in two haplotypes: its four copies are two places, one too few for a family."""
    rng = random.Random(74)
    element, segment = random_letters(rng, 900), random_letters(rng, 16_000)
    segment = segment[:7000] + element + segment[7000:]
    pieces = [random_letters(rng, 6000) + copy + random_letters(rng, 6000) for copy in
              [mutated(rng, element, 0.05) for _ in range(5)] + [mutated(rng, segment, 0.04) for _ in range(2)]]
    # too short to be passed over as duplicated
    genome = write_genome(folder / "g.fa", "".join(pieces), *(mutated(rng, piece, 0.01) for piece in pieces))
    families = find(folder, genome)
    assert len(families) == 1, list(families)
    consensus = next(iter(families.values()))[0]
    assert share_of_words(element, consensus) > 0.9 and len(consensus) < 1000, len(consensus)
    assert set(reasons(folder)) == {"too_few_independent_copies"}, reasons(folder)


def duplications(folder, prefix="found"):
    """Those of other.fa by name, with what their headers say, and rows of other.bed; the summary has them all."""
    headers = {name.split("#")[0]: (dict(word.split("=", 1) for word in name.split()[1:]), sequence)
               for name, sequence in fasta(folder / f"{prefix}.other.fa").items() if name.startswith("D")}
    rows = {}
    for row in bed(folder / f"{prefix}.other.bed"):
        if row[3].startswith("D"):
            rows.setdefault(row[3], []).append(row)
    summary = json.loads((folder / f"{prefix}.summary.json").read_text())
    assert sorted(rows) == sorted(one["name"] for one in summary["duplications"])
    assert summary["results"]["duplications"] == len(rows)
    for one in summary["duplications"]:
        places = [(p["contig"], p["begin"], p["end"], p["strand"]) for p in one["places"]]
        assert places == [(r[0], int(r[1]), int(r[2]), r[5]) for r in rows[one["name"]]]
        assert (one["name"] in headers) == (one["length"] <= 80_000)
    return headers, rows, summary


def test_pieces_of_a_segment_are_one_duplication(folder):
    """Two segments that have three stretches in common, one of them turned and with an element in it, in two haplotypes;
    and a stretch by itself. Each is two places, one too few for a family."""
    rng = random.Random(81)
    stretches, alone = [random_letters(rng, n) for n in (3000, 2400, 2800)], random_letters(rng, 2500)
    element = random_letters(rng, 900)
    segments = ["".join(mutated(rng, s, 0.03) + random_letters(rng, 700) for s in stretches)[:-700] for _ in range(2)]
    segments[1] = turned(segments[1][:4500] + mutated(rng, element, 0.04) + segments[1][4500:])
    pieces = [random_letters(rng, 7000) + one + random_letters(rng, 7000)
              for one in segments + [mutated(rng, alone, 0.03) for _ in range(2)] + [mutated(rng, element, 0.04) for _ in range(4)]]
    genome = write_genome(folder / "g.fa", *pieces, *(mutated(rng, piece, 0.01) for piece in pieces))
    families = find(folder, genome)
    assert len(families) == 1 and share_of_words(element, next(iter(families.values()))[0]) > 0.9, list(families)
    headers, rows, summary = duplications(folder)
    assert list(headers) == ["D1"] and len(rows["D1"]) == 4, (list(headers), rows)
    said, sequence = headers["D1"]
    members = said["families"].split(",")
    assert said["places"] == "4" and said["kinds"] == "full:4" and len(members) == 3, said
    assert abs(int(said["length"]) - 9600) < 100 and len(sequence) == int(said["length"]), said
    assert 95 < float(said["identity"]) < 100, said
    name, _, span = said["at"].partition(":")
    begin, end = map(int, span.split("-"))
    assert fasta(genome)[name][begin - 1:end] == sequence
    assert [r[0] for r in rows["D1"]] == ["c1", "c2", "c9", "c10"] and len({r[5] for r in rows["D1"][::2]}) == 1, rows
    assert {r[5] for r in rows["D1"]} == {"+", "-"} and all(int(r[6][0]) < 5 for r in rows["D1"]), rows
    # what stands alone is as it was; the pieces are told by the summary only
    assert [name.split("#")[0] in members for name in fasta(folder / "found.other.fa")] == [False, False]
    apart = [one for one in summary["other"] if "duplication" not in one]
    assert len(apart) == 1 and apart[0]["copies"] == 4 and abs(apart[0]["length"] - 2500) < 50, apart
    assert [one["name"] for one in summary["other"] if one.get("duplication") == "D1"] == members == summary["duplications"][0]["families"]
    assert 0 < summary["results"]["duplicated_percent"] < 50
    run("report", "-o", folder / "page.html", folder / "found")
    page = (folder / "page.html").read_text()
    assert "<h2>Duplications</h2>" in page and ">D1<" in page


def test_long_stretches_are_told_as_duplications(folder):
    """One that stands three times, once turned, with an element in it, which is in lower case; one that is too long for a
    sequence of its own; how much they differ. A genome without has none."""
    rng = random.Random(82)
    element, short, long = (random_letters(rng, n) for n in (900, 49_100, 100_000))
    short = short[:10_000] + element + short[10_000:]
    genome = write_genome(folder / "g.fa", *(random_letters(rng, 3000) + one + random_letters(rng, 3000) for one in (
        short, mutated(rng, short, 0.05), turned(mutated(rng, short, 0.05)), long, mutated(rng, long, 0.02),
        *(mutated(rng, element, 0.05) for _ in range(4)))))
    assert len(find(folder, genome)) == 1
    headers, rows, summary = duplications(folder)
    assert [(len(rows[d]), {r[0] for r in rows[d]}) for d in ("D1", "D2")] == [(2, {"c4", "c5"}), (3, {"c1", "c2", "c3"})], rows
    assert all(abs(int(r[2]) - int(r[1]) - n) < 600 for d, n in (("D1", 100_000), ("D2", 50_000)) for r in rows[d]), rows
    assert list(headers) == ["D2"] and headers["D2"][0]["places"] == "3" and abs(len(headers["D2"][1]) - 50_000) < 600
    masked = [span for span in re.finditer("[acgt]+", headers["D2"][1]) if len(span[0]) > 20]
    assert len(masked) == 1 and abs(len(masked[0][0]) - 900) < 60, [span.span() for span in masked]
    strands = {r[0]: r[5] for r in rows["D2"]}
    assert strands["c1"] == strands["c2"] != strands["c3"], strands
    told = {one["name"]: one["identity_percent"] for one in summary["duplications"]}
    assert abs(told["D1"] - 98) < 0.7 and abs(told["D2"] - 95) < 4, told
    assert all(one["identity_percent"] > 85 for one in summary["duplicated"])
    assert abs(summary["results"]["duplicated_bases"] - 350_000) < 10_000
    find(folder, write_genome(folder / "g.fa", random_letters(rng, 50_000)))
    assert not duplications(folder)[1]


def test_exons_of_a_gene_family_are_no_families(folder):
    """Six exons that are alike in twelve genes, with introns that are not."""
    rng = random.Random(73)
    exons = [random_letters(rng, rng.randint(90, 450)) for _ in range(6)]
    genome = ""
    for _ in range(12):
        genome += random_letters(rng, 12_000)
        for exon in exons:
            genome += mutated(rng, exon, rng.uniform(0.15, 0.3)) + random_letters(rng, rng.randint(100, 900))
    no_families(folder, [("a", genome + random_letters(rng, 12_000))])
    others = list(fasta(folder / "x.other.fa"))
    assert sum("#Gene_family" in name for name in others) >= 4, others


def satellite_genome(rng):
    """An alpha-like satellite with a higher order of 8, a minisatellite at four places, a satellite of 171 bases on both
    strands, one of 2.2 kb; and where each stands."""
    def worn(text, share):
        return mutated(rng, text, share)

    alpha, common, mini, long = (random_letters(rng, n) for n in (171, 171, 26, 2200))
    higher = "".join(worn(alpha, rng.uniform(0.1, 0.17)) for _ in range(8))
    arrays = [("alpha", "".join(worn(higher, 0.01) for _ in range(20)), 171)]
    arrays += [("mini", "".join(worn(mini, 0.05) for _ in range(n)), 26) for n in (9, 14, 20, 30)]
    arrays += [("common", "".join(worn(common, 0.03) for _ in range(60)), 171),
               ("common", turned("".join(worn(common, 0.03) for _ in range(40)))[50:], 171),
               ("long", "".join(worn(long, 0.02) for _ in range(9)), 2200)]
    text, truth = random_letters(rng, 4000), []
    for name, array, period in arrays:
        truth.append((name, len(text), len(text) + len(array), period))
        text += array + random_letters(rng, 8000)
    return text, truth


def test_satellites_have_monomers_and_arrays(folder):
    """satellites.fa, .tsv, TRF's .dat, other.fa and the summary tell one story, and it is that of the genome."""
    text, truth = satellite_genome(random.Random(65))
    (folder / "g.fa").write_text(f">c\n{text}\n")
    run("find", "-q", "-o", folder / "x", "--trf-dat", folder / "x.dat", folder / "g.fa")
    rows = [line.split("\t") for line in (folder / "x.satellites.tsv").read_text().splitlines()]
    assert rows.pop(0)[:7] == ["family", "contig", "begin", "end", "strand", "period", "copies"], rows
    assert len(rows) == len(truth), rows
    names = {}
    for row, (name, begin, end, period) in zip(rows, truth):
        assert abs(int(row[2]) - begin) <= 30 and abs(int(row[3]) - end) <= 30, (row, name, begin, end)
        assert abs(int(row[5]) - period) <= 2, (row, period)
        assert names.setdefault(name, row[0]) == row[0], (row, names)
        assert row[8] == ("8" if name == "alpha" else "."), row
    assert len(set(names.values())) == 4 and rows[5][4] != rows[6][4], rows
    monomers = {n.split("#")[0]: (dict(f.split("=") for f in n.split()[1:]), s)
                for n, s in fasta(folder / "x.satellites.fa").items()}
    assert set(monomers) == set(names.values()) and monomers[names["alpha"]][0]["hor"] == "8", monomers
    for name, (facts, sequence) in monomers.items():
        own = [r for r in rows if r[0] == name]
        assert int(facts["period"]) == len(sequence) and int(facts["arrays"]) == len(own)
        assert int(facts["bases"]) == sum(int(r[3]) - int(r[2]) for r in own)
    others = {n.split("#")[0]: n for n in fasta(folder / "x.other.fa")}
    told = {(o, m.group(1)) for o, n in others.items() for m in [re.search(r" satellite=(\S+)", n)] if m}
    assert told and told == {(o, s) for s, (f, _) in monomers.items() for o in f.get("other", "").split(",") if o}
    summary = json.loads((folder / "x.summary.json").read_text())
    assert [s["name"] for s in summary["satellites"]] == list(monomers)
    assert summary["results"]["satellite_arrays"] == len(rows)
    assert summary["results"]["satellite_bases"] == sum(int(f["bases"]) for f, _ in monomers.values())
    lines = (folder / "x.dat").read_text().splitlines()
    assert lines[0] == "Sequence: c" and lines[4].startswith("Parameters: ")
    for fields, row in zip((line.split() for line in lines[7:]), rows, strict=True):
        assert len(fields) == 15 and [int(fields[0]) - 1, int(fields[1])] == [int(row[2]), int(row[3])], fields[:3]
        assert fields[14] == text[int(row[2]):int(row[3])] and len(fields[13]) == int(row[5]) == int(fields[4])
    assert not fasta(folder / "x.families.fa"), list(fasta(folder / "x.families.fa"))


def test_a_genome_without_satellites_has_empty_files(folder):
    """The header alone, so that whoever reads them finds them."""
    write_genome(folder / "g.fa", random_letters(random.Random(66), 30000))
    run("find", "-q", "-o", folder / "x", folder / "g.fa")
    assert (folder / "x.satellites.fa").read_text() == ""
    assert len((folder / "x.satellites.tsv").read_text().splitlines()) == 1
    assert json.loads((folder / "x.summary.json").read_text())["satellites"] == []


if __name__ == "__main__":
    sys.exit(main(globals()))
