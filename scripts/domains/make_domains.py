#!/usr/bin/env python3
"""make_domains.py: makes data/domains.hmm, profiles of the proteins of transposons, from libraries of known families.

    make_domains.py --fly FA --human FA --yeast FA --plant FA [--genome FA ...] --work FOLDER -o domains.hmm

For each row of PROFILES a protein of one family is the seed: what stands around a motif in its longest open frame, or
the whole frame. It collects its like from the translations of the other families of its classes, in three rounds of
hmmsearch, hmmalign and hmmbuild; then from the open frames of the genomes, where each stretch goes to the profile that has
it best. What is kept is the window of a profile with the most information. A profile's gathering threshold is above
what any profile scores in the same frames backwards. Needs hmmer and python3.
"""

import argparse
import collections
import os
import re
import subprocess
import sys

import sources

RT, INTEGRASE, EN = r"[FY][AVILMG]DD[ILMVTSAN]", r"H.{3,9}H.{22,36}C..C", r"[GA]DFN"
# class, domain, kinds of libraries (None: all), classes of the families, motif (None: the whole frame), amino acids
# before and behind the motif's begin. Profiles of one domain group compete for a stretch.
PROFILES = [
    ("LTR/Copia", "RT", None, ["LTR/Copia"], RT, 170, 70),
    ("LTR/Copia", "INT", None, ["LTR/Copia"], INTEGRASE, 8, 240),
    ("LTR/Gypsy", "RT", "fly human yeast", ["LTR/Gypsy"], RT, 150, 80),
    ("LTR/Gypsy", "INT", "fly human yeast", ["LTR/Gypsy"], INTEGRASE, 8, 230),
    ("LTR/Gypsy", "RT.plants", "plant", ["LTR/Gypsy"], RT, 150, 80),
    ("LTR/Gypsy", "INT.plants", "plant", ["LTR/Gypsy"], INTEGRASE, 8, 230),
    ("LTR/Pao", "RT", None, ["LTR/Pao"], RT, 160, 80),
    ("LTR/Pao", "INT", None, ["LTR/Pao"], INTEGRASE, 8, 240),
    ("LTR/ERV1", "RT", None, ["LTR/ERV1"], RT, 150, 80),
    ("LTR/ERV1", "INT", None, ["LTR/ERV1"], INTEGRASE, 8, 230),
    ("LTR/ERVK", "RT", None, ["LTR/ERVK"], RT, 150, 80),
    ("LTR/ERVK", "INT", None, ["LTR/ERVK"], INTEGRASE, 8, 200),
    ("LTR/ERVL", "RT", None, ["LTR/ERVL"], RT, 150, 80),
    ("LTR/ERVL", "INT", None, ["LTR/ERVL"], INTEGRASE, 8, 200),
    ("LTR/ERVL-MaLR", "GAG", None, ["LTR/ERVL-MaLR"], None, 0, 0),
    ("LTR/DIRS", "RT", None, ["LTR/DIRS"], RT, 150, 80),
    ("LINE/L1", "RT", "human", ["LINE/L1"], RT, 180, 90),
    ("LINE/L1", "EN", "human", ["LINE/L1"], EN, 120, 100),
    ("LINE/L1", "RT.plants", "plant", ["LINE/L1"], RT, 180, 90),
    ("LINE/L1", "EN.plants", "plant", ["LINE/L1"], EN, 120, 100),
    ("LINE/L2", "RT", None, ["LINE/L2"], RT, 180, 90),
    ("LINE/CR1", "RT", None, ["LINE/CR1"], RT, 180, 90),
    ("LINE/CR1", "EN", None, ["LINE/CR1"], EN, 120, 100),
    ("LINE/RTE-BovB", "RT", None, ["LINE/RTE-BovB"], RT, 180, 90),
    ("LINE/RTE-X", "RT", None, ["LINE/RTE-X"], RT, 180, 90),
    ("LINE/I", "RT", None, ["LINE/I"], RT, 180, 90),
    ("LINE/I-Jockey", "RT", None, ["LINE/I-Jockey"], RT, 180, 90),
    ("LINE/I-Jockey", "EN", None, ["LINE/I-Jockey"], EN, 120, 100),
    ("LINE/R1", "RT", None, ["LINE/R1"], RT, 180, 90),
    ("LINE/R1-LOA", "RT", None, ["LINE/R1-LOA"], RT, 180, 90),
    ("LINE/R2", "RT", None, ["LINE/R2"], RT, 180, 90),
    ("LINE/Dong-R4", "RT", None, ["LINE/Dong-R4"], RT, 180, 90),
    ("PLE", "RT", None, ["LINE/Penelope"], None, 0, 0),
    ("DNA/TcMar-Tc1", "TPase", None, ["DNA/TcMar-Tc1"], None, 0, 0),
    ("DNA/TcMar-Mariner", "TPase", None, ["DNA/TcMar-Mariner"], None, 0, 0),
    ("DNA/TcMar-Tigger", "TPase", None, ["DNA/TcMar-Tigger"], None, 0, 0),
    ("DNA/TcMar-Pogo", "TPase", None, ["DNA/TcMar-Pogo"], None, 0, 0),
    ("DNA/TcMar-Tc2", "TPase", None, ["DNA/TcMar-Tc2"], None, 0, 0),
    ("DNA/hAT-Ac", "TPase", None, ["DNA/hAT-Ac"], None, 0, 0),
    ("DNA/hAT-Charlie", "TPase", None, ["DNA/hAT-Charlie"], None, 0, 0),
    ("DNA/hAT-Tip100", "TPase", None, ["DNA/hAT-Tip100"], None, 0, 0),
    ("DNA/hAT-Blackjack", "TPase", None, ["DNA/hAT-Blackjack"], None, 0, 0),
    ("DNA/hAT-hobo", "TPase", None, ["DNA/hAT-hobo"], None, 0, 0),
    ("DNA/PIF-Harbinger", "TPase", None, ["DNA/PIF-Harbinger"], None, 0, 0),
    ("DNA/MULE-MuDR", "TPase", "plant", ["DNA/MULE-MuDR"], None, 0, 0),
    ("DNA/MULE-MuDR", "TPase.animals", "human", ["DNA/MULE-MuDR"], None, 0, 0),
    ("DNA/MULE-NOF", "TPase", None, ["DNA/MULE-NOF"], None, 0, 0),
    ("DNA/CMC-EnSpm", "TPase", None, ["DNA/CMC-EnSpm"], None, 0, 0),
    ("DNA/P", "TPase", None, ["DNA/P"], None, 0, 0),
    ("DNA/PiggyBac", "TPase", None, ["DNA/PiggyBac"], None, 0, 0),
    ("DNA/Merlin", "TPase", None, ["DNA/Merlin"], None, 0, 0),
    ("DNA/CMC-Transib", "TPase", None, ["DNA/CMC-Transib"], None, 0, 0),
    ("RC/Helitron", "HEL", None, ["RC/Helitron"], None, 0, 0),
]
ROUNDS, GENOME_ROUNDS = 3, 2
MAX_NODES = 200          # of a profile; what a window of it has left
MAX_MEMBERS = 60         # of an alignment
FRAME_LEAST = 100        # amino acids of an open frame of a genome
LEAST_BITS, MARGIN_BITS = 20, 2


