#!/usr/bin/env python3
"""Command-level checks of work in shares: contigs of one genome in several runs."""
import random
import sys

from harness import bed, fasta, main, run


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


if __name__ == "__main__":
    sys.exit(main(globals()))
