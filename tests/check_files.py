"""check_files.py PROGRAM: the files of one run agree with each other to the base, and with what reads them."""
import collections
import gzip
import json
import math
import random
import re
import shutil
import subprocess
import sys

from check_library import mutated, turned
from harness import digest, fasta, main, random_letters, run

GTF = re.compile(r'gene_id "([^"]+)"; transcript_id "([^"]+)"; family_id "([^"]+)"; class_id "([^"]+)";')
PER_FILE = ("copies.bed", "copies.gff3", "out", "align", "paf", "gtf", "rmsk.bed", "divsum")


def nested_genome(folder, seed=5):
    """Elements with others in them, on both strands, cut short, beside runs of N, on four contigs; and their library."""
    rng = random.Random(seed)
    ltr = "TG" + random_letters(rng, 300) + "CA"
    host = ltr + random_letters(rng, 2400) + ltr
    mite = "GGCCAGTCACAATGG" + random_letters(rng, 250) + "CCATTGTGACTGGCC"
    line = random_letters(rng, 1500) + "A" * 20
    contigs = []
    for _ in range(4):
        pieces = [random_letters(rng, 3000)]
        for _ in range(8):
            element = mutated(rng, rng.choice([host, host[:1500], line, line[-600:]]), 0.08)
            if rng.random() < 0.5:
                at = rng.randrange(200, len(element) - 200)
                element = element[:at] + mutated(rng, mite, 0.05) + element[at:]
            pieces += [turned(element) if rng.random() < 0.5 else element, random_letters(rng, rng.randint(300, 1500))]
            if rng.random() < 0.3:
                pieces.append("N" * rng.choice([5, 40, 300]))
            pieces += [mutated(rng, mite, 0.1), random_letters(rng, 500)]
        contigs.append("".join(pieces) + "ACGGT" * 80)
    names = ["chr1", "2", "#3", "chr4"]
    (folder / "g.fa").write_text("".join(f">{n} text\n{s}\n" for n, s in zip(names, contigs)))
    library = {"host": ("LTR/Gypsy", host), "mite": ("MITE/DTA", mite), "line": ("LINE/RIL", line), "old": ("LTR/Gypsy", host[400:900]),
               "sat": ("Satellite", "ACGGT" * 12), "none": ("SINE", random_letters(rng, 300))}
    (folder / "library.fa").write_text("".join(f">{n}#{c}\n{s}\n" for n, (c, s) in library.items()))
    return dict(zip(names, contigs))


def lines(path):
    return [line.rstrip("\n").split("\t") for line in open(path)]


def alignments(path):
    """(fields of the header, genome letters, consensus letters, Kimura) of each alignment of an .align file."""
    found, header = [], None
    for line in open(path):
        if re.match(r"\d+ \d+\.\d\d ", line):
            header, letters = line.split(), ["", ""]
            row = 0
        elif (block := re.fullmatch(r"([C ]) (\S+) +(\d+) ([ACGTN-]+) (\d+)", line.rstrip("\n"))) is not None:
            letters[row % 2] += block[4]
            row += 1
        elif line.startswith("Kimura"):
            kimura = float(line.split()[-1])
        elif line.startswith("Gap_init"):
            found.append((header, letters[0], letters[1], kimura))
    return found


def consensus_of(header):
    """(family, class, begin, end), as header lines of .out (less the strand) and .align have it behind '(left)'."""
    reverse = header[8] == "C"
    name, class_name = header[9 if reverse else 8].split("#")
    begin, end = (int(header[12]), int(header[11])) if reverse else (int(header[9]), int(header[10]))
    return name, class_name, begin, end