Member = collections.namedtuple("Member", "name residues")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}{done.stdout[-500:]}")
    return done.stdout


class Workshop:
    """A folder for files between programs, and the programs."""

    def __init__(self, folder, threads):
        self.folder, self.threads, self.built = folder, str(threads), 0
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, members):
        with open(self.path(name), "w") as file:
            for member in members:
                file.write(f">{member.name}\n{member.residues}\n")
        return self.path(name)

    def build(self, name, members, guide=None):
        """A profile of the members, aligned to the guide, which is one; the path of its file."""
        self.built += 1
        out = self.path(f"{self.built}.hmm")
        files = self.write("members.fa", members)
        if len(members) > 1:
            run("hmmalign", "--amino", "--outformat", "afa", "-o", self.path("aligned.fa"), guide, files)
            files = self.path("aligned.fa")
        run("hmmbuild", "--amino", "--cpu", "1", "--singlemx", "--informat", "afa", "-n", name, out, files)
        return out

    def search(self, profiles, targets, evalue):
        """Yields profile, its length, target, score, ends in the profile, ends in the target; 0-based, half-open."""
        table = self.path("table")
        run("hmmsearch", "--cpu", self.threads, "--noali", "-o", "/dev/null", "--domtblout", table, "-Z", "10000",
            "--domZ", "10000", "-E", evalue, "--domE", evalue, profiles, targets)
        with open(table) as rows:
            for row in rows:
                if row[0] != "#":
                    at = row.split()
                    yield (at[3], int(at[5]), at[0], float(at[13]), int(at[15]) - 1, int(at[16]), int(at[19]) - 1,
                           int(at[20]))


