#!/usr/bin/env python3
"""Command-level checks of find and simulate, and of what all commands share: check_commands.py PROGRAM."""
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys

from harness import (DEMO, ENDINGS, INPUT, MEMORY, PASSING, PROGRAM, ROOT, SHARED, Skip, bed, demo, digest, fasta, heed_signals, main, need, random_letters, run, same_runs,
                     union)
from properties import draws

KINDS = ["full", "deleted", "solo", "truncated_5", "truncated_3", "truncated_both"]


def test_version_and_help(folder):
    assert re.fullmatch(r"reprise-c \d+\.\d+\.\d+ \(code [0-9a-f]{16}\)\n", run("--version").stdout)
    for arguments in (["--help"], ["-h"], ["find", "--help"], ["find", "-h"], ["simulate", "--help"]):
        done = run(*arguments)
        assert done.stdout.startswith("usage: reprise-c") and done.stderr == ""


def test_code_is_told_by_what_the_sources_say(folder):
    """Not by where and when they lie there; that of an index by the sources that it follows from."""
    def codes():
        done = subprocess.run(["sh", "scripts/code-digest.sh"], cwd=folder, check=True, capture_output=True, text=True)
        return re.findall(r'"([0-9a-f]{16})"', done.stdout)
    for part in ("src", "kernels", "scripts"):
        shutil.copytree(ROOT / part, folder / part, copy_function=shutil.copyfile)  # of another time
    code, index_code = first = codes()
    assert f"(code {code})" in run("--version").stdout
    (folder / "src" / "notes~").write_text("no source")
    assert codes() == first
    with open(folder / "kernels" / "grow.cl", "a") as kernel:
        kernel.write("/* changed */\n")
    second = codes()
    assert second[0] != code and second[1] == index_code
    (folder / "src" / "genome" / "tandem.c").rename(folder / "src" / "genome" / "tandems.c")
    third = codes()
    assert third[0] not in (code, second[0]) and third[1] != index_code


def test_the_status_tells_what_a_retry_can_mend(folder):
    """Each case with all commands that may end so; the table is that of the manual."""
    genome, library = folder / "g.fa", folder / "l.fa"
    genome.write_text(f">g\n{random_letters(random.Random(4), 5000)}\n")
    library.write_text(f">l#LINE\n{random_letters(random.Random(5), 300)}\n")
    (folder / "bad.fa").write_text(">a\nACGT\n>a\nACGT\n")
    (folder / "p").mkdir()
    bad, none = folder / "bad.fa", folder / "none.fa"
    with_both = ["annotate", "-q", "-o", folder / "x"], ["extend", "-q", "-o", folder / "x.fa"]
    cases = [(INPUT, ["find", "-q", "-o", folder / "x", path]) for path in (bad, none, folder / "p")]
    cases += [(INPUT, [*words, a, b]) for words in with_both for a, b in ((bad, library), (none, library), (genome, bad), (genome, none))]
    cases += [(INPUT, ["index", "-q", "-o", folder / "x", bad]), (INPUT, ["compare", bad, library]), (INPUT, ["report", folder / "none"]),
              (INPUT, ["find", "-q", "-o", folder / "x", "--index", library, genome]), (INPUT, ["find", "-q", "-o", folder / "x", "--genes", none, genome]),
              (INPUT, ["find", "-q", "-o", folder / "x", "--classify-with", bad, genome])]
    cases += [(MEMORY, [*words, "--max-memory", "20M", genome, library]) for words in with_both]
    cases += [(MEMORY, ["find", "-q", "-o", folder / "x", "--max-memory", size, genome]) for size in ("20M", "75M")]
    cases += [(PASSING, [*words, "/dev/full", genome, *more]) for words, more in (
        (["find", "-q", "--no-masked", "-o", folder / "x", "--summary"], []), (["annotate", "-q", "-o", folder / "x", "--summary"], [library]),
        (["index", "-q", "-o"], []), (["extend", "-q", "-o"], [library]))]
    cases += [(1, ["find", "-q", "-o", folder / "x", "--bed", genome / "x", genome]), (1, ["find", "-q", "-o", folder / "x", "--bed", genome, genome]),
              (2, ["find", "-q", "--bed", folder / "x", "--gff3", folder / "x", genome]), (2, ["find", "-q"])]
    for status, words in cases:
        done = subprocess.run([PROGRAM, *map(str, words), *(["-t", "1"] if words[0] not in ("compare", "report") else [])], capture_output=True, text=True)
        assert done.returncode == status and done.stderr, (status, words, done)
    assert sorted(p.name for p in folder.iterdir()) == ["bad.fa", "g.fa", "l.fa", "p"]


def test_peak_memory_is_of_the_program_and_not_of_who_started_it(folder):
    filled = bytearray(300 * 2 ** 20)
    run("find", "-q", "-o", folder / "x", DEMO)
    assert len(filled) and json.load(open(folder / "x.summary.json"))["run"]["peak_memory_kb"] < 250 * 2 ** 10


