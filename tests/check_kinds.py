#!/usr/bin/env python3
"""What each copy is, in genomes whose insertions are known: check_kinds.py PROGRAM."""
import html
import json
import random
import re
import subprocess
import sys

from harness import bed, fasta, main, need, random_letters, run, same_runs


def worn(rng, text, share):
    return "".join(rng.choice([c for c in "ACGT" if c != base]) if rng.random() < share else base for base in text)


def turned(text):
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


class Planted:
    """A genome in the making, and what was planted: (family, kind, level, begin, end) of each insertion, in its order."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.text, self.truth = [], []

    def spacer(self, n=1500):
        self.text.append(random_letters(self.rng, n))

    def add(self, family, kind, piece, inside=None):
        """With inside, (family, kind, piece, at): that stands within this one."""
        begin = sum(map(len, self.text))
        piece = worn(self.rng, piece, 0.04)
        nested = None
        if inside is not None:
            other, other_kind, other_piece, at = inside
            nested = (other, other_kind, 1, begin + at, begin + at + len(other_piece))
            piece = piece[:at] + worn(self.rng, other_piece, 0.04) + piece[at:]
        self.text.append(piece)
        self.truth.append((family, kind, 0, begin, begin + len(piece)))
        if nested is not None:
            self.truth.append(nested)
        self.spacer()


def test_chance_gives_no_target_site_duplications(folder):
    """Elements without any, in AT-rich sequence, where a few bases beside both ends are often alike."""
    rng = random.Random(12)

    def bases(n):
        return "".join(rng.choices("ACGT", (4, 1, 1, 4), k=n))

    elements = [bases(rng.randrange(200, 500)) for _ in range(120)]
    order = elements * 12
    rng.shuffle(order)
    genome = folder / "g.fa"
    genome.write_text(">c\n" + "".join(bases(rng.randrange(400, 900)) + worn(rng, e, 0.04) for e in order) + bases(900) + "\n")
    run("find", "-q", "--no-domains", "--keep-candidates", "-o", folder / "x", genome)
    headers = list(fasta(folder / "x.families.fa"))
    assert len(headers) > 90
    assert sum("tsd:" in header for header in headers) <= 2, [h for h in headers if "tsd:" in h]


def planted(folder, seed):
    """A genome with whole and cut copies, LTRs alone, a copy without its middle, and copies within copies."""
    here = Planted(seed)
    rng = here.rng
    ltr = "TG" + random_letters(rng, 320) + "CA"
    element, transposon = ltr + random_letters(rng, 2600) + ltr, random_letters(rng, 900)
    here.spacer()
    for turn in range(4):
        strand = turned if turn % 2 else str
        here.add("el", "full", strand(element))
        here.add("el", "solo", strand(ltr))
        here.add("tr", "full", strand(transposon))
        here.add("el", "truncated_5", strand(element[-1200:]))
        here.add("tr", "truncated_3", strand(transposon[:500]))
        here.add("tr", "truncated_both", strand(transposon[300:650]))
        here.add("el", "deleted", strand(element[:500] + element[-500:]))
        here.add("el", "full", strand(element), ("tr", "full", turned(transposon), 1400))
        here.add("tr", "full", strand(transposon), ("el", "truncated_5", element[-700:], 450))
    (folder / "g.fa").write_text(">c1\n" + "".join(here.text) + "\n")
    (folder / "l.fa").write_text(f">el#LTR/Gypsy\n{element}\n>tr#DNA/hAT\n{transposon}\n")
    return here.truth


def test_each_copy_is_what_was_planted(folder):
    for seed in (5, 7):
        truth = planted(folder, seed)
        run("annotate", "-q", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
        copies = {}
        for row in bed(folder / "a.copies.bed"):
            copies.setdefault(row[10], []).append(row)
        told = [(rows[0][3], rows[0][11], int(rows[0][12]), int(rows[0][1]), max(int(r[2]) for r in rows)) for rows in copies.values()]
        assert len(told) == len(truth), (len(told), len(truth))
        for is_told, is_planted in zip(told, truth):
            assert is_told[:3] == is_planted[:3], (is_told, is_planted)
            # alignments run on by chance
            assert abs(is_told[3] - is_planted[3]) < 60 and abs(is_told[4] - is_planted[4]) < 60, (is_told, is_planted)
        for rows in copies.values():  # the host of a nested copy is the one around it
            if rows[0][12] == "1":
                host = copies[rows[0][13]]
                assert len(host) == 2 and int(host[0][2]) <= int(rows[0][1]) and int(rows[-1][2]) <= int(host[1][1])


def test_kinds_are_counted_by_family(folder):
    truth = planted(folder, 7)
    run("annotate", "-q", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
    for family in json.load(open(folder / "a.summary.json"))["families"]:
        counts = {}
        for name, kind, *_ in truth:
            if name == family["name"]:
                counts[kind] = counts.get(kind, 0) + 1
        assert family["kinds"] == counts, family
    run("report", folder / "a")  # its table by class has what is whole behind families and copies
    rows = re.findall(r"<tr><td><i style=[^>]*></i>[^<]+</td>((?:<td class=\"n\">[^<]*</td>)+)", (folder / "a.report.html").read_text())
    whole = [int(re.findall(r">([^<]*)</td>", row)[2]) for row in rows]
    assert sum(whole) == sum(kind == "full" for _, kind, *_ in truth) > 0, whole


def page_table(page, number):
    """A table of a report: its rows, by the heads of their columns, and the sums below."""
    rows = [[html.unescape(re.sub("<[^>]*>", "", cell)).replace("\u2009", "") for cell in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", re.findall(r"<table[^>]*>.*?</table>", page, re.S)[number], re.S)]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def by_class(prefix, classes):
    """What a run's files tell of the copies of each class."""
    told = {name: {"copies": set(), "nested": set(), "hosts": set(), "bases": 0, "percents": []} for name in classes.values()}
    rows = bed(f"{prefix}.copies.bed")
    class_of = {row[10]: classes[row[3]] for row in rows}
    pairs = {}
    for row in rows:
        here, n = told[classes[row[3]]], int(row[2]) - int(row[1])
        here["bases"] += n
        here["percents"].append((float(row[6]), n))
        if row[13] != "0":
            told[class_of[row[13]]]["hosts"].add(row[13])
            here["nested"].add(row[10])
            pair = pairs.setdefault((classes[row[3]], class_of[row[13]]), [set(), 0])
            pair[0].add(row[10])
            pair[1] += n
        here["copies"].add(row[10])
    return told, pairs


