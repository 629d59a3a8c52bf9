#!/usr/bin/env python3
"""superfamilies.py: how many families get a superfamily, and how many of these are right by a curated library's labels.

    superfamilies.py PROGRAM LIBRARY ... [--option=--domains=FILE ...] [--wrong]

Each library's families (FASTA, >name#class) are given to `annotate` without their classes, beside a genome that holds
nothing of them, so that what is named is named by the sequence alone. A name is a superfamily where it says more than the
order; it is right where the label's superfamily is the same (SAME has the labels of curators by RepeatMasker's names), and
is not judged where the label says less. With coding parts: an open frame of CODING codons or more.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "domains"))
import sources  # noqa: E402

CODING, LONG_BP = 200, 1000
SAME = [(r"LTR/(Copia|Ty1)", "LTR/Copia"), (r"LTR/(Gypsy|Ty3)", "LTR/Gypsy"), (r"LTR/(Pao|Bel-Pao)", "LTR/Pao"),
        (r"LTR/ERV", "LTR/ERV"), (r"LTR/DIRS", "LTR/DIRS"), (r"LINE/(L1|CR1|L2|R2|R1|I)\b", None),
        (r"LINE/RTE", "LINE/RTE"), (r"LINE/(Dong-R4|R4)", "LINE/R2"),
        (r"DNA\w*/(CACTA|CACTG|CMC-EnSpm)", "DNA/CMC-EnSpm"), (r"DNA\w*/(MULE|MULEtir|MuDR|MULE-MuDR)", "DNA/MULE"),
        (r"DNA\w*/hAT", "DNA/hAT"), (r"(DNA\w*/(MLE|Mariner|TcMar)|MITE/Stow)", "DNA/TcMar"),
        (r"(DNA\w*/(PILE|POLE|Tourist|Harbinger|PIF-Harbinger)|MITE/Tourist)", "DNA/PIF-Harbinger"),
        (r"(DNA\w*|RC)/Helitron", "RC/Helitron"), (r"DNA/PiggyBac", "DNA/PiggyBac"), (r"DNA/Merlin", "DNA/Merlin"),
        (r"SINE/(tRNA|MIR)", "SINE/tRNA"), (r"SINE/(7SL|Alu)", "SINE/7SL"),
        (r"SINE/5S", "SINE/5S")]
ORDER = [(r"LTR", "LTR"), (r"LINE", "LINE"), (r"SINE", "SINE"), (r"(DNA\w*|MITE)/Helitron|RC", "RC"), (r"DNA|MITE", "DNA")]


def superfamily(label):
    """The superfamily of a class name; None: it says none."""
    for pattern, name in SAME:
        match = re.match(pattern, label)
        if match:
            return name or match.group(0)
    return None


def order(label):
    for pattern, name in ORDER:
        if re.match(pattern, label):
            return name
    return None


def is_right(name, label):
    """True, False; None: the label does not tell."""
    if order(label) is None:
        return None
    if order(name) != order(label):
        return False
    return None if superfamily(label) is None else superfamily(name) == superfamily(label)


def classify(program, library, options):
    """Name and domains of each family, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        rng = random.Random(1)
        with open(os.path.join(folder, "g.fa"), "w") as file:
            file.write(">g\n" + "".join(rng.choice("ACGT") for _ in range(20000)) + "\n")
        with open(os.path.join(folder, "l.fa"), "w") as file:
            for header, bases in sources.read_fasta(library):
                file.write(f">{header.split()[0].partition('#')[0]}\n{bases}\n")
        command = [program, "annotate", "-q", "-o", os.path.join(folder, "out"), *options,
                   os.path.join(folder, "g.fa"), os.path.join(folder, "l.fa")]
        subprocess.run(command, check=True)
        with open(os.path.join(folder, "out.summary.json")) as file:
            return {family["name"]: family for family in json.load(file)["families"]}


def table(title, rows):
    named = [row for row in rows if superfamily(row[2]) is not None]
    judged = [row for row in named if is_right(row[2], row[1]) is not None]
    right = sum(is_right(row[2], row[1]) for row in judged)
    some = [row for row in rows if order(row[2]) is not None]
    right_order = sum(order(row[2]) == order(row[1]) for row in some if order(row[1]))
    print(f"  {title}: {len(rows)} families, superfamily {len(named)} ({100 * len(named) / max(1, len(rows)):.1f} %), right "
          f"{right} of {len(judged)} judged ({100 * right / max(1, len(judged)):.1f} %); order {len(some)}, right {right_order}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("libraries", nargs="+")
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("--only", default="", help="families whose names match")
    parser.add_argument("--label", help="for libraries whose headers have none: NAME=CLASS,...", default="")
    parser.add_argument("--wrong", action="store_true", help="list what is named wrongly")
    parser.add_argument("--missing", action="store_true", help="list what has coding parts and no name")
    options = parser.parse_args()
    labels = dict(pair.split("=") for pair in options.label.split(",") if pair)
    for library in options.libraries:
        got, rows = classify(options.program, library, options.option), []
        for header, bases in sources.read_fasta(library):
            name, _, label = header.split()[0].partition("#")
            label = label or labels.get(name, "")
            if re.match(options.only, name):
                longest = max(len(part) for frame in sources.six_frames(bases) for part in frame.split("*"))
                rows.append((name, label, got[name]["class"], len(bases), longest))
                if options.wrong and order(got[name]["class"]) and is_right(got[name]["class"], label) is False:
                    print(f"    {name}#{label} {len(bases)} bp: {got[name]['class']} {got[name].get('domains')}")
                if options.missing and order(got[name]["class"]) is None and longest >= CODING and len(bases) >= LONG_BP:
                    print(f"    {name}#{label} {len(bases)} bp, open frame of {longest}")
        print(library)
        table("all", rows)
        table(f"of {LONG_BP} bp and more", [row for row in rows if row[3] >= LONG_BP])
        table(f"with coding parts, of {LONG_BP} bp and more",
              [row for row in rows if row[3] >= LONG_BP and row[4] >= CODING])


if __name__ == "__main__":
    main()