def test_plan_tells_what_find_takes(folder):
    """From the genome or its .fai alike; by the figures that find itself is refused by and tells; more than a run then takes."""
    genome, library = folder / "g.fa", folder / "l.fa"
    run("simulate", "-o", folder / "g", "-l", "3M", "-f", 20, "-c", 3, "-s", 8)
    (folder / "g.truth.fa").rename(library)
    records = fasta(genome)
    fai = folder / "g.fa.fai"
    fai.write_text("".join(f"{n.split()[0]}\t{len(s)}\t0\t60\t61\n" for n, s in records.items()))
    plans = [json.loads(run("plan", "-t", 2, path).stdout) for path in (genome, fai)]
    assert plans[0] == plans[1] and plans[0]["schema"] == 1
    plan = plans[0]
    lengths = [len(s) for s in records.values()]
    assert plan["input"] == {"contigs": 3, "bases": sum(lengths), "longest_contig": max(lengths)} and plan["threads"] == 2
    memory = plan["find"]["memory"]
    done = run("find", "-t", 2, "--max-memory", memory["least_bytes"] - 2 ** 20, "-o", folder / "x", genome, status=MEMORY)
    assert f"the least is {memory['least_bytes'] // 2 ** 20 + 1} MB" in done.stderr, done.stderr
    done = run("find", "-t", 2, "--max-memory", memory["least_bytes"] + 2 ** 20, "-o", folder / "x", genome)
    assert f"memory: about {memory['usual_bytes'] // 2 ** 20} MB" in done.stderr, done.stderr
    run("find", "-q", "-t", 2, "-o", folder / "x", genome)
    peak = json.load(open(folder / "x.summary.json"))["run"]["peak_memory_kb"]
    assert peak * 2 ** 10 < memory["usual_bytes"], (peak, memory)
    assert memory["request_bytes"] * 3 // 4 >= memory["usual_bytes"] >= memory["least_bytes"]
    time_ = plan["find"]["time"]
    assert time_["class"] == "minutes" and 0 < time_["cpu_seconds_usual"] < time_["cpu_seconds_most"]
    assert time_["wall_seconds_most"] < time_["cpu_seconds_most"] and plan["parts"]["number"] == 1
    with_library = json.loads(run("plan", "-t", 2, "-l", library, fai).stdout)
    assert with_library["annotate"]["memory"]["least_bytes"] > memory["least_bytes"]
    large = folder / "large.fai"
    large.write_text("a\t30000000000\n")
    plan = json.loads(run("plan", "-t", 64, large).stdout)
    assert plan["find"]["time"]["class"] == "hours" and plan["parts"]["number"] == 150
    for text, line in (("", "empty"), ("a\n", "line 1"), ("a\t5\nb\t-3\n", "line 2"), ("a\t5\nb\t99999999999999999999\n", "line 2"), ("a\t5x\n", "line 1"), ("a\t5\x00\n", "line 1")):
        large.write_text(text)
        told = run("plan", large, status=INPUT).stderr
        assert f"{large}: " in told and line in told, (text, told)
    run("plan", folder / "none.fai", status=INPUT)
    run("plan", status=2)
    run("plan", "-", "-", status=2)


def small_runs(folder):
    """A genome with some families, and their library."""
    run("simulate", "-o", folder / "g", "-l", "60K", "-f", "3", "-c", 1, "-s", "3")
    return folder / "g.fa", folder / "g.truth.fa"


def test_a_summary_names_its_sample_and_schema(folder):
    genome, library = small_runs(folder)

    def summary(command, *words, prefix="deep/a b", environment=None):
        inputs = [genome] if command == "find" else [genome, library]
        subprocess.run([PROGRAM, command, "-q", "-o", prefix, *words, *inputs], cwd=folder, check=True, env={**os.environ, **(environment or {})})
        return json.load(open(folder / f"{prefix}.summary.json"))

    for command in ("find", "annotate"):
        plain = summary(command)
        assert plain["schema"] == 1 and plain["sample"] == "a b" and "run" in plain
        named = summary(command, "--sample", "Zea mays B73", prefix="x")
        assert named["sample"] == "Zea mays B73"
        # what follows from where results lie is left out with what differs from run to run, unless it was given
        for words, environment in ((["--no-run-info"], {}), ([], {"REPRISE_C_NO_RUN_INFO": "1"})):
            bare = summary(command, *words, environment=environment)
            assert "run" not in bare and "sample" not in bare and bare["schema"] == 1
            assert summary(command, "--sample", "s", *words, environment=environment)["sample"] == "s"
        for value in ("", "0"):
            assert "run" in summary(command, environment={"REPRISE_C_NO_RUN_INFO": value})


def test_figures_for_multiqc(folder):
    genome, library = small_runs(folder)
    out = folder / "out"
    run("find", "-q", "--multiqc", "-o", out / "one", genome)
    run("annotate", "-q", "--multiqc", "--sample", "two, too", "-o", out / "2", genome, library)
    for name, sample in (("one", "one"), ("2", "two, too")):
        table = json.load(open(out / f"{name}.general_mqc.json"))
        results = json.load(open(out / f"{name}.summary.json"))["results"]
        assert table["plot_type"] == "generalstats" and list(table["data"]) == [sample]
        assert table["data"][sample]["percent"] == results["masked_percent"] and table["data"][sample]["copies"] == results["copies"]
        assert {key for column in table["pconfig"] for key in column} == set(table["data"][sample])
        bars = json.load(open(out / f"{name}.classes_mqc.json"))
        rows = [line.split("\t") for line in open(out / f"{name}.classes.tsv")][1:-1]
        assert bars["plot_type"] == "bargraph" and bars["data"][sample] == {row[0]: int(row[3]) for row in rows} and rows
    (folder / "empty.fa").write_text(">a\nACGT\n")
    run("find", "-q", "--multiqc", "-o", out / "three", folder / "empty.fa")
    assert json.load(open(out / "three.classes_mqc.json"))["data"] == {"three": {}}
    need("multiqc")
    done = subprocess.run(["multiqc", "-q", "--no-ansi", "-o", folder / "page", out], capture_output=True, text=True)
    assert done.returncode == 0, done
    general = open(folder / "page" / "multiqc_data" / "multiqc_general_stats.txt").read()
    assert "two, too" in general and "one" in general, general
    assert "reprise_c_classes_plot" in open(folder / "page" / "multiqc_report.html").read()


def test_messages_of_all_attempts_are_appended(folder):
    genome, library = small_runs(folder)
    log = folder / "logs" / "run.log"
    run("find", "-q", "--log", log, "-o", folder / "x", folder / "none.fa", status=INPUT)
    for words in (["find", "-o", folder / "x", genome], ["annotate", "-o", folder / "y", genome, library], ["extend", "-o", folder / "z.fa", genome, library],
                  ["index", "-o", folder / "i", genome]):
        for quiet in ([], ["-q"]):
            told = run(*words, *quiet, "--log", log).stderr
            assert all(line in log.read_text() for line in told.splitlines()) and bool(told) != bool(quiet)
    text = log.read_text()
    begun = re.findall(r"reprise-c (\w+) \S+ \(code [0-9a-f]{16}\) begins at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", text)
    assert begun == ["find"] * 3 + ["annotate"] * 2 + ["extend"] * 2 + ["index"] * 2, begun
    assert "none.fa: No such file" in text and text.count("results written") == 2 and "\r" not in text
    for words in (["--log", "-"], ["--log", folder / "x.copies.bed"]):
        run("find", "-q", *words, "-o", folder / "x", genome, status=2)
    assert "is an input" in run("find", "-q", "--log", genome, "-o", folder / "x", genome, status=1).stderr
    run("find", "-q", "--log", folder, "-o", folder / "x", genome, status=1)


