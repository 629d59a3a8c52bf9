#!/usr/bin/env python3
"""Write simulated genomes of species that share a part of their repeat families.

  simulate_species.py --out DIR --species 3 --length 20000000 --families 120 --shared 0.6 --seed 1

DIR gets s1.fa, s2.fa, ..., the copies of each (s1.truth.bed, ...) and truth.fa, the families that any of them holds. The
genomes are those of simulate_genome.py (--eval, beside the clone); a family that is shared has the same ancestral sequence
in all species, less up to 2 % that each species has changed before its copies were made. Its numbers of copies and its age
are each species' own. The same arguments give the same bytes.
"""
import argparse
import os
import pathlib
import random
import sys

EVAL = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "eval"


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--eval", default=str(EVAL), help="folder of simulate_genome.py")
    parser.add_argument("--species", type=int, default=3)
    parser.add_argument("--length", type=int, default=20_000_000, help="bases of each before insertions are added")
    parser.add_argument("--families", type=int, default=120, help="of each")
    parser.add_argument("--shared", type=float, default=0.6, help="share of them that all species have")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


class Pool:
    """Ancestral families: those that are shared by kind, and all by name."""

    def __init__(self, simulator, seed):
        self.simulator, self.rng, self.make = simulator, random.Random(seed), simulator.make_family
        self.shared, self.parents, self.bodies = {}, [], {}

    def family(self, kind, number):
        """The shared family of a kind with this number; made when it is first asked for."""
        while len(self.shared.setdefault(kind, [])) <= number:
            if kind == "MITE" and not any(k == "DNA" for k, _ in self.parents):
                self.family("DNA", 0)
            body, ltr = self.make(self.rng, kind, self.parents)
            name = f"shared{kind}{len(self.shared[kind])}#{kind}"
            self.parents.append((kind, body))
            self.bodies[name] = body
            self.shared[kind].append((name, body, ltr))
        return self.shared[kind][number]


def one_species(simulator, pool, options, number):
    """Writes one genome; the names of its families by those that the simulator gives them."""
    names, counts = [], {}

    def make_family(rng, kind, parents):
        if rng.random() < options.shared:
            name, body, ltr = pool.family(kind, counts.get(kind, 0))
            counts[kind] = counts.get(kind, 0) + 1
            changed = simulator.mutate(rng, body, rng.uniform(0, 0.02), 0.05)
            if ltr:  # both LTRs of an element change together
                middle = simulator.mutate(rng, body[ltr:-ltr], rng.uniform(0, 0.02), 0.05)
                end = simulator.mutate(rng, body[:ltr], rng.uniform(0, 0.02), 0.05)
                changed, ltr = end + middle + end, len(end)
        else:
            body, ltr = pool.make(rng, kind, parents)
            name, changed = f"s{number}fam{len(names)}#{kind}", body
            pool.bodies[name] = body
        names.append(name)
        return changed, ltr

    folder = os.path.join(options.out, f"s{number}")
    simulator.make_family = make_family
    sys.argv = ["simulate_genome.py", "--out", folder, "--length", str(options.length), "--families", str(options.families),
                "--seed", str(1000 * options.seed + number)]
    simulator.main()
    os.rename(os.path.join(folder, "genome.fa"), os.path.join(options.out, f"s{number}.fa"))
    by_number = {f"fam{i}": name for i, name in enumerate(names)}
    with open(os.path.join(folder, "truth.bed")) as rows, open(os.path.join(options.out, f"s{number}.truth.bed"), "w") as out:
        for row in rows:
            fields = row.split("\t")
            fields[3] = by_number[fields[3].split("#")[0]]
            out.write("\t".join(fields))
    with open(os.path.join(folder, "families.fa")) as handle:
        return {by_number[line[1:].split("#")[0]] for line in handle if line.startswith(">")}


def main():
    options = options_of(sys.argv[1:])
    sys.path.insert(0, options.eval)
    import simulate_genome as simulator
    os.makedirs(options.out, exist_ok=True)
    pool, held = Pool(simulator, options.seed), set()
    for number in range(1, options.species + 1):
        held |= one_species(simulator, pool, options, number)
    with open(os.path.join(options.out, "truth.fa"), "w") as out:
        for name in sorted(held):
            out.write(f">{name}\n{pool.bodies[name].decode()}\n")


if __name__ == "__main__":
    main()
