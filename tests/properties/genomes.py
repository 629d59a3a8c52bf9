"""genomes.py: random genomes of many kinds, written as FASTA, and the other forms in which a genome can be given.

Everything follows from a random.Random, so a case's genome can be made again. Where ../shared is not there, the kinds
that need it are drawn from the own simulator instead."""
import gzip
import pathlib
import random
import subprocess
import sys

from harness import PROGRAM, SHARED, bgzip

EVAL, DATA = SHARED / "eval", SHARED / "data"
COMPLEMENT = bytes.maketrans(b"ACGTacgt", b"TGCAtgca")
LIBRARIES = ["rice_1mb/curated_library.fa.gz", "human_chr4_10mb/dfam_library.fa.gz", "plant_families/library.fa.gz"]
REAL = ["yeast", "ecoli", "rice_1mb", "human_chr4_10mb", "cacao_4chr", "celegans"]


def read(path):
    """Records of a FASTA file: (header, sequence), as bytes."""
    with (gzip.open if str(path).endswith(".gz") else open)(path, "rb") as handle:
        parts = handle.read().split(b">")[1:]
    split = (part.split(b"\n", 1) for part in parts)
    return [(header.rstrip(b"\r"), lines.replace(b"\n", b"").replace(b"\r", b"")) for header, lines in split]


def write(path, records, width=80, end=b"\n"):
    with open(path, "wb") as handle:
        for header, sequence in records:
            handle.write(b">" + header + end)
            handle.writelines(sequence[i:i + width] + end for i in range(0, len(sequence), width))


def unpack(path, to):
    write(to, read(path))


# --- Sequence ---

def letters(rng, n, at=0.5):
    """n bases, a share of which is A or T."""
    near = [round(128 * at), 128, 256 - round(128 * at)]
    return rng.randbytes(n).translate(bytes(b"ACGT"[sum(i >= limit for limit in near)] for i in range(256)))


def mutate(rng, sequence, rate):
    """A copy with substitutions at a rate a base and indels at a tenth of it."""
    if rate <= 0:
        return sequence
    out, at, n = [], 0, len(sequence)
    while True:
        step = int(rng.expovariate(rate * 1.1))
        out.append(sequence[at:at + step])
        at += step
        if at >= n:
            return b"".join(out)
        what = rng.random()
        if what > 0.09:  # a substitution
            out.append(rng.choice([b"A", b"C", b"G", b"T"]))
            at += 1
        elif what > 0.045:
            out.append(letters(rng, 1 + int(rng.expovariate(0.4))))
        else:
            at += 1 + int(rng.expovariate(0.4))


def either_strand(rng, sequence):
    return sequence[::-1].translate(COMPLEMENT) if rng.random() < 0.5 else sequence


def log_uniform(rng, low, high):
    return low * (high / low) ** rng.random()


def some_families(rng, n, at):
    return [letters(rng, round(log_uniform(rng, 80, 6000)), at) for _ in range(n)]


def with_families(rng, size, at, share, n_families):
    """Background in which families stand that make up a share of it; a few have most copies."""
    families = some_families(rng, n_families, at)
    weights = [1 / (i + 1) for i in range(n_families)]
    ages = [rng.uniform(0, 0.25) for _ in families]
    out, length = [], 0
    while length < size:
        which = rng.choices(range(n_families), weights)[0]
        copy = families[which]
        if rng.random() < 0.3:  # cut off at one end
            copy = copy[rng.randrange(len(copy)):]
        copy = either_strand(rng, mutate(rng, copy, ages[which]))
        between = letters(rng, 1 + int(rng.expovariate(share / (1 - share) / max(len(copy), 1))), at)
        out += [between, copy]
        length += len(between) + len(copy)
    return b"".join(out)


def cut(rng, sequence, n):
    """The sequence in n parts of random lengths."""
    places = sorted(rng.randrange(len(sequence) + 1) for _ in range(n - 1))
    return [sequence[a:b] for a, b in zip([0, *places], [*places, len(sequence)]) if b > a]


# --- Kinds: each gives sequences; folder: scratch ---

def script(name, *words, to=subprocess.DEVNULL):
    subprocess.run([sys.executable, EVAL / name, *map(str, words)], check=True, stdout=to)


def simulated(rng, size, folder, families, contigs, *more):
    words = ["-o", folder / "simulated", "-l", size, "-f", families, "-c", contigs, "-s", rng.randrange(1 << 32), *more]
    subprocess.run([PROGRAM, "simulate", *map(str, words)], check=True)
    return [sequence for _, sequence in read(folder / "simulated.fa")]


