#!/usr/bin/env python3
"""What each copy is, in genomes whose insertions are known: check_kinds.py PROGRAM."""
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


if __name__ == "__main__":
    sys.exit(main(globals()))