def find_seed(proteins, motif, before, behind):
    """The residues of the first protein (they come from long to short) that has the motif with that room."""
    for name, protein in proteins:
        if motif is None:
            return Member(name, protein)
        for match in re.finditer(motif, protein):
            if match.start() >= before // 2 and match.start() + behind // 2 <= len(protein):
                return Member(name, protein[max(0, match.start() - before):match.start() + behind])
    sys.exit(f"no seed: {motif}")


def likeness(a, b):
    """Share of the words of three residues of the shorter one that the other has."""
    words = [{s[i:i + 3] for i in range(len(s) - 2)} for s in (a, b)]
    return len(words[0] & words[1]) / max(1, min(len(words[0]), len(words[1])))


def diverse(members):
    """Leaves out what is much like one that is kept already."""
    kept = []
    for member in members:
        if len(kept) < MAX_MEMBERS and all(likeness(member.residues, other.residues) < 0.6 for other in kept):
            kept.append(member)
    return kept


def collect(shop, profile, targets, frames, share):
    """The best stretch of each family that has such a share of the profile, from the best to the worst."""
    best = {}
    for _, length, target, score, begin, end, from_, to in shop.search(profile, targets, "1e-5"):
        family = target.rsplit("|", 1)[0]
        residues = frames[target][from_:to]
        if end - begin >= share * length and 10 * residues.count("X") < len(residues) and \
                score > best.get(family, (0, ""))[0]:
            best[family] = (score, residues)
    ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    return [Member(name.replace("|", "_"), residues) for name, (_, residues) in ranked]


def window(path):
    """First and last node of the window of MAX_NODES with the most information."""
    information, body = [], False
    for line in open(path):
        at = line.split()
        if line.startswith("HMM "):
            body = True
        elif body and len(at) == 26:
            information.append(sum(2.718281828 ** -float(p) * (-float(p) + 2.9957) for p in at[1:21]))
    n = len(information)
    if n <= MAX_NODES:
        return 0, n
    begin = max(range(n - MAX_NODES + 1), key=lambda i: sum(information[i:i + MAX_NODES]))
    return begin, begin + MAX_NODES


def crop(shop, members, profile):
    """The members' residues in the window."""
    begin, end = window(profile)
    frames = {member.name + "|0": member.residues for member in members}
    targets = shop.write("crop.fa", [Member(name, residues) for name, residues in frames.items()])
    out = {}
    for _, _, target, score, at, to, from_, until in shop.search(profile, targets, "1"):
        if at < end and to > begin and score > out.get(target, (0, ""))[0]:
            cut_left, cut_right = max(0, begin - at), max(0, to - end)
            out[target] = (score, frames[target][from_ + cut_left:until - cut_right])
    return [Member(member.name, out[member.name + "|0"][1]) for member in members
            if len(out.get(member.name + "|0", (0, ""))[1]) >= 0.4 * (end - begin)]


def from_families(shop, row, library):
    """The members of one profile among the families."""
    label, domain, kinds, labels, motif, before, behind = row
    chosen = [f for f in library if f[2] in labels and (kinds is None or f[0] in kinds.split())]
    proteins = sorted(((name, part) for _, name, _, bases in chosen for part in sources.open_frames(bases, 60)),
                      key=lambda item: (-len(item[1]), item[0], item[1]))
    members = [find_seed(proteins, motif, before, behind)]
    frames = {f"{name}|{i}": protein.replace("*", "X") for _, name, _, bases in chosen
              for i, protein in enumerate(sources.six_frames(bases))}
    targets = shop.write("frames.fa", [Member(name, residues) for name, residues in frames.items()])
    name = f"{label}:{domain}"
    profile = shop.build(name, members)
    for _ in range(ROUNDS):
        found = diverse(collect(shop, profile, targets, frames, 0.5))
        members = found if found else members
        profile = shop.build(name, members, profile)
    members = crop(shop, members, profile) or members
    print(f"{name}: {len(members)} of {len(chosen)} families", flush=True)
    return members, shop.build(name, members, profile)