def test_results_of_another_input_of_this_name_are_spared(folder):
    """a/genome.fa and b/genome.fa, as an array job has them, in one working folder."""
    for name, seed in (("a", 3), ("b", 4)):
        run("simulate", "-o", folder / name / "genome", "-l", "60K", "-f", "3", "-c", 1, "-s", seed)
    library = folder / "a" / "genome.truth.fa"
    for command, more in (("find", []), ("annotate", [library])):
        for words, prefix in (([], "genome"), (["-o", "out/"], "out/genome")):
            run(command, "-q", *words, "a/genome.fa", *more, cwd=folder)
            run(command, "-q", *words, "a/genome.fa", *more, cwd=folder)
            before = (folder / f"{prefix}.copies.bed").read_bytes()
            told = run(command, "-q", *words, "b/genome.fa", *more, status=1, cwd=folder).stderr
            assert f"{prefix}.summary.json" in told and "another input" in told and "--overwrite" in told, told
            assert (folder / f"{prefix}.copies.bed").read_bytes() == before and not (folder / f"{prefix}.reprise").exists()
            run(command, "-q", *words, "--overwrite", "b/genome.fa", *more, cwd=folder)
            run(command, "-q", "-o", prefix, "a/genome.fa", *more, cwd=folder)  # a prefix that is given is meant
    (folder / "genome.summary.json").write_text("no summary")
    run("find", "-q", "b/genome.fa", cwd=folder)


def test_misuse_is_exit_2(folder):
    for arguments in ([], ["nonsense"], ["find"], ["find", "--nonsense", "x.fa"], ["find", "-t", "0", "x.fa"],
                      ["find", "-t", "2", "-t", "3", "x.fa"], ["find", "--kmer", "99", "x.fa"], ["find", "--kmer", "1x", "x.fa"],
                      ["find", "--backpressure", "2", "x.fa"], ["find", "--simd", "mmx", "x.fa"], ["find", "-o"],
                      ["find", "-", "-"], ["find", "--bed", "x", "--no-bed", "x.fa"], ["find", "--bed", "x", "--gff3", "x", "y.fa"],
                      ["find", "--min-seed-frequency", "9", "--max-seed-frequency", "5", "x.fa"], ["simulate", "x"],
                      ["simulate", "--length", "5"]):
        done = run(*arguments, status=2, cwd=folder)
        assert done.stderr and not done.stdout, arguments
    assert os.listdir(folder) == []


def test_no_repeats_is_success(folder):
    rng = random.Random(4)
    for name, text in {"random": f">a\n{random_letters(rng, 60000)}\n", "tiny": ">a\nACG\n", "n": ">a\n" + "N" * 5000 + "\n",
                       "hollow": ">a\n>b\nACGT\n", "lower": ">a\n" + random_letters(rng, 3000).lower() + "\n"}.items():
        (folder / f"{name}.fa").write_text(text)
        run("find", "-q", "-o", folder / name, folder / f"{name}.fa")
        assert (folder / f"{name}.families.fa").read_text() == ""
        assert (folder / f"{name}.copies.bed").read_text() == ""
        masked, given = fasta(folder / f"{name}.masked.fa"), fasta(folder / f"{name}.fa")
        assert {n: s.upper() for n, s in masked.items()} == {n: s.upper() for n, s in given.items()}
        assert json.load(open(folder / f"{name}.summary.json"))["results"]["families"] == 0


def letters_with(rng, at, n):
    return "".join(rng.choices("ACGT", [at / 2, (1 - at) / 2, (1 - at) / 2, at / 2], k=n))


def mutated(rng, text, share):
    return "".join(rng.choice("ACGT") if rng.random() < share else base for base in text)


def test_composition_alone_makes_no_family(folder):
    rng = random.Random(11)
    genomes = {f"at{at}": letters_with(rng, at / 100, 500000) for at in (78, 80, 85)}
    genomes["mixed"] = "".join(letters_with(rng, rng.choice((0.45, 0.6, 0.72, 0.8, 0.88)), rng.randint(2000, 20000)) for _ in range(60))
    for name, text in genomes.items():
        (folder / f"{name}.fa").write_text(f">a\n{text}\n")
        run("find", "-q", "-o", folder / name, folder / f"{name}.fa")
        found = [ending for ending in ("families.fa", "other.fa", "copies.bed") if (folder / f"{name}.{ending}").read_text()]
        assert not found, (name, found)


def test_old_families_of_an_at_rich_genome_are_found(folder):
    rng = random.Random(12)
    families = [letters_with(rng, 0.72, rng.randint(300, 2000)) for _ in range(5)]
    text, truth = "", set()
    for _ in range(25):
        for family in families:
            text += letters_with(rng, 0.8, 2000)
            copy = mutated(rng, family, 0.16)
            truth.update(range(len(text), len(text) + len(copy)))
            text += copy
    (folder / "g.fa").write_text(f">a\n{text}\n")
    run("find", "-q", "-o", folder / "g", folder / "g.fa")
    called = union(bed(folder / "g.copies.bed"))["a"]
    assert len(truth & called) > 0.95 * len(truth) and len(truth & called) > 0.93 * len(called), (len(truth), len(called), len(truth & called))
    assert len(fasta(folder / "g.families.fa")) == len(families)


def low_complexity(rng, n):
    """Purines and pyrimidines by turns: alike at 37 % of the places, and backwards too."""
    odd, even = [0.425, 0.075, 0.425, 0.075], [0.075, 0.425, 0.075, 0.425]
    return "".join(rng.choices("ACGT", odd if i % 2 else even)[0] for i in range(n))


def write_low_complexity(folder):
    rng = random.Random(3)
    family = random_letters(rng, 700)
    text = "".join(random_letters(rng, 1500) + low_complexity(rng, 400) for _ in range(150))
    text += "".join(random_letters(rng, 3000) + mutated(rng, family, 0.1) for _ in range(12)) + random_letters(rng, 3000)
    (folder / "g.fa").write_text(f">a\n{text}\n")
    return family


def test_families_that_the_genome_backwards_has_too_are_set_apart(folder):
    family = write_low_complexity(folder)
    run("find", "-q", "-o", folder / "no", "--no-decoy", folder / "g.fa")
    assert len(fasta(folder / "no.families.fa")) > 1 and "false=" not in (folder / "no.families.fa").read_text()
    run("find", "-q", "-o", folder / "g", "--report", folder / "g.fa")
    found, others = fasta(folder / "g.families.fa"), fasta(folder / "g.other.fa")
    assert [len(s) for s in found.values()] == [len(family)] and "false=0.00%" in list(found)[0], list(found)
    assert others and all("#Low_complexity " in name and "reason=no_better_than_decoy" in name for name in others), list(others)
    summary = json.load(open(folder / "g.summary.json"))
    assert summary["results"]["false_percent"] == 0 and summary["families"][0]["decoy"]["false_bases"] == 0
    assert all(other["decoy"]["false_percent"] > 10 for other in summary["other"])
    assert "of them false, by decoy" in (folder / "g.report.html").read_text()


