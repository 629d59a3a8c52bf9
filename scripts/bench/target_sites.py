#!/usr/bin/env python3
"""Simulates a genome whose insertions stand in the target sites of their class.

  target_sites.py EVAL --library curated.fa --background genome.fa --out DIR [options of simulate_curated.py]

Runs EVAL/simulate_curated.py, which duplicates target sites of random length and sequence, with those that the
literature gives for each class (Wicker et al. 2007; Feschotte and Pritham 2007): TA for Tc1-Mariner, TAA or TTA for
PIF-Harbinger, TTAA for PiggyBac and Kolobok, 8 bases for hAT and Merlin, 9 for Mutator, 3 for CACTA, 5 for LTR elements, 7
to 16 for LINEs and SINEs, none for Helitrons, and 4 for others.
"""
import re
import sys

NEAR_BP = 40  # how far from a place that was drawn the nearest site may be
RANDOM = None
# By the class: length of the duplication, and how it reads, where that is always the same.
SITES = ((r"hAT|Merlin", 8, ()), (r"TcMar|MLE|Mariner|Stow", 2, (b"TA",)), (r"PILE|POLE|Tourist|Harb", 3, (b"TTA", b"TAA")),
         (r"MULE|MuDR", 9, ()), (r"CACT|CMC", 3, ()), (r"PiggyBac|Kolobok", 4, (b"TTAA",)), (r"LTR|ERV", 5, ()),
         (r"SINE|LINE", RANDOM, ()), (r"Helitron", 0, ()), (r"", 4, ()))


def site_of(rng, name):
    class_name = name.split("#")[-1]
    length, motifs = next((length, motifs) for pattern, length, motifs in SITES if re.search(pattern, class_name))
    return rng.randint(7, 16) if length is RANDOM else length, motifs


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv.pop(1))
    import simulate_curated as tool

    as_it_is = tool.Rope.insert

    def insert(self, rng, piece, tag, tsd):
        if tag[0] in ("gene", "tandem"):
            as_it_is(self, rng, piece, tag, tsd)
            return
        length, motifs = site_of(rng, tag[0])
        while not insert_once(self, rng, piece, tag, length, motifs):
            pass

    def insert_once(self, rng, piece, tag, length, motifs):
        """At a place that is drawn, behind its site; False: another one is wanted."""
        row = rng.randrange(len(self.rows))
        self.limit = max(self.limit, self.sizes[row])
        if rng.random() * self.limit > self.sizes[row]:
            return False
        at, cells = rng.randrange(self.sizes[row]), self.rows[row]
        for index, (text, owner) in enumerate(cells):
            if at >= len(text):
                at -= len(text)
                continue
            if motifs:
                found = [text.find(motif, max(0, at - NEAR_BP), at + NEAR_BP) for motif in motifs]
                found = [place for place in found if place >= 0]
                if not found:
                    return False
                at = min(found) + length
            site = text[max(0, at - length):at]
            cells[index:index + 1] = [(text[:at], owner), (piece, tag), (site, owner), (text[at:], owner)]
            self.sizes[row] += len(piece) + len(site)
            return True
        return False

    tool.Rope.insert = insert
    tool.main()


if __name__ == "__main__":
    main()