def simulate(rng, size, folder, contigs=None):
    """The own simulator: few families with many copies each, as many as usual, or many with few copies."""
    families = rng.choice([rng.randint(1, 8), max(3, round(size * 1.9e-6)), max(3, round(size * 2e-5))])
    contigs = min(contigs or rng.choice([1, 5, 8, 20]), size // 1000)
    return simulated(rng, size, folder, families, contigs, "--repeat-share", f"{rng.uniform(0.1, 0.85):.3f}",
                     "--max-divergence", f"{rng.uniform(0.05, 0.4):.3f}")


def usual(rng, size, folder):
    """The own simulator as it is called by hand: eight contigs, two families a megabase."""
    return simulated(rng, size, folder, max(3, round(size * 1.9e-6)), 8)


def evaluation(rng, size, folder):
    script("simulate_genome.py", "--out", folder / "made", "--length", max(10000, round(size * 0.55)),
           "--families", rng.randint(3, 20 + size // 100000), "--contigs", rng.randint(1, 8),
           "--max-divergence", round(rng.uniform(0.05, 0.4), 3), "--seed", rng.randrange(1 << 32))
    return [sequence for _, sequence in read(folder / "made" / "genome.fa")]


def curated(rng, size, folder):
    """Families as curators wrote them, in a background learnt from a real genome."""
    library, background = rng.choice(LIBRARIES), rng.choice(["yeast", "ecoli", "rice_1mb", "human_chr4_10mb"])
    unpack(DATA / library, folder / "library.fa")
    unpack(DATA / background / "genome.fa.gz", folder / "background.fa")
    script("simulate_curated.py", "--library", folder / "library.fa", "--background", folder / "background.fa",
           "--out", folder / "made", "--length", max(100000, round(size * 0.5)), "--families", rng.randint(5, 150),
           "--contigs", rng.randint(1, 8), "--max-divergence", round(rng.uniform(0.05, 0.3), 3),
           "--seed", rng.randrange(1 << 32))
    return [sequence for _, sequence in read(folder / "made" / "genome.fa")]


def hard_cases(rng, size, folder):
    """Small genomes on which evidence is easily mistaken, as many as fit."""
    sys.path.insert(0, str(EVAL))
    import hard_cases as cases
    made = [[text.encode() for _, text in records] for _, records, *_ in cases.cases(rng.randrange(1 << 20))]
    rng.shuffle(made)
    taken = made.pop()
    while made and sum(map(len, taken)) < size / 2:
        taken = taken + made.pop()
    return taken


def slice_of(rng, real, size):
    records = read(DATA / real / "genome.fa.gz")
    rng.shuffle(records)
    out, left = [], size
    for _, sequence in records:
        at = rng.randrange(max(1, len(sequence) - left))
        out.append(sequence[at:at + left])
        left -= len(out[-1])
        if left < 1000:
            break
    return out


def real(rng, size, folder):
    return slice_of(rng, rng.choice(REAL), size)


def markov(rng, size, folder):
    """A real genome's composition without its repeats."""
    write(folder / "real.fa", [(b"c%d" % i, s) for i, s in enumerate(slice_of(rng, rng.choice(REAL), size))])
    with open(folder / "twin.fa", "wb") as to:
        script("markov_genome.py", folder / "real.fa", "--order", rng.randint(1, 5), "--seed", rng.randrange(1 << 32),
               to=to)
    return [sequence for _, sequence in read(folder / "twin.fa")]


def haplotypes(rng, size, folder):
    """The same genome two to four times, 0.5 to 3 % apart, whole or cut into contigs."""
    n = rng.randint(2, 4)
    base = simulate(rng, size // n, folder, rng.randint(1, 3))
    out = []
    for i in range(n):
        rate = 0 if i == 0 else rng.uniform(0.005, 0.03)
        copies = [mutate(rng, sequence, rate) for sequence in base]
        out += copies if rng.random() < 0.5 else [part for c in copies for part in cut(rng, c, rng.randint(2, 6))]
    return out


def segments(rng, size, folder):
    """Segments of 5 to 300 kb that stand two to ten times, 0 to 18 % apart, between families."""
    pieces, length = [], 0
    at = rng.uniform(0.4, 0.7)
    while length < size * 0.6:
        segment = letters(rng, round(log_uniform(rng, 5000, min(300000, max(6000, size / 8)))), at)
        rate = rng.uniform(0, 0.18)
        for _ in range(rng.choice([2, 2, 2, 3, 5, 7, 10])):
            pieces.append(either_strand(rng, mutate(rng, segment, rate / 2)))
            length += len(pieces[-1])
    rest = with_families(rng, max(size - length, 2000 * len(pieces)), at, 0.4, rng.randint(3, 12))
    pieces += cut(rng, rest, len(pieces))
    rng.shuffle(pieces)
    return cut(rng, b"".join(pieces), rng.randint(1, 6))


def skewed(rng, size, folder):
    """Eight bases in ten are A or T, or G or C."""
    at = rng.choice([rng.uniform(0.75, 0.86), 0.8, rng.uniform(0.15, 0.3)])
    return cut(rng, with_families(rng, size, at, rng.uniform(0.1, 0.6), rng.randint(2, 30)), rng.randint(1, 8))


def small_contigs(rng, size, folder):
    """Many contigs, often a thousand of some hundred bases: copies at their ends and over the whole of them."""
    n = round(size / rng.choice([200, 300, 1000, 3000, 20000]))
    text = with_families(rng, size, rng.uniform(0.4, 0.7), rng.uniform(0.3, 0.8), rng.randint(2, 20))
    return cut(rng, text, n) + [b""] * rng.choice([0, 0, 3])


def mosaic(rng, size, folder):
    """Families that share parts, near one another and at contigs' ends: what covers one takes from others."""
    at = rng.uniform(0.4, 0.7)
    blocks = [letters(rng, rng.randint(60, 600), at) for _ in range(rng.randint(5, 40))]
    longest = rng.choice([2, 4, 8])
    families = [b"".join(rng.choices(blocks, k=rng.randint(1, longest))) for _ in range(rng.randint(3, 30))]
    ages = [rng.uniform(0, 0.2) for _ in families]
    between, turned, small = log_uniform(rng, 20, 3000), rng.choice([0, 0.5]), rng.random() < 0.5
    out, length = [], 0
    while length < size:
        usual_bp = log_uniform(rng, 2000, max(3000, size / 4))
        most = rng.randint(2, 12) if small else 1 + round(usual_bp / (between + 1000))
        contig = []
        while len(contig) < 2 * most:
            which = rng.randrange(len(families))
            copy = mutate(rng, families[which], ages[which])
            if rng.random() < 0.4:
                copy = copy[rng.randrange(len(copy)):]
            copy = either_strand(rng, copy) if rng.random() < turned else copy
            contig += [copy, letters(rng, round(rng.expovariate(1 / between)), at)]
        out.append(b"".join(contig[:-1]))
        length += len(out[-1])
    return out


def satellites(rng, size, folder):
    """Arrays, one base repeated, and families in and beside them."""
    out, length = [], 0
    families = some_families(rng, 4, 0.55)
    while length < size:
        unit = letters(rng, rng.choice([1, 2, 3, 12, 60, 171, 340, 1500]))
        array = unit * (round(log_uniform(rng, 100, size / 4)) // len(unit) + 2)
        out.append(mutate(rng, array, rng.choice([0, 0.02, 0.1])))
        for _ in range(rng.randint(3, 12)):
            out += [letters(rng, rng.randint(100, 3000)), either_strand(rng, mutate(rng, rng.choice(families), 0.06))]
        length += len(out[-1]) + len(array) + 20000
    return cut(rng, b"".join(out), rng.randint(1, 5))


# name: (maker, weight, most bases, needs ../shared)
KINDS = {
    "simulated": (simulate, 4, 100e6, False), "usual": (usual, 3, 100e6, False),
    "evaluation": (evaluation, 2, 60e6, True), "curated": (curated, 2, 40e6, True),
    "hard cases": (hard_cases, 1, 18e6, True), "real": (real, 2, 100e6, True), "markov": (markov, 1, 10e6, True),
    "haplotypes": (haplotypes, 3, 100e6, False), "segments": (segments, 2, 60e6, False),
    "skewed": (skewed, 2, 100e6, False), "small contigs": (small_contigs, 2, 60e6, False),
    "satellites": (satellites, 1, 40e6, False), "mosaic": (mosaic, 3, 40e6, False),
}


def kinds_of_size(size):
    return [kind for kind, (_, _, most, _) in KINDS.items() if size <= most]


def is_here(kind):
    return not KINDS[kind][3] or (EVAL.is_dir() and DATA.is_dir())


# --- What stands in a file besides bases ---

def scatter(rng, sequence, share, mean, change):
    """Changes runs of the sequence that make up a share of it."""
    out, at = [], 0
    while True:
        step = 1 + int(rng.expovariate(share / mean))
        out.append(sequence[at:at + step])
        at += step
        if at >= len(sequence):
            return b"".join(out)
        run = sequence[at:at + 1 + int(rng.expovariate(1 / mean))]
        out.append(change(run))
        at += len(run)


def decorate(rng, sequences):
    """Lower case, runs of N, codes of several bases."""
    wanted = [rng.random() < p for p in (0.5, 0.4, 0.2)]
    share, mean = rng.uniform(0.05, 0.5), log_uniform(rng, 50, 5000)
    if wanted[0]:
        sequences = [scatter(rng, s, share, mean, bytes.lower) for s in sequences]
    if wanted[1]:
        mean = log_uniform(rng, 1, 2000)
        sequences = [scatter(rng, s, 0.01, mean, lambda run: b"N" * len(run)) for s in sequences]
    if wanted[2]:
        some = lambda run: bytes(rng.choices(b"RYKMSWBDHVn-", k=len(run)))
        sequences = [scatter(rng, s, 0.001, 1.0, some) for s in sequences]
    return sequences


def name_all(rng, sequences):
    style = rng.choice([b"chr%d", b"ctg%06d a description of it", b"HG%d#1#tig", b"s|%d|" + b"long" * 60])
    return [(style % i, sequence) for i, sequence in enumerate(sequences, 1)]


def make(seed, kind, size, folder):
    """Writes folder/genome.fa; returns its figures, the kind that it is of among them."""
    rng, folder = random.Random(seed), pathlib.Path(folder)
    kind = kind if is_here(kind) else "simulated"
    sequences = KINDS[kind][0](rng, size, folder)
    records = name_all(rng, decorate(rng, sequences))
    write(folder / "genome.fa", records, rng.choice([50, 60, 80, 1 << 40]))
    return {"kind": kind, "bases": sum(len(s) for _, s in records), "contigs": len(records)}


def features(seed, genome, path):
    """Writes intervals of a genome as BED: a quarter of it, in pieces."""
    rng = random.Random(seed)
    with open(path, "wb") as handle:
        for header, sequence in read(genome):
            name, at = header.replace(b"\t", b" ").split(b" ")[0], 0
            while (begin := at + round(log_uniform(rng, 10, 6000))) < len(sequence):
                at = min(begin + round(log_uniform(rng, 1, 3000)), len(sequence))
                handle.write(b"%s\t%d\t%d\n" % (name, begin, at))


# --- Forms: the same genome, given otherwise ---

def packed(path, content, how):
    path = path.with_name(path.name + ("" if how == "plain" else ".gz"))
    path.write_bytes(content if how == "plain" else bgzip(content) if how == "bgzip" else gzip.compress(content, 1))
    return path


def as_given(rng, records, manner):
    if manner == "fastq":
        return b"".join(b"@%s\n%s\n+\n%s\n" % (h, s, b"I" * len(s)) for h, s in records)
    width, end = rng.choice([61, 1000, 1 << 40]), b"\r\n" if manner == "crlf" else b"\n"
    lines = []
    for header, sequence in records:
        lines += [b">", header, end]
        for i in range(0, len(sequence), width):
            lines += [sequence[i:i + width], end]
    return b"".join(lines)


def give(seed, form, genome, folder):
    """Writes the genome in a form; returns its files. `stdin` and `stdin-gzip` give the file to be read from there."""
    rng, folder = random.Random(seed), pathlib.Path(folder)
    records = read(genome)
    if form == "split":
        n = min(len(records), rng.randint(2, 12))
        places = [0, *sorted(rng.sample(range(1, len(records)), n - 1)), len(records)]
        parts = [as_given(rng, records[a:b], "plain") for a, b in zip(places, places[1:])]
        ways = [rng.choice(["plain", "gzip", "bgzip"]) for _ in parts]
        return [str(packed(folder / f"part{i}.fa", part, way)) for i, (part, way) in enumerate(zip(parts, ways))]
    how = {"gzip": "gzip", "bgzip": "bgzip", "stdin-gzip": "gzip"}.get(form, "plain")
    return [str(packed(folder / ("given.fq" if form == "fastq" else "given.fa"), as_given(rng, records, form), how))]


FORMS = ["as it is", "gzip", "bgzip", "stdin", "stdin-gzip", "split", "crlf", "fastq", "plain"]