def test_annotate_puts_thresholds_where_the_decoy_ends(folder):
    family = write_low_complexity(folder)
    rng = random.Random(4)
    (folder / "l.fa").write_text(f">true#Unknown\n{family}\n>false#Unknown\n{low_complexity(rng, 400)}\n>both#Unknown\n{family + low_complexity(rng, 60)}\n")
    run("annotate", "-q", "-o", folder / "no", "--no-decoy", folder / "g.fa", folder / "l.fa")
    run("annotate", "-q", "-o", folder / "a", folder / "g.fa", folder / "l.fa")
    called = {name: [r for r in bed(folder / f"{name}.copies.bed") if r[3] == "false"] for name in ("no", "a")}
    assert len(called["no"]) >= 10 and not called["a"], {n: len(c) for n, c in called.items()}
    families = {f["name"]: f for f in json.load(open(folder / "a.summary.json"))["families"]}
    assert families["true"]["copies"] + families["both"]["copies"] >= 12, families
    assert families["false"]["decoy"]["false_percent"] > 10 and families["true"]["decoy"]["false_percent"] <= 0.2


def test_one_repeated_base_and_satellites_end(folder):
    rng = random.Random(5)
    unit = random_letters(rng, 171)
    (folder / "s.fa").write_text(f">poly\n{'A' * 300000}\n>sat\n{unit * 3000}\n>at\n{'AT' * 100000}\n")
    run("find", "-q", "-o", folder / "s", folder / "s.fa")
    assert (folder / "s.families.fa").read_text() == ""
    tandem = sum(int(r[2]) - int(r[1]) for r in bed(folder / "s.tandem.bed"))
    assert tandem > 0.95 * (300000 + 171 * 3000 + 200000), tandem


def test_demo_is_found(folder):
    prefix = demo(folder)
    truth, called = union(bed(ROOT / "data" / "demo.truth.bed")), union(bed(f"{prefix}.copies.bed"))
    shared = sum(len(truth[c] & called.get(c, set())) for c in truth)
    n_truth, n_called = (sum(map(len, s.values())) for s in (truth, called))
    f1 = 2 * shared / (n_truth + n_called)
    assert f1 >= 0.95, f"base F1 {f1}"
    found, true = fasta(f"{prefix}.families.fa"), fasta(ROOT / "data" / "demo.truth.fa")
    assert 0.7 * len(true) <= len(found) <= 1.15 * len(true), (len(found), len(true))


def test_same_bytes_for_any_threads_channel_and_simd(folder):
    plain = ["--no-run-info", "-t", 1, DEMO]
    one = folder / "one"
    run("find", "-q", "-o", one, *plain)
    for options in (["-t", 2], ["-t", 3, "--channel-capacity", 1], ["-t", 8, "--channel-capacity", 77, "--backpressure", "0.1"],
                    ["-t", 64], ["-t", 2, "--simd", "scalar"], ["-t", 1, "--extension-length", 5000]):
        run("find", "-q", "--no-run-info", "-o", folder / "two", *options, DEMO)
        assert digest(one) == digest(folder / "two"), options
    if "avx2" in open("/proc/cpuinfo").read():
        run("find", "-q", "--no-run-info", "-o", folder / "two", "--simd", "avx2", DEMO)
        assert digest(one) == digest(folder / "two")


def test_input_forms_are_alike(folder):
    plain = folder / "demo.fa"
    text = gzip.open(DEMO, "rt").read()
    plain.write_text(text)
    one = demo(folder)
    base = digest(one)
    for name, content in {"crlf.fa": text.replace("\n", "\r\n").encode(), "gzip.fa.gz": gzip.compress(text.encode())}.items():
        (folder / name).write_bytes(content)
        run("find", "-q", "--no-run-info", "-o", folder / "other", folder / name)
        assert digest(folder / "other") == base, name
    run("find", "-q", "--no-run-info", "-o", folder / "other", "-", text=text)
    assert digest(folder / "other") == base
    records = text.split(">")[1:]
    parts = []
    for number, record in enumerate(records):
        parts.append(folder / f"part{number}.fa")
        parts[-1].write_text(">" + record)
    run("find", "-q", "--no-run-info", "-o", folder / "other", *parts)
    assert digest(folder / "other") == base
    (folder / "reads.fq").write_text("".join(f"@{r.splitlines()[0]}\n{''.join(r.splitlines()[1:])}\n+\n"
                                             f"{'I' * sum(map(len, r.splitlines()[1:]))}\n" for r in records))
    run("find", "-q", "--no-run-info", "-o", folder / "other", folder / "reads.fq")
    assert digest(folder / "other") == base


def test_default_names_and_switches(folder):
    shutil.copy(DEMO, folder / "my genome.v1.fa.gz")
    run("find", "-q", "my genome.v1.fa.gz", cwd=folder)
    assert sorted(os.listdir(folder)) == sorted(["my genome.v1.fa.gz"] + [f"my genome.v1.{e}" for e in ENDINGS])
    only = ["--no-families", "--no-other", "--no-candidates", "--no-seed-alignments", "--no-other-bed",
            "--no-candidates-bed", "--no-gff3", "--no-classes", "--no-counts", "--no-tandem", "--no-satellites",
            "--no-satellite-arrays", "--no-masked", "--no-summary"]
    done = run("find", "-q", *only, "--bed", "-", DEMO, cwd=folder)
    assert done.stdout == (folder / "my genome.v1.copies.bed").read_text()
    assert len(os.listdir(folder)) == 1 + len(ENDINGS)


def test_masked_genome_and_bed_agree(folder):
    prefix = demo(folder)
    genome = fasta(DEMO)
    called = union(bed(f"{prefix}.copies.bed"))
    masked = fasta(f"{prefix}.masked.fa")
    assert list(masked) == list(genome)
    for name, sequence in masked.items():
        assert sequence.upper() == genome[name].upper()
        lower = {i for i, c in enumerate(sequence) if c.islower()}
        assert lower == called[name.split()[0]]
    run("find", "-q", "-o", folder / "hard", "--hard-mask", "--masked", folder / "hard.fa.gz", DEMO)
    hard = fasta(folder / "hard.fa.gz")
    for name, sequence in hard.items():
        assert sequence == "".join("N" if c.islower() else c for c in masked[name])


