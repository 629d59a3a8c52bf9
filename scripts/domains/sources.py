"""sources.py: the sequences that the profiles are made of: families with classes, and open frames of genomes."""

import gzip
import re

BASES = "TCAG"
AMINO = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
CODONS = {a + b + c: AMINO[16 * i + 4 * j + k]
          for i, a in enumerate(BASES) for j, b in enumerate(BASES) for k, c in enumerate(BASES)}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def read_fasta(path):
    """Yields header and sequence, in upper case."""
    opener = gzip.open if path.endswith(".gz") else open
    header, parts = None, []
    with opener(path, "rt") as lines:
        for line in lines:
            if line.startswith(">"):
                if header is not None:
                    yield header, "".join(parts).upper()
                header, parts = line[1:].strip(), []
            else:
                parts.append(line.strip())
    if header is not None:
        yield header, "".join(parts).upper()


def translate(bases):
    return "".join(CODONS.get(bases[i:i + 3], "X") for i in range(0, len(bases) - 2, 3))


def six_frames(bases):
    """The six translations; stops are '*'."""
    for strand in (bases, bases.translate(COMPLEMENT)[::-1]):
        for frame in range(3):
            yield translate(strand[frame:])


def open_frames(bases, least):
    """What lies between stops in the six frames, with at least so many known amino acids."""
    for protein in six_frames(bases):
        for part in protein.split("*"):
            if len(part) >= least and 10 * part.count("X") < len(part):
                yield part


# Classes by RepeatMasker's names, of labels that say less, or say it otherwise.
FLY = {"DNA/MuDR": "DNA/MULE-NOF", "DNA/hAT": "DNA/hAT-hobo", "DNA/Transib": "DNA/CMC-Transib",
       "LTR/Bel-Pao": "LTR/Pao", "LINE/Jockey": "LINE/I-Jockey", "LINE/Loa": "LINE/R1-LOA",
       "DNA/Helitron": None, "RC/Helitron": None}
FLY_NAMES = {"pogo": "DNA/TcMar-Pogo", "mariner2": "DNA/TcMar-Mariner", "FB": None}
PLANT = {"DNA/CACTA": "DNA/CMC-EnSpm", "DNA/Harbinger": "DNA/PIF-Harbinger", "DNA/Helitron": "RC/Helitron",
         "DNA/Mariner": "DNA/TcMar-Pogo", "DNA/MuDR": "DNA/MULE-MuDR", "DNA/hAT": "DNA/hAT-Ac",
         "LTR/Ty3": "LTR/Gypsy", "LINE/unknown": "LINE/L1"}
HUMAN = {"DNA/hAT-Tag1": "DNA/hAT-Ac"}
YEAST = {"TY1": "LTR/Copia", "TY2": "LTR/Copia", "TY3": "LTR/Gypsy", "TY3_1p": "LTR/Gypsy", "TY4": "LTR/Copia",
         "TY5": "LTR/Copia"}


def families(kind, path):
    """Yields kind, name, class, sequence of a library's families; kind: fly, human, yeast or plant."""
    for header, bases in read_fasta(path):
        name, _, label = header.split()[0].partition("#")
        if kind == "fly":
            label = FLY_NAMES.get(name, FLY.get(label, "DNA/TcMar-Tc1" if label == "DNA/Tc1-Mariner" else label))
        elif kind == "yeast":
            label = YEAST.get(name)
        elif kind == "plant":
            if re.match(r"Os\d|RST", name):
                continue  # the rice that the figures are measured on
            label = PLANT.get(label, label)
        else:
            label = HUMAN.get(label, label)
        if label is not None:
            yield kind, name, label, bases