def bases_by_family(prefix):
    """{file: {family: bases}}, of each file that tells of copies."""
    sums = {name: collections.Counter() for name in PER_FILE}
    for row in lines(f"{prefix}.copies.bed"):
        sums["copies.bed"][row[3]] += int(row[2]) - int(row[1])
    for row in lines(f"{prefix}.copies.gff3"):
        if (family := re.search(r"Target=(\S+) ", row[-1])) is not None:
            sums["copies.gff3"][family[1]] += int(row[4]) - int(row[3]) + 1
    for line in list(open(f"{prefix}.out"))[3:]:
        row = line.split()
        sums["out"][row[9]] += int(row[6]) - int(row[5]) + 1
    for header, genome, _, _ in alignments(f"{prefix}.align"):
        bases = int(header[6]) - int(header[5]) + 1
        assert len(genome.replace("-", "")) == bases, header
        sums["align"][consensus_of(header)[0]] += bases
    for row in lines(f"{prefix}.paf"):
        sums["paf"][row[0].split("#")[0]] += int(row[8]) - int(row[7])
    for row in lines(f"{prefix}.gtf"):
        sums["gtf"][GTF.fullmatch(row[8])[1]] += int(row[4]) - int(row[3]) + 1
    for row in lines(f"{prefix}.rmsk.bed"):
        blocks = zip(row[10].split(","), row[11].split(","))
        sums["rmsk.bed"][row[3].split("#")[0]] += sum(int(size) for size, start in blocks if start != "-1")
    for row in lines(f"{prefix}.divsum"):
        if len(row) == 5 and row[2].isdigit():
            sums["divsum"][row[1]] += int(row[2])
    return sums


def tbl(prefix):
    """{label: (elements, bases)}, and the bases that are masked, of a .tbl file."""
    text = open(f"{prefix}.tbl").read()
    rows = {m[1].strip().rstrip(":"): (int(m[2]), int(m[3])) for m in re.finditer(r"^(.{20}) *(\d+) +(\d+) bp ", text, re.M)}
    return rows, int(re.search(r"bases masked: +(\d+) bp", text)[1]), text


def check_sums(prefix, genome, has_others):
    """All files of a run tell of the same bases."""
    summary = json.load(open(f"{prefix}.summary.json"))
    families = {f["name"]: f for f in summary["families"]}
    expected = {name: f["bases"] for name, f in families.items() if f["bases"] > 0}
    for name, sums in bases_by_family(prefix).items():
        assert dict(sums) == expected, (name, sums, expected)
    masked = sum(expected.values())
    assert summary["results"]["masked_bases"] == masked
    lower = sum(sum(c.islower() for c in s) for s in fasta(f"{prefix}.masked.fa").values())
    assert lower == masked, (lower, masked)
    by_class, copies = collections.Counter(), collections.Counter()
    for f in families.values():
        by_class[f["class"]] += f["bases"]
        copies[f["class"]] += f["copies"]
    by_class = +by_class
    table = {row[0]: (int(row[2]), int(row[3])) for row in lines(f"{prefix}.classes.tsv")[1:]}
    assert table.pop("total") == (sum(copies.values()), masked)
    assert table == {c: (copies[c], b) for c, b in by_class.items()}
    rows = lines(f"{prefix}.counts.tsv")
    assert rows[0] == ["kind", "class", "bases", "percent"] and rows[-1][:2] == ["total", "total"]
    assert {row[1]: int(row[2]) for row in rows if row[0] == "family"} == by_class
    length = sum(map(len, genome.values()))
    assert sum(int(row[2]) for row in rows[1:-1]) == int(rows[-1][2]) == length
    assert has_others or {row[0] for row in rows[1:]} == {"family", "tandem", "unknown", "rest", "total"}
    labels, in_table, text = tbl(prefix)
    assert in_table == masked and f"total length: {length:10} bp" in text
    top = ["Retroelements", "DNA transposons", "Rolling-circles", "Unclassified", "Small RNA", "Satellites", "Simple repeats",
           "Low complexity"]
    assert sum(labels[t][1] for t in top) == masked and sum(labels[t][0] for t in top) == sum(copies.values())
    assert labels["Retroelements"][1] == sum(labels[t][1] for t in ("SINEs", "LINEs", "LTR elements", "Penelope"))
    ids = collections.defaultdict(set)
    for line in list(open(f"{prefix}.out"))[3:]:
        row = line.split()
        ids[row[9]].add(row[14])
    assert {name: len(i) for name, i in ids.items()} == {n: families[n]["copies"] for n in expected}
    assert len({GTF.fullmatch(r[8])[2] for r in lines(f"{prefix}.gtf")}) == len(lines(f"{prefix}.gtf"))
    assert len(lines(f"{prefix}.rmsk.bed")) == sum(copies.values())
    return families


# --- Sums ---