def test_bed_columns(folder):
    prefix = demo(folder)
    sizes = {n.split()[0]: len(s) for n, s in fasta(DEMO).items()}
    lengths = {n.split("#")[0]: len(s) for n, s in fasta(f"{prefix}.families.fa").items()}
    rows = bed(f"{prefix}.copies.bed")
    order = {n: i for i, n in enumerate(sizes)}
    assert rows == sorted(rows, key=lambda r: (order[r[0]], int(r[1])))
    copies, last, kinds = {}, {}, {}
    for row in rows:
        contig, start, end, family, score, strand, divergence, begin, stop, length, copy, kind, level, host, tsd, identity = row
        assert 0 <= int(start) < int(end) <= sizes[contig]
        assert int(start) >= last.get(contig, 0), "copies overlap"
        last[contig] = int(end)
        assert 0 <= int(score) <= 1000 and strand in "+-" and 0 <= float(divergence) <= 100
        assert 0 <= int(begin) < int(stop) <= int(length) == lengths[family]
        copies.setdefault(family, set()).add(copy)
        assert re.fullmatch(r"\.|[ACGT]{2,20}", tsd) and re.fullmatch(r"\.|[01]\.\d{4}", identity)
        assert kind in KINDS and (int(level) == 0) == (int(host) == 0)
        kinds.setdefault(family, {}).setdefault(kind, set()).add(copy)
    for header, sequence in fasta(f"{prefix}.families.fa").items():
        word, fields = header.split()[0], dict(f.split("=") for f in header.split()[1:])
        assert re.fullmatch(r"R\d+#[A-Za-z/]+", word) and len(word) <= 50
        assert int(fields["copies"]) == len(copies[word.split("#")[0]]) >= 3
        assert int(fields["length"]) == len(sequence)
        told = kinds[word.split("#")[0]]
        assert fields["kinds"] == ",".join(f"{kind}:{len(told[kind])}" for kind in KINDS if kind in told)
        assert int(fields["bases"]) == sum(int(r[2]) - int(r[1]) for r in rows if r[3] == word.split("#")[0])


def test_gff3(folder):
    prefix = demo(folder)
    lines = open(f"{prefix}.copies.gff3").read().splitlines()
    assert lines[0] == "##gff-version 3"
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    contigs = {n.split()[0]: s.upper() for n, s in fasta(DEMO).items()}
    order = {n: i for i, n in enumerate(contigs)}
    assert rows == sorted(rows, key=lambda r: (order[r[0]], int(r[3])))
    parts, copies, children = {}, {}, {}
    for row in rows:
        assert len(row) == 9
        told = dict(part.split("=") for part in row[8].split(";"))
        assert re.fullmatch(r"SO:\d{7}", told["Ontology_term"]) and re.fullmatch(r"R\d+ \d+ \d+ \+", told.get("Target", "R1 1 1 +"))
        if "ID" in told:
            copies[told["ID"]] = row, told
        elif row[2] in ("long_terminal_repeat", "target_site_duplication"):
            children.setdefault(told["Parent"], []).append((row[2], int(row[3]), int(row[4])))
        else:
            assert row[2] == "repeat_fragment"
            parts.setdefault(told["Parent"], []).append((row[0], int(row[3]) - 1, int(row[4]), row[6]))
    by_copy = {}
    for row in bed(f"{prefix}.copies.bed"):
        by_copy.setdefault(f"copy{row[10]}", []).append(row)
    assert list(by_copy) == list(copies)
    for name, wanted in by_copy.items():
        row, told = copies[name]
        assert [(r[0], int(r[1]), int(r[2]), r[5]) for r in wanted] == parts.get(name, [(row[0], int(row[3]) - 1, int(row[4]), row[6])])
        assert int(row[3]) - 1 == int(wanted[0][1]) and int(row[4]) == max(int(r[2]) for r in wanted)
        types = sorted(child[0] for child in children.get(name, []))
        assert types == ["long_terminal_repeat"] * 2 * ("ltr_identity" in told) + ["target_site_duplication"] * 2 * ("tsd" in told)
        assert (told.get("tsd", "."), told.get("ltr_identity", ".")) == tuple(wanted[0][14:16])
        for kind, begin, end in children.get(name, []):
            if kind == "target_site_duplication":
                assert contigs[row[0]][begin - 1:end] == told["tsd"] or len(told["tsd"]) >= 10
            else:
                assert int(row[3]) <= begin < end <= int(row[4])
        assert ("Target" in told) == (name not in parts) == (len(wanted) == 1)
        assert told["Name"] == wanted[0][3] and told["kind"] == wanted[0][11]
        assert (told.get("nesting_level", "0"), told.get("nested_in", "copy0")) == (wanted[0][12], "copy" + wanted[0][13])
        assert told["nested_in"] in copies and told["host_family"] == copies[told["nested_in"]][1]["Name"] if "nested_in" in told else True


def test_stockholm_rows_spell_the_genome(folder):
    prefix = demo(folder)
    genome = {n.split()[0]: s.upper() for n, s in fasta(DEMO).items()}
    turn = str.maketrans("ACGTN", "TGCAN")
    library = fasta(f"{prefix}.families.fa")
    families = [n.split("#")[0] for n in library]
    consensus = dict(zip(families, library.values()))
    orders = {n.split("#")[0]: re.split("[ /]", n.split("#")[1])[0] for n in library}
    types = {"LTR": "Long_Terminal_Repeat_Element", "LINE": "LINE", "SINE": "SINE", "DNA": "Transposase",
             "RC": "Helitron-1", "Unknown": "Unknown"}  # the last word of Dfam's lineage
    names, rows, rf = [], 0, None
    for line in open(f"{prefix}.families.stk"):
        if line.startswith("#=GF ID"):
            names.append(line.split()[2])
        elif line.startswith("#=GF TP"):
            assert line.split()[2].split(";")[-1] == types[orders[names[-1]]], (names[-1], line)
        elif line.startswith("#=GC RF"):
            rf = line.split()[2]
            assert set(rf) <= set("x.") and rf.count("x") == len(consensus[names[-1]])
        elif line[0] not in "#/":
            name, text = line.split()
            contig, start, end, strand = re.fullmatch(r"(.*):(\d+)-(\d+)_([+-])", name).groups()
            piece = genome[contig][int(start) - 1:int(end)]
            piece = piece if strand == "+" else piece.translate(turn)[::-1]
            assert len(text) == len(rf) and text.replace(".", "") == piece, name
            rows += 1
    assert names == families and rows >= 3 * len(names)


