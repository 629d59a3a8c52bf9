"""bench_library.py: the parts of bench.py that judge annotate, compare, extend and the class hints."""
import collections
import json
import subprocess
import sys

SIMPLE = ("Simple_repeat", "Low_complexity", "Satellite")


def fasta(path):
    records, name = {}, None
    for line in open(path):
        if line.startswith(">"):
            name = line[1:].split()[0]
            records[name] = []
        else:
            records[name].append(line.strip().upper())
    return {n: "".join(p) for n, p in records.items()}


# --- annotate ---

def out_bases(path, skip=()):
    """Bases that a RepeatMasker .out file names."""
    bases = set()
    for line in open(path):
        field = line.split()
        if field and field[0].isdigit() and field[10] not in skip:
            bases.update((field[4], i) for i in range(int(field[5]) - 1, int(field[6])))
    return bases


def annotate_tables(bench, program):
    print("\n### annotate with the Dfam library against RepeatMasker's own annotation (hum-1, one thread)\n")
    bench.header("manner", "RepeatMasker's interspersed bases found", "bases that RepeatMasker has too", "CPU s")
    genome, library = bench.unpacked("human_chr4_10mb", "hum-1.fa"), bench.unpacked("human_chr4_10mb", "dfam_library.fa.gz")
    truth_file = bench.unpacked("human_chr4_10mb", "hum-1.fa.out")
    truth, anything = out_bases(truth_file, SIMPLE), out_bases(truth_file)
    for manner in ("", "--fast"):
        prefix = bench.WORK / f"hum-1{manner}"
        run = bench.Run([program, "annotate", "-q", "-t", "1", *filter(None, [manner]), "-o", prefix, genome, library])
        called = out_bases(f"{prefix}.out")
        bench.row(manner or "default", f"{len(truth & called) / len(truth):.4f}", f"{len(anything & called) / len(called):.4f}",
                  f"{run.cpu:.2f}")
    script, calls = bench.WORK / "blast.py", bench.WORK / "hum-1.blastn.bed"
    script.write_text(BLAST)
    run = bench.Run([sys.executable, script, bench.SHARED / "eval", library, genome, calls])
    called = {(f[0], i) for f in (line.split("\t") for line in open(calls)) for i in range(int(f[1]), int(f[2]))}
    bench.row("blastn, E 1e-5", f"{len(truth & called) / len(truth):.4f}", f"{len(anything & called) / len(called):.4f}", f"{run.cpu:.2f}")
    print("\n### annotate and blastn on human_chr4_10mb with the same library (one thread)\n")
    bench.header("program", "CPU s", "bases that blastn has too", "blastn's bases found")
    genome = bench.unpacked("human_chr4_10mb", "genome.fa.gz")
    calls = bench.WORK / "chr4.blastn.bed"
    run = bench.Run([sys.executable, script, bench.SHARED / "eval", library, genome, calls])
    bench.row("blastn, E 1e-5", f"{run.cpu:.1f}", "-", "-")
    for manner in ("", "--fast"):
        prefix = bench.WORK / f"chr4{manner}"
        ours = bench.Run([program, "annotate", "-q", "-t", "1", "--no-masked", "--no-paf", *filter(None, [manner]), "-o", prefix, genome,
                          library])
        score = bench.tool("annotation_quality.py", "--calls", f"{prefix}.copies.bed", "--truth", calls, "--genome", genome)
        bench.row(f"reprise-c annotate {manner}".strip(), f"{ours.cpu:.1f} (1/{run.cpu / ours.cpu:.0f})", score["precision"],
                  score["sensitivity"])


BLAST = """
import sys
sys.path.insert(0, sys.argv[1])
from library_quality import blast, read_fasta, write_fasta
write_fasta(sys.argv[4] + '.fa', read_fasta(sys.argv[2]), 'r')
with open(sys.argv[4], 'w') as bed:
    for hit in blast(sys.argv[4] + '.fa', sys.argv[3], 1, evalue='1e-5'):
        bed.write(f'{hit[1]}\\t{hit[5]}\\t{hit[6]}\\t{hit[0]}\\n')
"""


# --- compare ---

def compare_table(bench, program, cases):
    """cases: (label, found, reference)."""
    print("\n### compare against the scoring program (blastn): verdicts on reference families\n")
    bench.header("library", "families", "same verdict", "compare, CPU s", "scoring program, CPU s")
    n_all = n_same = 0
    for label, found, reference in cases:
        verdicts, table = bench.WORK / "verdicts.tsv", bench.WORK / "compare.tsv"
        theirs_run = bench.Run([sys.executable, bench.SHARED / "eval" / "library_quality.py", "--found", found, "--reference", reference,
                                "--threads", "1", "--families", verdicts])
        ours_run = bench.Run([program, "compare", "-t", "1", "--tsv", table, found, reference])
        theirs = {f[0].split("#")[0]: f[2] for f in (line.rstrip("\n").split("\t") for line in open(verdicts))}
        ours = {f[1]: f[4] for f in (line.rstrip("\n").split("\t") for line in open(table)) if f[0] == "reference"}
        both = set(theirs) & set(ours)
        same = sum(theirs[n] == ours[n] for n in both)
        n_all, n_same = n_all + len(both), n_same + same
        bench.row(label, len(both), same, f"{ours_run.cpu:.2f}", f"{theirs_run.cpu:.1f}")
    print(f"\nAll: {n_same} of {n_all} ({100 * n_same / n_all:.1f} %).")


# --- extend ---