def test_all_files_of_annotate_add_up(folder):
    for seed in (5, 6):
        genome = nested_genome(folder, seed)
        run("annotate", "-q", "-o", "a", "--repeatmasker-align", "--gtf", "--browser", "g.fa", "library.fa", cwd=folder)
        families = check_sums(folder / "a", genome, has_others=False)
        assert {n: f["class"] for n, f in families.items() if f["bases"] > 0}.items() >= {
            "host": "LTR/Gypsy", "mite": "DNA/hAT", "line": "LINE/L1"}.items()
        assert any(len(row[10].split(",")) > 3 for row in lines(folder / "a.rmsk.bed")), "no copy is nested in another"


def test_all_files_of_find_add_up(folder):
    genome = nested_genome(folder)
    run("find", "-q", "-o", "f", "--repeatmasker", "--repeatmasker-align", "--alignments", "--gtf", "--browser", "g.fa", cwd=folder)
    families = check_sums(folder / "f", genome, has_others=True)
    for name in fasta(folder / "f.families.fa"):
        fields = dict(f.split("=", 1) for f in name.split()[1:])
        assert int(fields["bases"]) == families[name.split("#")[0]]["bases"], name
    assert families, "the genome has families"


def test_the_same_files_for_any_number_of_threads(folder):
    nested_genome(folder)
    endings = ["out", "tbl", "divsum", "align", "gtf", "rmsk.bed", "rmsk.as", "copies.as", "counts.tsv", "classes.tsv"]
    options = ["-q", "--repeatmasker", "--repeatmasker-align", "--gtf", "--browser", "g.fa"]
    for threads in (1, 4):
        run("find", "-t", threads, "-o", f"t{threads}", *options, cwd=folder)
    assert digest(folder / "t1", endings) == digest(folder / "t4", endings)


# --- What reads them ---

def kimura(genome, consensus):
    """As RepeatMasker counts it, of an alignment as the consensus reads: a CpG with one transition is a tenth of one."""
    pairs = transitions = transversions = waiting = 0
    before = ""
    for g, c in zip(genome, consensus):
        if c == "-":
            continue
        pairs += g in "ACGT" and c in "ACGT"
        kind = "" if g == c or g not in "ACGT" or c not in "ACGT" else "i" if g + c in ("AG", "GA", "CT", "TC") else "v"
        if before == "C" and c == "G":
            waiting += kind == "i"
            waiting = {2: 1, 1: 0.1}.get(waiting, waiting)
        else:
            transitions += waiting
            waiting = kind == "i"
        transversions += kind == "v"
        before = c
    p, q = (transitions + waiting) / pairs, transversions / pairs
    return 100 * abs(-0.5 * math.log((1 - 2 * p - q) * (1 - 2 * q) ** 0.5))


def test_alignments_spell_genome_and_consensus(folder):
    genome = nested_genome(folder)
    run("annotate", "-q", "-o", "a", "--repeatmasker-align", "g.fa", "library.fa", cwd=folder)
    library = {n.split("#")[0]: s for n, s in fasta(folder / "library.fa").items()}
    turn = str.maketrans("ACGTN-", "TGCAN-")
    seen = set()
    out = [line.split() for line in list(open(folder / "a.out"))[3:]]
    found = alignments(folder / "a.align")
    assert len(found) == len(out)
    for (header, spelled, consensus, told), row in zip(found, out):
        name, class_name, begin, end = consensus_of(header)
        reverse = header[8] == "C"
        assert spelled.replace("-", "") == genome[header[4]][int(header[5]) - 1:int(header[6])], header
        if reverse:
            spelled, consensus = spelled.translate(turn)[::-1], consensus.translate(turn)[::-1]
        assert consensus.replace("-", "") == library[name][begin - 1:end], header
        assert abs(kimura(spelled, consensus) - told) < 0.006, (header, told)
        columns = row[:4] + row[4:8] + row[9:11] + row[14:]
        assert [header[0], header[4:8], name, class_name, header[-1]] == [columns[0], columns[4:8], *columns[8:11]], header
        assert re.fullmatch(r"m_b1s1i\d+", header[-2]), header  # what tells an .align from a .cat file
        seen.add(reverse)
    assert seen == {True, False}


