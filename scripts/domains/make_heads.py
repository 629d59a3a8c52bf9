#!/usr/bin/env python3
"""make_heads.py: makes data/sine_heads.tsv, profiles of the RNA genes that the heads of SINEs come from.

    make_heads.py --genome FA [--genome FA ...] --work FOLDER -o sine_heads.tsv

tRNA: genes without introns in the genomes, known by the A and B boxes of the promoter of RNA polymerase III (Galli et
al. 1981) and by all four stems; those of the length that most have are the first alignment. 5S: human 5S rRNA, and what
is like it in the genomes. 7SL: the human gene as far as it stands in Alu and B1 (Ullu and Tschudi 1984), its first bases
up to the deletion. Each is one profile of hmmbuild's, of which the table has the bases of each column, in per mille.
Needs hmmer and python3.
"""

import argparse
import collections
import os
import re
import subprocess
import sys

import sources

# Genes of Homo sapiens, as the public databases have them (RN5S1, RN7SL1).
RNA_5S = ("GTCTACGGCCATACCACCCTGAACGCGCCCGATCTCGTCTGATCTCGGAAGCTAAGCAGGGTCGGGCCTGGTTAGTACTTGGATGGGAGACCGCCTGGGAATACCGGG"
          "TGCTGTAGGCTTT")
RNA_7SL = "GCCGGGCGCGGTGGCGCGTGCCTGTAGTCCCAGCTACTCGGGAGGCTGAGGCTGGAGGATCGCTTGAGTCCAGGAGTTCTGGGCTGTAG"
PAIRS = {"AT", "TA", "CG", "GC", "GT", "TG"}
MOST_OF_A_KIND = 40      # genes of a genome that hold the same profile up
E_VALUE = "1e-10"        # of a 5S rRNA gene


def paired(left, right):
    return sum(a + b in PAIRS for a, b in zip(left, reversed(right)))


def closes(bases, begin, box):
    """Whether a tRNA gene begins there whose B box is at `box`."""
    if not re.match("T[AG]G[CT]..A", bases[begin + 7:begin + 14]) or paired(bases[begin:begin + 7], bases[box + 14:box + 21]) < 6:
        return False
    for loop in range(7, 12):
        at = begin + 13 + loop
        if (paired(bases[begin + 9:begin + 13], bases[at:at + 4]) >= 3 and bases[at + 11] == "T" and
                paired(bases[at + 5:at + 10], bases[at + 17:at + 22]) >= 4):
            return True
    return False


def trna_genes(bases):
    for match in re.finditer("(?=GGTTC[AG]A..CC)", bases):
        box = match.start()
        if box < 75 or box + 21 > len(bases) or paired(bases[box - 3:box + 2], bases[box + 9:box + 14]) < 4:
            continue
        begin = next((begin for begin in range(box - 75, box - 40) if closes(bases, begin, box)), None)
        if begin is not None:
            yield bases[begin:box + 21]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}{done.stdout[-500:]}")


def build(folder, name, first, members):
    """The columns of a profile of all members, aligned to one of the first, which are of one length."""
    path = {part: os.path.join(folder, f"{name}.{part}") for part in ("first.afa", "first.hmm", "all.fa", "sto", "hmm")}
    for part, genes in (("first.afa", first), ("all.fa", members)):
        with open(path[part], "w") as file:
            file.writelines(f">{number}\n{gene}\n" for number, gene in enumerate(genes, 1))
    run("hmmbuild", "--dna", "-n", name, path["first.hmm"], path["first.afa"])
    run("hmmalign", "--dna", "-o", path["sto"], path["first.hmm"], path["all.fa"])
    run("hmmbuild", "--dna", "--hand", "-n", name, path["hmm"], path["sto"])
    with open(path["hmm"]) as file:
        for line in file:
            fields = line.split()
            if len(fields) > 5 and fields[0].isdigit():
                yield [round(1000 * 2.718281828459045 ** -float(field)) for field in fields[1:5]]


def like(folder, gene, path):
    """What is like a gene in a genome, whole, and each only once."""
    names = [os.path.join(folder, name) for name in ("query.fa", "query.hmm", "found.tbl", "target.fa")]
    with open(names[0], "w") as file:
        file.write(f">q\n{gene}\n")
    run("hmmbuild", "--dna", "--singlemx", names[1], names[0])
    genome = {header.split()[0]: bases for header, bases in sources.read_fasta(path)}
    with open(names[3], "w") as file:
        file.writelines(f">{name}\n{bases}\n" for name, bases in genome.items())
    run("nhmmer", "--dna", "-E", E_VALUE, "--cpu", "1", "--tblout", names[2], names[1], names[3])
    with open(names[2]) as file:
        rows = [line.split() for line in file if not line.startswith("#")]
    found = set()
    for row in rows:
        left, right = sorted((int(row[6]), int(row[7])))
        bases = genome[row[0]][left - 1:right]
        if 10 * len(bases) >= 9 * len(gene):
            found.add(bases if row[11] == "+" else bases.translate(sources.COMPLEMENT)[::-1])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--genome", action="append", default=[], required=True)
    parser.add_argument("--work", required=True, help="folder for files on the way")
    parser.add_argument("-o", required=True, dest="out")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    trna, five_s = set(), {RNA_5S}
    for path in options.genome:
        for _, bases in sources.read_fasta(path):
            for strand in (bases, bases.translate(sources.COMPLEMENT)[::-1]):
                trna.update(trna_genes(strand))
        five_s.update(sorted(like(options.work, RNA_5S, path))[:MOST_OF_A_KIND])
    length = collections.Counter(map(len, sorted(trna))).most_common(1)[0][0]
    profiles = {"tRNA": ([gene for gene in sorted(trna) if len(gene) == length], sorted(trna)),
                "7SL": ([RNA_7SL], [RNA_7SL]), "5S": ([RNA_5S], sorted(five_s))}
    with open(options.out, "w") as file:
        file.write("head\tcolumn\tA\tC\tG\tT\n")
        for name, (first, members) in profiles.items():
            print(f"{name}: {len(members)} genes")
            for number, shares in enumerate(build(options.work, name, first, members), 1):
                file.write("\t".join([name, str(number), *map(str, shares)]) + "\n")


if __name__ == "__main__":
    main()