def whole_in_genome(families, truth):
    """Families of which three copies stand whole in the genome, parts that a nested element splits taken together."""
    lengths, last = collections.defaultdict(list), {}
    for line in open(truth):
        contig, begin, end, family, divergence, strand = line.split()
        begin, end, before = int(begin), int(end), last.get(family)
        if before is not None and before[0] == (contig, divergence, strand) and begin - before[1] < 15000:
            lengths[family][-1] += end - begin
        else:
            lengths[family].append(end - begin)
        last[family] = ((contig, divergence, strand), end)
    return {n: s for n, s in families.items() if len(s) >= 300 and sum(x >= 0.97 * len(s) for x in lengths[n]) >= 3}


def extend_table(bench, program, seeds):
    """A quarter is cut from each end of every family; seeds: (label, genome, reference, truth)."""
    print("\n### extend: families of which a quarter was cut from both ends\n")
    bench.header("genome", "families", "both ends within 10 bp", "overshoot by more", "CPU s")
    n_all = n_good = n_over = 0
    for label, genome, reference, truth in seeds:
        families = whole_in_genome(fasta(reference), truth)
        cut, out = bench.WORK / "cut.fa", bench.WORK / "extended.fa"
        cut.write_text("".join(f">{n}\n{s[len(s) // 4:len(s) - len(s) // 4]}\n" for n, s in families.items()))
        run = bench.Run([program, "extend", "-q", "-t", "1", "-o", out, genome, cut])
        extended = fasta(out)
        by_name = {n.split("#")[0]: s for n, s in extended.items()}
        ends = list(end_errors(bench, [(s, by_name[n.split("#")[0]]) for n, s in families.items()]))
        good, over = sum(max(e) <= 10 for e in ends), sum(max(e[1], e[3]) > 10 for e in ends)
        bench.row(label, len(ends), good, over, f"{run.cpu:.1f}")
        n_all, n_good, n_over = n_all + len(ends), n_good + good, n_over + over
    print(f"\nAll: {n_good} of {n_all} ({100 * n_good / n_all:.1f} %) within 10 bp at both ends, {n_over} overshoot.")


def end_errors(bench, pairs):
    """(bases lacking, bases too many) at the left and right end of each (true, extended) pair, by blastn."""
    queries, database = bench.WORK / "ends.q.fa", bench.WORK / "ends.s.fa"
    queries.write_text("".join(f">{i}\n{e}\n" for i, (_, e) in enumerate(pairs)))
    database.write_text("".join(f">{i}\n{t}\n" for i, (t, _) in enumerate(pairs)))
    subprocess.run(["makeblastdb", "-in", database, "-dbtype", "nucl", "-out", bench.WORK / "ends"], check=True, stdout=subprocess.DEVNULL)
    out = subprocess.run(["blastn", "-task", "blastn", "-query", queries, "-db", bench.WORK / "ends", "-dust", "no", "-word_size", "11",
                          "-evalue", "1e-5", "-strand", "plus", "-reward", "2", "-penalty", "-3", "-gapopen", "5", "-gapextend", "2",
                          "-xdrop_gap_final", "200", "-max_target_seqs", "5000", "-outfmt", "6 qseqid sseqid qstart qend sstart send"],
                         check=True, capture_output=True, text=True).stdout
    hits = collections.defaultdict(list)
    for line in out.splitlines():
        query, subject, *places = map(int, line.split())
        if query == subject:
            hits[query].append(places)
    for i, (true, extended) in enumerate(pairs):
        if not hits[i]:
            yield len(true), 0, len(true), 0
            continue
        first, last = min(hits[i], key=lambda h: h[2]), max(hits[i], key=lambda h: h[3])
        yield first[2] - 1, first[0] - 1, len(true) - last[3], len(extended) - last[1]


# --- class hints ---

def group(name):
    name = name.upper()
    if "HELITRON" in name:
        return "Helitron"
    if name.startswith(("DNA", "MITE")):
        return "TIR"
    return name.split("/")[0]


def hints_table(bench, program, cases):
    """cases: (label, prefix of find, reference with classes, genome of curated families or None)."""
    print("\n### Class hints: found families against the class of the reference family that they match\n")
    bench.header("library", "hints given", "right", "wrong", "Unknown")
    totals = collections.Counter()
    for label, prefix, reference, genome in cases:
        count = collections.Counter()
        if genome is not None:  # hints for the curated families themselves
            bench.Run([program, "annotate", "-q", "--hints", "--no-masked", "--no-paf", "-o", prefix, genome, reference])
            families = [(f["class"], f.get("hint", "Unknown")) for f in json.load(open(f"{prefix}.summary.json"))["families"]
                        if f["copies"] >= 5]
        else:
            table = bench.WORK / "hints.tsv"
            bench.Run([program, "compare", "--tsv", table, f"{prefix}.families.fa", reference])
            rows = [line.rstrip("\n").split("\t") for line in open(table)]
            classes = {r[1]: r[2] for r in rows if r[0] == "reference"}
            families = [(classes[r[7]], r[2]) for r in rows if r[0] == "found" and r[7] in classes and float(r[5]) >= 0.5]
        for true, hint in families:
            if hint in ("Unknown", "Satellite", "Simple_repeat", "Segmental_duplication", "Gene_family", "rRNA", "tRNA", "Artefact"):
                count["unknown"] += 1
            else:
                count["right" if group(true) == group(hint) else "wrong"] += 1
        bench.row(label, count["right"] + count["wrong"], count["right"], count["wrong"], count["unknown"])
        totals += count
    n = totals["right"] + totals["wrong"]
    print(f"\nAll: {totals['right']} of {n} hints right ({100 * totals['right'] / n:.1f} %).")