def join(profiles, path):
    """One file of all; profiles: name to the path of its file."""
    with open(path, "w") as out:
        for name, profile in profiles.items():
            with open(profile) as file:  # of one sequence hmmbuild has the name
                out.writelines(f"NAME  {name}\n" if line.startswith("NAME") else line for line in file)
    return path


def add_from_genomes(shop, members_of, profiles, frames, targets):
    """Gives each profile the stretches of open frames that it has best, by a wide margin."""
    hits = collections.defaultdict(list)
    for name, length, target, score, begin, end, from_, to in shop.search(join(profiles, shop.path("all.hmm")), targets,
                                                                          "1e-8"):
        hits[target].append((score, name, (end - begin) / length, from_, to))
    found = collections.defaultdict(list)
    for target in sorted(hits):
        ranked = sorted(hits[target], reverse=True)
        score, name, share, from_, to = ranked[0]
        rival = max((h[0] for h in ranked if h[1].split(":")[0] != name.split(":")[0]), default=0)
        if share >= 0.75 and score >= 1.3 * rival:
            found[name].append((score, target, frames[target][from_:to]))
    for name in members_of:
        ranked = sorted(found[name], key=lambda item: (-item[0], item[1]))[:2000]
        members_of[name] = diverse(members_of[name] + [Member(target, residues) for _, target, residues in ranked])
        print(f"{name}: {len(members_of[name])} with {len(ranked)} of the genomes", flush=True)
        profiles[name] = shop.build(name, members_of[name], profiles[name])


def shorten(line):
    """A line of a profile's body with as many digits as scores need."""
    if not line.startswith("  "):
        return line
    return " ".join(f"{float(word):.2f}" if "." in word else word for word in line.split()) + "\n"


def set_thresholds(shop, path, backwards):
    """Writes GA lines: above what any frame backwards scores."""
    best = collections.defaultdict(float)
    for name, _, _, score, *_ in shop.search(path, backwards, "1000"):
        best[name] = max(best[name], score)
    out, name = [], None
    for line in open(path):
        if line.startswith("NAME"):
            name = line.split()[1]
        if line.startswith("STATS LOCAL MSV"):
            threshold = max(LEAST_BITS, best[name] + MARGIN_BITS)
            out.append(f"GA    {threshold:.2f} {threshold:.2f};\n")
        if not line.startswith(("DATE", "COM", "BM", "SM")):
            out.append(shorten(line))
    with open(path, "w") as file:
        file.writelines(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for kind in ("fly", "human", "yeast", "plant"):
        parser.add_argument("--" + kind, required=True)
    parser.add_argument("--genome", action="append", default=[])
    parser.add_argument("--work", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("-o", required=True)
    options = parser.parse_args()
    shop = Workshop(options.work, options.threads)
    library = [f for kind in ("fly", "human", "yeast", "plant") for f in sources.families(kind, getattr(options, kind))]
    members_of, profiles = {}, {}
    for row in PROFILES:
        name = f"{row[0]}:{row[1]}"
        members_of[name], profiles[name] = from_families(shop, row, library)
    join(profiles, options.o)
    frames = {}
    for g, genome in enumerate(options.genome):
        for header, bases in sources.read_fasta(genome):
            for i, protein in enumerate(sources.open_frames(bases, FRAME_LEAST)):
                frames[f"g{g}_{header.split()[0]}_{i}"] = protein
    if not frames:
        return
    targets = shop.write("genomes.fa", [Member(name, residues) for name, residues in frames.items()])
    for _ in range(GENOME_ROUNDS):
        add_from_genomes(shop, members_of, profiles, frames, targets)
    join(profiles, options.o)
    backwards = shop.write("backwards.fa", [Member(name, residues[::-1]) for name, residues in frames.items()])
    set_thresholds(shop, options.o, backwards)


if __name__ == "__main__":
    main()