def test_killed_run_leaves_nothing(folder):
    run("simulate", "-o", folder / "g", "-l", "3M", "-f", "30")
    before = sorted(os.listdir(folder))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        child = subprocess.Popen([PROGRAM, "find", "-q", "-o", folder / "out", folder / "g.fa"], preexec_fn=heed_signals)
        try:
            child.wait(timeout=0.3)
        except subprocess.TimeoutExpired:
            child.send_signal(number)
            assert child.wait() == -number
            left = [n for n in os.listdir(folder) if n not in before]
            assert not [n for n in left if n[4:] in ENDINGS], left
            shutil.rmtree(folder / "out.reprise", ignore_errors=True)  # the state to go on from
            if left in ([], ["out.reprise"]):
                continue
            raise Skip("this file system has no nameless files: NAME.PID.part stays after a kill")


def test_summary(folder):
    prefix = demo(folder)
    summary = json.load(open(f"{prefix}.summary.json"))
    assert "run" not in summary and summary["results"]["families"] == len(summary["families"]) > 0
    assert summary["results"]["masked_bases"] == sum(int(r[2]) - int(r[1]) for r in bed(f"{prefix}.copies.bed"))
    run("find", "-q", "-t", "2", "-o", folder / "two", DEMO)
    other = json.load(open(folder / "two.summary.json"))
    assert other.pop("run")["threads"] == 2 and other.pop("sample") == "two" and other == summary


def test_candidate_pairs(folder):
    """Every pair that the summary counts, with two regions of the genome that hold the seed; the same for any threads."""
    rng = random.Random(12)
    element = random_letters(rng, 700)
    contigs = {f"c{i} more": "".join(random_letters(rng, 40 if i == 0 and j == 0 else 3000) + ("".join(c if rng.random() > 0.1 else rng.choice("ACGT")
               for c in element)) for j in range(4)) for i in range(3)}
    contigs["c3"] = "".join(reversed(contigs["c1 more"].translate(str.maketrans("ACGT", "TGCA"))))[3500:9000]
    (folder / "g.fa").write_text("".join(f">{name}\n{letters}\n" for name, letters in contigs.items()))
    expected = None
    for options in (["-t", 1], ["-t", 4], ["-t", 3, "--channel-capacity", 1, "--no-checkpoint"], ["-t", 2, "--pairs", folder / "p.tsv.gz"]):
        packed = "p.tsv.gz" in str(options)
        run("find", "-q", "-k", 10, *([] if packed else ["--pairs", folder / "p.tsv"]), *options, "-o", folder / "out", folder / "g.fa")
        text = gzip.open(folder / "p.tsv.gz").read() if packed else (folder / "p.tsv").read_bytes()
        expected = expected or text
        assert text == expected, options
    names = [line.split("\t") for line in expected.decode().splitlines()]
    rows = [dict(zip(names[0], row)) for row in names[1:]]
    search = json.load(open(folder / "out.summary.json"))["search"]["passes"]
    assert [sum(r["pass"] == str(i + 1) for r in rows) for i in range(2)] == [p["candidate_pairs"] for p in search] and len(rows) > 200
    assert sum(r["prescreen"] == "rejected" for r in {(r["pass"], r["rank"]): r for r in rows}.values()) == sum(p["seeds_rejected"] for p in search)
    begins, at = {}, 0
    for name, letters in contigs.items():
        begins[name.split()[0]] = at, letters
        at += len(letters)
    strands = set()
    for row in rows:
        pair = set()
        for side in "12":
            begin, letters = begins[row["contig_" + side]]
            start, length = int(row["start_" + side]), int(row["length_" + side])
            assert int(row["position_" + side]) == begin + start and start + length <= len(letters), row
            region = letters[start:start + length]
            if row["strand_" + side] == "-":
                region = region[::-1].translate(str.maketrans("ACGT", "TGCA"))
            assert row["kmer"] in region and length <= 128 + len(row["kmer"]), row
            assert length == 128 + len(row["kmer"]) or start == 0 or start + length == len(letters), row
            pair.add((row["contig_" + side], start, length))
            strands.add(row["strand_" + side])
        assert len(pair) == 2 and int(row["frequency"]) >= max(3, int(row["tier"])), row
    assert strands == {"+", "-"}
    run("find", "-q", "--pairs", folder / "x", "--bed", folder / "x", folder / "g.fa", status=2)


def test_names_are_kept(folder):
    genome = fasta(DEMO)
    long = "x" * 10000
    names = [f"scaffold|1;=%,& with blanks\tand a tab", long, "third"]
    (folder / "n.fa").write_text("".join(f">{n}\n{s}\n" for n, s in zip(names, genome.values())))
    run("find", "-q", "-o", folder / "n", folder / "n.fa")
    assert list(fasta(folder / "n.masked.fa")) == names
    assert {r[0] for r in bed(folder / "n.copies.bed")} == {"scaffold|1;=%,&", long, "third"}
    assert any(line.startswith("scaffold|1%3B%3D%25%2C%26\t") for line in open(folder / "n.copies.gff3"))


def test_many_contigs(folder):
    rng = random.Random(6)
    element = random_letters(rng, 300)
    with open(folder / "m.fa", "w") as handle:
        for i in range(20000):
            body = random_letters(rng, 200) + (element if i % 100 == 0 else random_letters(rng, 300))
            handle.write(f">c{i}\n{body}\n")
    run("find", "-q", "-o", folder / "m", folder / "m.fa")
    rows = bed(folder / "m.copies.bed")
    assert len({r[0] for r in rows}) >= 198 and len({r[3] for r in rows}) == 1
    assert len(list(fasta(folder / "m.families.fa").values())[0]) >= 295