def test_divsum_is_that_of_the_alignments(folder):
    """As calcDivergenceFromAlign.pl sums up: bases without insertions, by divergence, and its mean by family."""
    nested_genome(folder)
    run("annotate", "-q", "-o", "a", "--repeatmasker-align", "g.fa", "library.fa", cwd=folder)
    bins, families = collections.Counter(), collections.defaultdict(lambda: [0, 0, 0.0])
    for header, _, _, told in alignments(folder / "a.align"):
        name, class_name, _, _ = consensus_of(header)
        bases = int(header[6]) - int(header[5]) + 1
        compared = bases - int(bases * (float(header[3]) / 100))
        bins[class_name, int(told)] += compared
        family = families[class_name, name]
        family[0] += bases
        family[1] += compared
        family[2] += told * compared
    rows = lines(folder / "a.divsum")
    at = rows.index(["Class", "Repeat", "absLen", "wellCharLen", "Kimura%"])
    expected = [[c, n, str(f[0]), str(f[1]), f"{f[2] / f[1]:4.2f}"] for (c, n), f in sorted(families.items())]
    assert rows[at + 2:at + 2 + len(expected)] == expected, (rows, expected)
    coverage = open(folder / "a.divsum").read().split("Coverage for each repeat class and divergence (Kimura)\n")[1].splitlines()
    classes = coverage[0].split()[1:]
    assert classes == sorted({c for c, _ in families}) and len(coverage) == 72
    for line in coverage[1:]:
        figures = list(map(int, line.split()))
        assert figures[1:] == [bins[c, figures[0]] for c in classes], line


def test_files_can_be_indexed(folder):
    """Sorted by contig and begin, and bgzip where the name says so: what tabix, bedToBigBed and samtools ask for."""
    nested_genome(folder)
    names = {"bed": "a.bed.gz", "gff3": "a.gff3.gz", "tandem": "a.tandem.bed.gz"}
    run("annotate", "-q", "-o", "a", *[w for n, f in names.items() for w in (f"--{n}", f)], "--gtf", "--browser", "g.fa",
        "library.fa", cwd=folder)
    for name, column in (("a.bed.gz", 1), ("a.gff3.gz", 3), ("a.tandem.bed.gz", 1), ("a.gtf", 3), ("a.rmsk.bed", 1)):
        content = (folder / name).read_bytes()
        if name.endswith(".gz"):
            assert content[:4] == b"\x1f\x8b\x08\x04" and content[12:14] == b"BC", f"{name} is not bgzip"
            content = gzip.decompress(content)
        rows = [line.split("\t") for line in content.decode().splitlines() if not line.startswith("#")]
        contigs = [row[0] for row in rows]
        assert len(rows) > 3 and sum(a != b for a, b in zip(contigs, contigs[1:])) == len(set(contigs)) - 1, name
        assert all(a[0] != b[0] or int(a[column]) <= int(b[column]) for a, b in zip(rows, rows[1:])), name
    for ending, bed in (("rmsk.as", "rmsk.bed"), ("copies.as", None)):
        fields = re.findall(r'^\S+ +(\w+); +"[^"]+"$', (folder / f"a.{ending}").read_text(), re.M)
        row = (folder / f"a.{bed}").read_text() if bed else gzip.open(folder / "a.bed.gz", "rt").read()
        assert fields[:3] == ["chrom", "chromStart", "chromEnd"] and len(fields) == len(row.split("\n")[0].split("\t")), ending


def test_browser_blocks_are_the_parts_and_what_is_between(folder):
    nested_genome(folder)
    run("annotate", "-q", "-o", "a", "--browser", "g.fa", "library.fa", cwd=folder)
    library = {n: len(s) for n, s in ((n.split("#")[0], s) for n, s in fasta(folder / "library.fa").items())}
    parts = collections.defaultdict(list)
    for row in lines(folder / "a.copies.bed"):
        parts[row[10]].append((row[0], int(row[1]), int(row[2]), int(row[7]), int(row[8]), row[5]))
    for row in lines(folder / "a.rmsk.bed"):
        sizes, starts = [[int(f) for f in row[c].split(",")] for c in (10, 11)]
        assert len(sizes) == len(starts) == int(row[9]) and 0 <= int(row[4]) <= 1000
        own = parts.pop(row[12])
        blocks = [(int(row[1]) + b, int(row[1]) + b + s) for s, b in zip(sizes, starts) if b >= 0]
        assert blocks == [(p[1], p[2]) for p in own], row
        assert (int(row[6]), int(row[7])) == (own[0][1], own[-1][2]) and int(row[1]) <= int(row[6]) and int(row[7]) <= int(row[2])
        assert all(b == -1 for b in starts[::2]) and len(row[13].split(",")) == len(own)
        # what is not there and what is aligned are the consensus
        assert sum(sizes[::2]) + sum(p[4] - p[3] for p in own) == library[row[3].split("#")[0]], row
    assert not parts


