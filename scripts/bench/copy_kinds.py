#!/usr/bin/env python3
"""Scores what copies.bed says each copy is, against a genome whose insertions are known.

  copy_kinds.py simulate EVAL --library curated.fa --background genome.fa --out DIR [options of simulate_curated.py]
  copy_kinds.py score DIR COPIES.bed [--found FAMILIES.fa] [--list FILE]

`simulate` runs EVAL/simulate_curated.py, whose genome stays the same to the byte, and has DIR/truth.bed tell more of each
piece of an insertion: number of the insertion, begin and end on the family, bases that the insertion lacks inside, length
of the LTR (0: none), length of the family.

`score` gives each insertion the copy that holds most of it, and compares kinds:
  full       from one end of the family to the other, with four fifths of its bases
  deleted    the same with fewer bases
  solo       an LTR alone
  truncated  anything else
and the end that is missing. Insertions of which less than half is called are not judged. COPIES.bed is annotate's with
DIR/families.fa, or find's: then --found names its library, and the insertions of those families are judged that one
found family holds from end to end (blastn; 95 % of the longer one's length).
"""
import argparse
import bisect
import collections
import pathlib
import subprocess
import sys


def simulate(arguments):
    sys.path.insert(0, arguments[0])
    import simulate_curated as tool

    class Piece(bytes):
        """Sequence that knows which part of its family it is."""

    class Strand(str):
        """A strand that carries the other columns."""

    cut, mutate, reverse, insert = tool.cut, tool.mutate, tool.reverse, tool.Rope.insert
    count = 0

    def cut_noted(rng, kind, body, ltr):
        piece = cut(rng, kind, body, ltr)
        made = Piece(piece)
        # pieces are slices: from the front, from the back, or both with the middle taken out
        begin = 0 if body.startswith(piece) else len(body) - len(piece) if body.endswith(piece) else body.find(piece)
        if begin >= 0:
            made.told = (begin, begin + len(piece), 0, ltr, len(body))
        else:
            made.told = (0, len(body), len(body) - len(piece), ltr, len(body))
        return made

    def mutate_noted(rng, sequence, *rest):
        out = mutate(rng, sequence, *rest)
        if isinstance(sequence, Piece):
            out = Piece(out)
            out.told = sequence.told
        return out

    def reverse_noted(sequence):
        out = reverse(sequence)
        if isinstance(sequence, Piece):
            out = Piece(out)
            out.told = sequence.told
        return out

    def insert_noted(self, rng, piece, tag, tsd):
        nonlocal count
        if isinstance(piece, Piece):
            count += 1
            tag = (tag[0], tag[1], "\t".join(map(str, (tag[2], count) + piece.told)))
        insert(self, rng, piece, tag, tsd)

    tool.cut, tool.mutate, tool.reverse, tool.Rope.insert = cut_noted, mutate_noted, reverse_noted, insert_noted
    sys.argv = ["simulate_curated.py"] + arguments[1:]
    tool.main()


def read_truth(folder):
    """Insertions by number, and their pieces by contig."""
    insertions, pieces = {}, collections.defaultdict(list)
    for line in open(folder / "truth.bed"):
        contig, begin, end, name, _, _, number, first, last, lacks, ltr, length = line.rstrip("\n").split("\t")
        here = insertions.setdefault(int(number), {
            "family": name.split("#")[0], "begin": int(first), "end": int(last), "lacks": int(lacks), "ltr": int(ltr),
            "length": int(length), "bases": 0, "place": f"{contig}:{begin}-{end}", "copies": collections.Counter()})
        here["bases"] += int(end) - int(begin)
        pieces[contig].append((int(begin), int(end), int(number)))
    for rows in pieces.values():
        rows.sort()
    return insertions, pieces


def true_kind(insertion):
    begin, end, length = insertion["begin"], insertion["end"], insertion["length"]
    if insertion["ltr"] and (begin, end) in ((0, insertion["ltr"]), (length - insertion["ltr"], length)):
        return "solo"
    if begin > 0 or end < length:
        return "truncated_both" if begin > 0 and end < length else "truncated_5" if begin > 0 else "truncated_3"
    return "deleted" if 5 * insertion["lacks"] > length else "full"