def test_respect_mask_and_limits(folder):
    prefix = demo(folder)
    lowered = folder / "low.fa"
    shutil.copy(f"{prefix}.masked.fa", lowered)
    run("find", "-q", "-o", folder / "low", "--respect-mask", lowered)
    before, after = (json.load(open(f"{p}.summary.json"))["results"]["families"] for p in (prefix, folder / "low"))
    assert after < before / 2, (before, after)
    run("find", "-q", "-o", folder / "few", "--max-candidates", "2000", DEMO)
    assert json.load(open(folder / "few.summary.json"))["results"]["families"] < before
    run("find", "-q", "-o", folder / "many", "--min-copies", "30", DEMO)
    assert all(f["copies"] >= 30 for f in json.load(open(folder / "many.summary.json"))["families"])


def test_respected_lower_case_stays_and_holds_copies(folder):
    """No family begins in lower case, copies of those found elsewhere are listed in it, and it is lower case in the end."""
    rng = random.Random(8)
    elements = [random_letters(rng, 700) for _ in range(2)]

    def copy(element):
        return "".join(c if rng.random() > 0.05 else rng.choice("ACGT") for c in element)
    pieces, expected, at = [], [], 0
    for i in range(20):  # the first element in both cases, the second in lower case alone
        piece = copy(elements[i % 2])
        soft = i % 4 != 0
        pieces += [random_letters(rng, 900), piece.lower() if soft else piece, random_letters(rng, 100).lower()]
        expected += [(at + 900, at + 1600)] if i % 2 == 0 else []
        at += 1700
    text = "".join(pieces) + "nnnNN"
    (folder / "g.fa").write_text(f">a\n{text}\n")
    run("find", "-q", "--respect-mask", "-o", folder / "g", "--masked", folder / "g.masked.fa", folder / "g.fa")
    rows = bed(folder / "g.copies.bed")
    assert len({row[3] for row in rows}) == 1 and len(rows) == len(expected), rows
    for row, (begin, end) in zip(rows, expected):
        assert abs(int(row[1]) - begin) < 30 and abs(int(row[2]) - end) < 30, (row, begin, end)
    called = union(rows)["a"]
    masked = "".join(c.lower() if i in called else c for i, c in enumerate(text))
    assert fasta(folder / "g.masked.fa")["a"] == masked
    run("find", "-q", "--respect-mask", "--hard-mask", "-o", folder / "g", folder / "g.fa")
    assert fasta(folder / "g.masked.fa")["a"] == "".join("N" if i in called else c for i, c in enumerate(text))
    run("find", "-q", "-o", folder / "g", folder / "g.fa")  # else lower case says nothing
    rows = bed(folder / "g.copies.bed")
    called = union(rows)["a"]
    assert len({row[3] for row in rows}) == 2
    masked = "".join(c.lower() if i in called else c for i, c in enumerate(text.upper()))
    assert fasta(folder / "g.masked.fa")["a"] == masked


def test_any_kmer_length_runs(folder):
    run("simulate", "-o", folder / "g", "-l", "200K", "-f", "5", "-s", "2", "--max-divergence", "0.05")
    for k in (10, 11, 12, 17, 24):
        run("find", "-q", "-k", k, "-o", folder / "g", folder / "g.fa")
        assert json.load(open(folder / "g.summary.json"))["results"]["families"] > 0, k


def test_name_prefix(folder):
    """All files are those without it, but for the prefix before every name."""
    endings = [e for e in ENDINGS if not e.startswith("masked")] + ["out", "paf", "subfamilies.fa", "split.fa"]
    on_request = ["--repeatmasker", "--alignments", "--subfamilies", "--split-ltr"]
    for prefix, options in (("plain", []), ("named", ["--name-prefix", "g1_"])):
        run("find", "-q", "--no-run-info", *on_request, *options, "-o", folder / prefix, DEMO)
    for ending in endings:
        plain, named = ((folder / f"{prefix}.{ending}").read_text() for prefix in ("plain", "named"))
        assert re.sub(r"\bg1_(?=(?:[ROCTD]|SAT)\d)", "", named).split() == plain.replace('"name_prefix": null', '"name_prefix": "g1_"').split(), ending
        assert not ending.endswith(".fa") or all(name.startswith("g1_") for name in fasta(folder / f"named.{ending}")), ending
        assert not ending.endswith(("copies.bed", "other.bed", "candidates.bed")) or all(
            row[3].startswith("g1_") for row in bed(folder / f"named.{ending}")), ending
    report = run("report", "-o", "-", folder / "named").stdout
    assert "g1_R1" in report
    for bad in ("a b", "#", ">x", "x" * 65):
        assert "--name-prefix" in run("find", "-q", "--name-prefix", bad, "-o", folder / "no", DEMO, status=2).stderr


def test_simulate_is_reproducible_and_true(folder):
    for prefix in ("a", "b"):
        run("simulate", "-o", folder / prefix, "-l", "300K", "-f", "8", "-s", "3")
    endings = ["fa", "truth.fa", "truth.bed", "tandem.bed"]
    assert digest(folder / "a", endings) == digest(folder / "b", endings)
    run("simulate", "-o", folder / "c", "-l", "300K", "-f", "8", "-s", "4")
    assert digest(folder / "c", ["fa"]) != digest(folder / "a", ["fa"])
    genome = fasta(folder / "a.fa")
    assert abs(sum(map(len, genome.values())) - 300000) < 30000
    # an undiverged copy of a family stands where the truth says it does
    families = {n.split()[0]: s for n, s in fasta(folder / "a.truth.fa").items()}
    turn = str.maketrans("ACGT", "TGCA")
    checked = 0
    for contig, start, end, family, divergence, strand in bed(folder / "a.truth.bed"):
        if family not in families or int(divergence) > 60:
            continue
        piece = genome[contig][int(start):int(end)]
        piece = piece if strand == "+" else piece.translate(turn)[::-1]
        words = {families[family][i:i + 12] for i in range(len(families[family]) - 11)}
        own = [piece[i:i + 12] for i in range(len(piece) - 11)]
        if len(own) > 100:
            checked += 1
            assert sum(w in words for w in own) > 0.3 * len(own), (contig, start, family)
    assert checked > 3


# Options that results follow from and that the summary's parameters have not.
TOLD_OTHERWISE = {"classify-with": "a path; each family tells what it is like", "pairs": "a file of its own",
                  "hints": "the families have them"}


