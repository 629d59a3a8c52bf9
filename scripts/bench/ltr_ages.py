#!/usr/bin/env python3
"""Scores the ages of LTR elements, and their target-site duplications, against a genome in which they are known.

  ltr_ages.py PROGRAM FOLDER [SEED]

FOLDER gets a genome of random sequence with ten families of LTR elements, 60 whole copies and 12 LTRs alone of each, some
within others, and the families' library. A copy changes from its insertion on, at 1.3e-8 a site and year, two transitions
for a transversion and one indel for ten changes; the ages of a family's copies are drawn around a mean of 0.5 to 4
million years. "By luck" is how far the mean of so few changes is off by itself (one standard deviation). annotate (with the library) and find are run with that rate.
"""
import collections
import math
import pathlib
import random
import subprocess
import sys

RATE = 1.3e-8
SWAP = {"A": "G", "G": "A", "C": "T", "T": "C"}


def letters(rng, n):
    return "".join(rng.choices("ACGT", k=n))


def turned(text):
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def aged(rng, text, changes):
    """Each base has met a Poisson number of changes, `changes` in the mean."""
    out = []
    for base in text:
        if rng.random() < changes / 10:
            if rng.random() < 0.5:
                continue
            out.append(letters(rng, rng.randint(1, 5)))
        limit, count = math.exp(-changes), 0
        product = rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
        for _ in range(count):
            base = SWAP[base] if rng.random() < 2 / 3 else rng.choice([c for c in "ACGT" if c not in (base, SWAP[base])])
        out.append(base)
    return "".join(out)


def simulate(rng, folder):
    """[(contig position of the begin, family, age, TSD)] of the whole copies."""
    families, planted = {}, []
    for number in range(10):
        ltr = "TG" + letters(rng, rng.randint(180, 900)) + "CA"
        families[f"f{number}"] = ltr, letters(rng, rng.randint(800, 2500)), 5e5 * 8 ** (number / 9)
    copies = []
    for name, (ltr, internal, mean) in families.items():
        for copy in range(72):
            age = max(0, rng.gauss(mean, mean / 4))
            copies.append((age, name, ltr + internal + ltr if copy < 60 else ltr, copy < 60))
    copies.sort(reverse=True)  # the oldest first: younger ones may stand within them
    pieces = [letters(rng, 2500) for _ in range(600)]
    last = len(pieces) - 1
    for age, name, body, whole in copies:
        text = aged(rng, body, age * RATE)
        tsd = letters(rng, 5)
        strand = rng.random() < 0.5
        at = rng.randrange(last)
        host = rng.random() < 0.15 and planted
        text = turned(text) if strand else text
        if host:  # into the middle of an earlier copy
            chosen = rng.choice(planted)
            half = len(chosen["text"]) // 2
            chosen["text"] = chosen["text"][:half] + tsd + text + tsd + chosen["text"][half:]
            continue
        planted.append({"at": at, "text": text, "tsd": tsd, "name": name, "age": age, "whole": whole})
    genome, truth, length = [], [], 0
    by_place = collections.defaultdict(list)
    for one in planted:
        by_place[one["at"]].append(one)
    for at, piece in enumerate(pieces):
        genome.append(piece)
        length += len(piece)
        for one in by_place[at]:
            genome += [letters(rng, 300), one["tsd"], one["text"], one["tsd"]]
            begin = length + 305
            length = begin + len(one["text"]) + 5
            truth.append((begin, begin + len(one["text"]), one["name"], one["age"], one["tsd"], one["whole"], len(families[one["name"]][0])))
    (folder / "genome.fa").write_text(">c1\n" + "".join(genome) + "\n")
    (folder / "library.fa").write_text("".join(f">{n}#LTR/Gypsy\n{l + i + l}\n" for n, (l, i, _) in families.items()))
    return truth


def score(name, gff3, truth):
    copies = []
    for line in open(gff3):
        row = line.rstrip("\n").split("\t")
        if len(row) == 9 and "ID=" in row[8]:
            copies.append((int(row[3]) - 1, int(row[4]), dict(part.split("=") for part in row[8].split(";"))))
    by_begin = collections.defaultdict(list)
    for copy in copies:
        by_begin[copy[0] // 100].append(copy)
    ages, sites = collections.defaultdict(list), collections.Counter()
    for begin, end, family, age, tsd, whole, ltr in truth:
        near = [c for key in range(begin // 100 - 1, begin // 100 + 2) for c in by_begin[key]
                if abs(c[0] - begin) < 30 and abs(c[1] - end) < 30]
        if not near:
            sites["lost"] += 1
            continue
        told = near[0][2].get("tsd")
        sites["none" if told is None else "right" if told == tsd else "wrong"] += 1
        if whole and "ltr_age" in near[0][2]:
            ages[family].append((age, float(near[0][2]["ltr_age"]), 2 * age * RATE * ltr))
    print(f"{name}: TSD of {len(truth)} copies: {sites['right']} right, {sites['wrong']} wrong, {sites['none']} none, "
          f"{sites['lost']} copies not called from end to end")
    print("| family | copies | mean age | mean told | off | by luck |\n| --- | --- | --- | --- | --- | --- |")
    for family in sorted(ages):
        true, said = [sum(pair[i] for pair in ages[family]) / len(ages[family]) for i in (0, 1)]
        print(f"| {family} | {len(ages[family])} | {true:.0f} | {said:.0f} | {100 * (said / true - 1):+.1f} % | "
              f"{100 / math.sqrt(sum(pair[2] for pair in ages[family])):.1f} % |")


if __name__ == "__main__":
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    known = simulate(random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1), folder)
    for command, inputs in (("annotate", ["genome.fa", "library.fa"]), ("find", ["genome.fa"])):
        subprocess.run([program, command, "-q", "--mutation-rate", str(RATE), "-o", folder / command, *[folder / f for f in inputs]],
                       check=True)
        score(command, folder / f"{command}.copies.gff3", known)