def whole_families(folder, found):
    """The found families that hold a family from end to end: (its name, reversed)."""
    columns = "qseqid sseqid qstart qend sstart send qlen slen bitscore"
    rows = subprocess.run(["blastn", "-task", "blastn", "-evalue", "1e-10", "-query", folder / "families.fa", "-subject", found,
                           "-outfmt", f"6 {columns}"], check=True, capture_output=True, text=True).stdout
    best = {}
    for row in rows.splitlines():
        query, subject, first, last, begin, end, query_bp, subject_bp, score = row.split("\t")
        backwards = int(begin) > int(end)
        held = min(int(last) - int(first), abs(int(end) - int(begin))) + 1
        if held >= 0.95 * max(int(query_bp), int(subject_bp)) and float(score) > best.get(subject, ("", 0, 0))[2]:
            best[subject] = (query.split("#")[0], backwards, float(score))
    return {subject.split("#")[0]: (name, backwards) for subject, (name, backwards, _) in best.items()}


def score(arguments):
    parser = argparse.ArgumentParser(prog="copy_kinds.py score")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("copies")
    parser.add_argument("--found")
    parser.add_argument("--list", help="insertions whose kind is wrong, TSV")
    options = parser.parse_args(arguments)
    insertions, pieces = read_truth(options.folder)
    holds = whole_families(options.folder, options.found) if options.found else None
    starts = {contig: [row[0] for row in rows] for contig, rows in pieces.items()}
    kinds, family_of = {}, {}
    for line in open(options.copies):
        row = line.rstrip("\n").split("\t")
        contig, begin, end, copy = row[0], int(row[1]), int(row[2]), int(row[10])
        kinds[copy], family_of[copy] = row[11], row[3]
        family = (holds.get(row[3], ("", False))[0]) if holds is not None else row[3]
        rows = pieces.get(contig, [])
        at = max(0, bisect.bisect_right(starts.get(contig, []), begin) - 1)
        while at < len(rows) and rows[at][0] < end:
            shared = min(end, rows[at][1]) - max(begin, rows[at][0])
            insertion = insertions[rows[at][2]]
            if shared > 0 and insertion["family"] == family:
                insertion["copies"][copy] += shared
            at += 1
    judged = set(family for family, _ in holds.values()) if holds is not None else None
    table, ends, lost, wrong = collections.Counter(), [0, 0], 0, []
    for insertion in insertions.values():
        if judged is not None and insertion["family"] not in judged:
            continue
        copy, shared = insertion["copies"].most_common(1)[0] if insertion["copies"] else (None, 0)
        if 2 * shared < insertion["bases"]:
            lost += 1
            continue
        truth, told = true_kind(insertion), kinds[copy]
        if holds is not None and holds[family_of[copy]][1]:
            told = {"truncated_5": "truncated_3", "truncated_3": "truncated_5"}.get(told, told)
        table[truth.split("_")[0], told.split("_")[0]] += 1
        if truth.startswith("truncated") and told.startswith("truncated"):
            ends[truth == told] += 1
        if truth != told.split("_")[0]:
            wrong.append((truth, told, insertion))
    names = ("full", "deleted", "solo", "truncated")
    print("| is, told | " + " | ".join(names) + " | right |\n| --- | --- | --- | --- | --- | --- |")
    for name in names:
        row = [table[name, told] for told in names]
        print(f"| {name} | " + " | ".join(map(str, row)) + f" | {100 * table[name, name] / max(1, sum(row)):.1f} % |")
    total, right = sum(table.values()), sum(table[name, name] for name in names)
    three = total - sum(table["deleted", told] for told in names)
    print(f"\njudged {total}, less than half called {lost}; kind right {100 * right / max(1, total):.2f} %; of full, solo and truncated "
          f"{100 * (right - table['deleted', 'deleted']) / max(1, three):.2f} %; end of the truncated right {100 * ends[1] / max(1, sum(ends)):.2f} %")
    if options.list:
        with open(options.list, "w") as handle:
            for truth, told, i in wrong:
                handle.write("\t".join(map(str, (truth, told, i["family"], i["place"], i["begin"], i["end"], i["length"], i["ltr"],
                                                 i["bases"]))) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["simulate"]:
        simulate(sys.argv[2:])
    elif sys.argv[1:2] == ["score"]:
        score(sys.argv[2:])
    else:
        sys.exit(__doc__)