def test_copies_are_spelled_with_their_flanks(folder):
    genome = nested_genome(folder)
    run("annotate", "-q", "-o", "a", "--copies-fasta", "copies.fa", "--flank", 3100, "g.fa", "library.fa", cwd=folder)
    copies = collections.defaultdict(list)
    for row in lines(folder / "a.copies.bed"):
        copies[f"{row[3]}_copy{row[10]}"].append((row[0].replace("%23", "#"), int(row[1]), int(row[2]), row[5]))
    cut = 0
    for header, sequence in fasta(folder / "copies.fa").items():
        name, place, *fields = header.split()
        parts = copies.pop(name)
        contig, begin, end, strand = parts[0][0], parts[0][1], parts[-1][2], parts[0][3]
        assert place == f"{contig}:{begin + 1}-{end}_{strand}", (header, parts)
        from_, to = max(0, begin - 3100), min(len(genome[contig]), end + 3100)
        expected = [c.lower() for c in genome[contig][from_:to]]
        for _, b, e, _ in parts:
            expected[b - from_:e - from_] = genome[contig][b:e]
        expected = "".join(expected)
        flanks = (begin - from_, to - end)
        if strand == "-":
            expected, flanks = expected.translate(str.maketrans("ACGTacgt", "TGCAtgca"))[::-1], flanks[::-1]
        assert sequence == expected, header
        assert fields == [f"flanks={flanks[0]},{flanks[1]}", f"parts={len(parts)}"], header
        cut += flanks != (3100, 3100)
    assert not copies and cut > 0, "contigs' ends are met"


def test_one_family_is_taken_out_with_its_alignment(folder):
    """As the manual of curate has it."""
    nested_genome(folder)
    run("curate", "-q", "-d", "-", "--only-decided", "-o", "mite.fa", "library.fa", text="keep mite\nkeep none\n", cwd=folder)
    run("annotate", "-q", "--seed-alignments", "mite.stk", "--copies-fasta", "copies.fa", "-o", "m", "g.fa", "mite.fa", cwd=folder)
    text = (folder / "mite.stk").read_text()
    assert text.count("#=GF ID") == 1 and "#=GF ID mite\n" in text and ";hAT\n" in text, text[:300]  # none has no copies
    rows = [line for line in text.splitlines() if line[0] not in "#/"]
    assert len(rows) == len(lines(folder / "m.copies.bed")) > 20
    if shutil.which("hmmbuild"):
        done = subprocess.run(["hmmbuild", "--dna", "mite.hmm", "mite.stk"], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0 and "NAME  mite\n" in (folder / "mite.hmm").read_text(), done.stdout + done.stderr


def test_no_copies_give_valid_files(folder):
    rng = random.Random(3)
    (folder / "g.fa").write_text(f">a\n{random_letters(rng, 5000)}\n")
    (folder / "empty.fa").write_text("")
    (folder / "none.fa").write_text(f">x#DNA\n{random_letters(rng, 300)}\n")
    for library in ("empty.fa", "none.fa"):
        run("annotate", "-q", "-o", "a", "--repeatmasker-align", "--gtf", "--browser", "--seed-alignments", "a.stk", "--copies-fasta",
            "a.fa", "g.fa", library, cwd=folder)
        assert all((folder / f"a.{e}").read_text() == "" for e in ("align", "gtf", "rmsk.bed", "copies.bed", "stk", "fa"))
        assert (folder / "a.counts.tsv").read_text().splitlines()[-2:] == ["rest\tunique\t5000\t100.000", "total\ttotal\t5000\t100.000"]
        assert tbl(folder / "a")[1] == 0 and "\nDiv \n0 \n" in (folder / "a.divsum").read_text()


if __name__ == "__main__":
    sys.exit(main(globals()))