def median(percents):
    percents, below = sorted(percents), 0
    for percent, n in percents:
        below += n
        if 2 * below >= sum(n for _, n in percents):
            return percent


def report_adds_up(prefix, rate):
    summary = json.load(open(f"{prefix}.summary.json"))
    families = {family["name"]: family for family in summary["families"]}
    told, pairs = by_class(prefix, {name: family["class"] for name, family in families.items()})
    counts = {row[1]: int(row[2]) for row in bed(f"{prefix}.counts.tsv") if row[0] == "family"}
    page = open(f"{prefix}.report.html").read()
    table = page_table(page, 0)
    assert [row["class"] for row in table[:-1]] == sorted(told, key=lambda name: (-told[name]["bases"], name)) and table[-1]["class"] == "all"
    for row in table[:-1]:
        own, here = told[row["class"]], [family for family in families.values() if family["class"] == row["class"]]
        assert int(row["families"]) == len(here)
        assert int(row["bases"]) == own["bases"] == counts.get(row["class"], 0) == sum(family["bases"] for family in here), row
        assert int(row["copies"]) == len(own["copies"]) == sum(family["copies"] for family in here)
        for name in ("nested", "hosts"):
            assert int(row[name]) == len(own[name]) == sum(family.get(name, 0) for family in here), (name, row)
        if own["bases"] > 0:
            assert float(row["median %"]) == median(own["percents"]), row
            assert abs(float(row["age, Ma"]) - median(own["percents"]) / 100 / rate / 1e6) < 0.006, row
        of_pairs = sum(family.get("ltr_pairs", 0) for family in here)
        assert int(row.get("pairs of LTRs", 0)) == of_pairs
        for head, member, unit in (("their distance, %", "ltr_distance", 0.01), ("LTR age, Ma", "ltr_age", 1e6)):
            if of_pairs > 0:
                mean = sum(family.get(member, 0) * family.get("ltr_pairs", 0) for family in here) / of_pairs / unit
                assert abs(float(row[head]) - mean) < 0.0051, (head, row, mean)
    results, total = summary["results"], table[-1]
    assert [int(total[name]) for name in ("families", "copies", "bases")] == [results[name] for name in ("families", "copies", "masked_bases")]
    found = {(row["class"], row["in"]): (int(row["copies"]), int(row["bases"])) for row in page_table(page, 1)} if pairs else {}
    assert found == {key: (len(copies), bases) for key, (copies, bases) in pairs.items()}
    return table