def test_the_summary_tells_of_what_shapes_results(folder):
    """All options that are drawn as a part of the method, and how the genome is masked."""
    run("simulate", "-o", folder / "g", "-l", "60K", "-f", "3", "-c", 1, "-s", "3")
    contig = next(iter(fasta(folder / "g.fa"))).split()[0]
    (folder / "features.bed").write_text(f"{contig}\t100\t400\n")
    shutil.copy(folder / "g.truth.fa", folder / "known.fa")
    rng, given = random.Random(5), draws.Given(60000, "find")
    inputs = {"find": ["g.fa"], "annotate": ["g.fa", "g.truth.fa"]}

    def parameters(command, *words):
        paths = [folder / name for name in inputs[command]]
        run(command, "-q", "--no-run-info", "-t", 1, *words, "-o", folder / "x", *paths)
        return json.loads((folder / "x.summary.json").read_text())["parameters"]

    for command in inputs:
        plain = parameters(command)
        shaping = {name for name in draws.table(command) if name in ("hard-mask", "mask-tandem", "protect") or
                   (name not in draws.EXEMPT and draws.own_draws(command)[name].role == "method")}
        assert len(shaping) > 4 and len(plain) <= len(shaping)
        for name in sorted(shaping - set(TOLD_OTHERWISE)):
            value = draws.own_draws(command)[name].value
            for _ in range(5):
                drawn = [str(value(rng, given)).replace("{case}", str(folder))] if value else []
                if parameters(command, f"--{name}", *drawn) != plain:
                    break
            else:
                raise AssertionError(f"{command} --{name} is not told")


def test_manual_and_completion_name_every_option(folder):
    commands = re.findall(r"^  ([a-z]+) ", run("--help").stdout, re.M)
    assert {"find", "annotate", "extend", "compare", "report", "simulate"} <= set(commands)
    overview = (ROOT / "man" / "reprise-c.1").read_text()

    def completed(*words):
        script = (f"source '{ROOT}/scripts/reprise-c.bash'; COMP_WORDS=('{PROGRAM}' {' '.join(words)} ''); "
                  f"COMP_WORDS[{len(words)}]='{words[-1]}'; COMP_CWORD={len(words)}; _reprise_c; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert completed("co") == ["compare"] and set(commands) <= set(completed("''"))
    for command in commands:
        assert f".B {command}\n" in overview, f"reprise-c.1 lacks {command}"
        manual = (ROOT / "man" / f"reprise-c-{command}.1").read_text().replace("\\-", "-")
        text = run(command, "--help").stdout
        options = re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text, re.M)
        assert options and completed(command, "--") == [f"--{o}" for o in options], command
        for option in options:
            assert re.search(rf"--{option}\b(?!-)", manual), f"reprise-c-{command}.1 lacks --{option}"
        for option in re.findall(r"^\.B(?:R)? .*?--([a-z0-9-]+)", manual[manual.index(".SH OPTIONS"):manual.index(".SH EXIT")], re.M):
            assert option in options, f"reprise-c-{command}.1 has --{option}, which is no option"


def test_manual_has_every_result_file(folder):
    """reprise-c-formats has the ending of each file that a run with all that is on request writes."""
    text = run("find", "--help").stdout
    asked = re.findall(r"^      --([a-z-]+) +write ", text, re.M)
    assert {"repeatmasker", "alignments", "report", "reprise-files"} <= set(asked)
    run("find", "-q", "-o", folder / "all", *(f"--{option}" for option in asked), DEMO)
    endings = {name.removeprefix("all") for name in os.listdir(folder)}
    assert len(endings) > len(ENDINGS) and {f".{e}" for e in ENDINGS} <= endings
    formats = (ROOT / "man" / "reprise-c-formats.5").read_text()
    told = {part for line in re.findall(r"^\.I (.*)$", formats, re.M) for part in re.split(r"\\f[RI](?:, )?", line)}
    assert endings == {part for part in told if part.startswith(".")}, endings ^ told


def test_manuals_are_sound(folder):
    """They are laid out without a warning and refer to pages that are there."""
    pages = sorted((ROOT / "man").iterdir())
    for page in pages:
        for name, section in re.findall(r"^\.BR (reprise-c[a-z-]*) \((\d)\)", page.read_text().replace("\\-", "-"), re.M):
            assert ROOT / "man" / f"{name}.{section}" in pages, (page.name, name)
    need("groff")
    for page in pages:
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=True)
        assert done.stderr == "", page.name


def test_real_genomes_markov_twins_have_no_families(folder):
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no real data")
    for name in ("rice_1mb", "ecoli"):
        with gzip.open(SHARED / "data" / name / "genome.fa.gz") as packed:
            (folder / "g.fa").write_bytes(packed.read())
        twin = subprocess.run([sys.executable, SHARED / "eval" / "markov_genome.py", folder / "g.fa"], capture_output=True, check=True)
        (folder / "twin.fa").write_bytes(twin.stdout)
        run("find", "-q", "-o", folder / "twin", folder / "twin.fa")
        assert (folder / "twin.families.fa").read_text() == "", name


def test_real_genomes_same_bytes(folder):
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no real data")
    for name in ("rice_1mb", "yeast"):
        genome = SHARED / "data" / name / "genome.fa.gz"
        same_runs(folder, ENDINGS, ["--no-run-info", "-t", 1, genome], ["--no-run-info", "-t", 5, "--channel-capacity", 500, genome])


def test_real_genomes_list_each_family_once(folder):
    """Families that grew into a satellite were listed as one too, without copies."""
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no real data")
    turn = str.maketrans("ACGT", "TGCA")
    for name in ("rice_1mb", "yeast"):
        run("find", "-q", "-o", folder / "g", SHARED / "data" / name / "genome.fa.gz")
        listed = [*fasta(folder / "g.families.fa").items(), *fasta(folder / "g.other.fa").items()]
        assert len({min(s, s.translate(turn)[::-1]) for _, s in listed}) == len(listed) > 20, name
        assert not [header for header, _ in listed if "copies=0 " in header], name


def test_real_genome_with_many_joins(folder):
    """Two chromosomes of C. elegans: joins once changed families while other workers read them, and crashed."""
    if not SHARED.is_dir():
        raise Skip("../shared is absent: no real data")
    contigs = list(fasta(SHARED / "data" / "celegans" / "genome.fa.gz").items())[:2]
    (folder / "g.fa").write_text("".join(f">{n}\n{s}\n" for n, s in contigs))
    run("find", "-q", "-t", "2", "-o", folder / "g", folder / "g.fa")
    summary = json.load(open(folder / "g.summary.json"))
    assert summary["search"]["end_joins"] + summary["search"]["interior_joins"] > 100


if __name__ == "__main__":
    sys.exit(main(globals()))