def test_the_report_adds_up_with_nesting_and_ages(folder):
    truth = planted(folder, 7)
    run("annotate", "-q", "--mutation-rate", "1e-8", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
    run("report", folder / "a")
    table = report_adds_up(folder / "a", 1e-8)
    assert int(table[-1]["nested"]) == sum(level == 1 for _, _, level, *_ in truth) == int(table[-1]["hosts"]) > 0
    assert int(table[-1]["pairs of LTRs"]) > 0 and any(float(row["LTR age, Ma"] or 0) < 1 for row in table[:-1])
    run("find", "-q", "--report", "--mutation-rate", "1e-8", "-o", folder / "f", folder / "g.fa")
    report_adds_up(folder / "f", 1e-8)
    headers = open(folder / "f.families.fa").read()
    assert sum(map(int, re.findall(r" nested=(\d+)", headers))) == int(page_table(open(folder / "f.report.html").read(), 0)[-1]["nested"]) > 0


def test_find_tells_kinds_too(folder):
    truth = planted(folder, 8)
    run("find", "-q", "-o", folder / "f", folder / "g.fa")
    element = [h for h, s in fasta(folder / "f.families.fa").items() if abs(len(s) - 3248) < 20]
    assert len(element) == 1 and "#LTR" in element[0], element
    counts = dict(part.split(":") for part in dict(f.split("=") for f in element[0].split()[1:])["kinds"].split(","))
    planted_kinds = [kind for name, kind, *_ in truth if name == "el"]
    for kind in ("full", "solo"):
        assert int(counts[kind]) == planted_kinds.count(kind), counts


def test_threads_do_not_matter(folder):
    for seed in (9, 10):
        planted(folder, seed)
        same_runs(folder, ["families.fa", "copies.bed", "copies.gff3", "other.bed", "candidates.bed"],
                  ["-t", 1, folder / "g.fa"], ["-t", 4, folder / "g.fa"])


def test_ltrs_tell_ages_and_sites_are_found(folder):
    """Whole elements of one age, each in a target-site duplication of 5 bases, one with another element within an LTR."""
    for seed in (21, 22):
        rng = random.Random(seed)
        ltr, internal = "TG" + random_letters(rng, 600) + "CA", random_letters(rng, 1500)
        text, truth = [random_letters(rng, 800)], []
        for number in range(24):
            piece = worn(rng, ltr + internal + ltr if number % 3 else ltr, 0.05)
            piece = turned(piece) if number % 2 else piece
            site = random_letters(rng, 5)
            begin = sum(map(len, text)) + 5
            truth.append((begin, begin + len(piece), site, number % 3 > 0))
            text += [site, piece, site, random_letters(rng, 800)]
        (folder / "g.fa").write_text(">c\n" + "".join(text) + "\n")
        (folder / "l.fa").write_text(f">el#LTR/Gypsy\n{ltr + internal + ltr}\n")
        run("annotate", "-q", "-o", folder / "a", "--mutation-rate", "1e-8", folder / "g.fa", folder / "l.fa")
        found, ages = 0, []
        rows = bed(folder / "a.copies.bed")
        assert len(rows) == len(truth)
        told = [dict(part.split("=") for part in line.rstrip("\n").split("\t")[8].split(";"))
                for line in open(folder / "a.copies.gff3") if "ID=" in line]
        for row, attributes, (begin, end, site, whole) in zip(rows, told, truth):
            assert row[14] in (site, "."), (row, site)
            found += row[14] == site
            assert (row[15] != ".") == whole == ("ltr_age" in attributes), row
            if whole:
                ages.append(int(attributes["ltr_age"]))
                assert abs(float(attributes["ltr_distance"]) / 2e-8 - ages[-1]) < 5000
        assert found >= 16, found
        # 5 % of both LTRs have changed: 10 % of the sites, less those that have become the same, is 0.107 by the model
        assert abs(sum(ages) / len(ages) - 0.107 / 2e-8) < 0.1 * 0.107 / 2e-8, sum(ages) / len(ages)
        family = json.load(open(folder / "a.summary.json"))["families"][0]
        assert family["ltr_pairs"] == 16 and abs(family["ltr_age"] - sum(ages) / len(ages)) < 2e4


def test_no_rate_no_ages(folder):
    planted(folder, 12)
    run("annotate", "-q", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
    text = (folder / "a.copies.gff3").read_text()
    assert "ltr_distance=" in text and "ltr_age" not in text and "ltr_age" not in (folder / "a.summary.json").read_text()


def test_gff3_is_valid(folder):
    need("gt")
    planted(folder, 11)
    run("annotate", "-q", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
    done = subprocess.run(["gt", "gff3validator", folder / "a.copies.gff3"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    types = {line.split("\t")[2] for line in open(folder / "a.copies.gff3") if not line.startswith("#")}
    assert types == {"Gypsy_LTR_retrotransposon", "solo_LTR", "hAT_TIR_transposon", "repeat_fragment",
                     "long_terminal_repeat"}, types


def test_annotate_names_a_sine_by_its_head_and_tail(folder):
    """A tRNA gene that was duplicated with what is beside it has the head, and no tail."""
    rng = random.Random(12)
    gene = "GGGTTGTTAGCTCAGTGGTTAGAGCATCGGTCTCCAATACCGGAGGTCCTGGGTTCGATTCCCAGATCAAC"
    families = {"sine": gene + random_letters(rng, 150) + "C" + 20 * "A", "gene": gene + random_letters(rng, 170) + "C"}
    (folder / "l.fa").write_text("".join(f">{name}#Unknown\n{bases}\n" for name, bases in families.items()))
    (folder / "g.fa").write_text(">g\n" + "".join(random_letters(rng, 2000) + bases for _ in range(4) for bases in families.values()) + "\n")
    run("annotate", "-q", "-o", folder / "x", folder / "g.fa", folder / "l.fa")
    names = {f["name"]: f["class"] for f in json.load(open(folder / "x.summary.json"))["families"]}
    assert names == {"sine": "SINE/tRNA", "gene": "Unknown"}, names


if __name__ == "__main__":
    sys.exit(main(globals()))
