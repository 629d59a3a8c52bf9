"""check_domains.py: classes by protein domains: find and annotate with HMMER's hmmsearch, and without it."""
import os
import signal
import time

from harness import *

PROFILES = ROOT / "data" / "domains.hmm"
CODONS = {"A": "GCT", "C": "TGT", "D": "GAT", "E": "GAA", "F": "TTC", "G": "GGA", "H": "CAT", "I": "ATT", "K": "AAG", "L": "CTC",
          "M": "ATG", "N": "AAC", "P": "CCA", "Q": "CAA", "R": "AGA", "S": "TCT", "T": "ACA", "V": "GTC", "W": "TGG", "Y": "TAC",
          "X": "GCA"}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def coding(folder, *names):
    """Bases that code for the consensus of the program's own profiles of these names, one behind the other."""
    need("hmmsearch")
    out = ""
    for name in names:
        with open(folder / "one.hmm", "w") as file:
            subprocess.run(["hmmfetch", PROFILES, name], stdout=file, check=True)
        shown = subprocess.run(["hmmemit", "-c", folder / "one.hmm"], capture_output=True, text=True, check=True).stdout
        out += "".join(CODONS[letter.upper()] for line in shown.splitlines() if not line.startswith(">") for letter in line)
    return out


def mutated(rng, bases, share):
    return "".join(rng.choice("ACGT") if rng.random() < share else base for base in bases)


def genome(folder, elements, copies=8, length=120000):
    """A genome with copies of the elements on both strands, at 4 %."""
    rng = random.Random(11)
    parts = []
    for _ in range(copies):
        for element in elements:
            copy = mutated(rng, element, 0.05)
            parts += [random_letters(rng, length // copies // len(elements)),
                      copy if rng.random() < 0.5 else copy.translate(COMPLEMENT)[::-1]]
    (folder / "g.fa").write_text(f">g\n{''.join(parts)}\n")
    return folder / "g.fa"


def element(folder, *names):
    rng = random.Random(5)
    return random_letters(rng, 150) + coding(folder, *names) + random_letters(rng, 200)


def families(prefix):
    return json.loads(pathlib.Path(f"{prefix}.summary.json").read_text())["families"]


def classes(prefix):
    return sorted({family["class"] for family in families(prefix)})


def test_coding_families_have_the_class_of_their_domains(folder):
    copia, hat = element(folder, "LTR/Copia:INT", "LTR/Copia:RT"), element(folder, "DNA/hAT-Ac:TPase")
    path = genome(folder, [copia, hat])
    for threads in (1, 4):
        run("find", "-q", "--no-run-info", "-t", threads, "-o", folder / f"t{threads}", path)
    assert digest(folder / "t1") == digest(folder / "t4")
    assert classes(folder / "t1") == ["DNA/hAT-Ac", "LTR/Copia"], classes(folder / "t1")
    by_class = {family["class"]: family for family in families(folder / "t1")}
    domains = by_class["LTR/Copia"]["domains"]
    assert [d["name"] for d in domains] in (["INT", "RT"], ["RT", "INT"]), domains
    assert len({d["strand"] for d in domains}) == 1 and all(d["end"] - d["begin"] > 450 for d in domains), domains
    assert all(f["class"] == "LTR/Copia" and f["evalue"] < 1e-20 for f in domains)
    header = next(name for name in fasta(f"{folder}/t1.families.fa") if "#LTR/Copia" in name)
    assert re.search(r"domain:INT\(LTR/Copia\):\d+e-\d+", header) and "domain:RT(LTR/Copia):" in header, header
    told = json.loads((folder / "t1.summary.json").read_text())["parameters"]["domains"]
    assert told["hmmsearch"].startswith("3.") and told["profiles"][0]["file"] is None, told
    run("find", "-q", "--no-domains", "-o", folder / "no", path)
    assert not {"DNA/hAT-Ac", "LTR/Copia"} & set(classes(folder / "no")), classes(folder / "no")
    assert json.loads((folder / "no.summary.json").read_text())["parameters"]["domains"] is False


def test_the_order_of_domains_outweighs_their_names(folder):
    path = genome(folder, [element(folder, "LTR/Copia:RT", "LTR/Copia:INT")])
    run("find", "-q", "-o", folder / "x", path)
    assert classes(folder / "x") == ["LTR"], classes(folder / "x")


def test_annotate_names_what_is_unknown(folder):
    hat = element(folder, "DNA/hAT-Ac:TPase")
    path = genome(folder, [hat])
    (folder / "l.fa").write_text(f">a\n{hat}\n>b#Mine\n{hat[:900]}\n>c\n{random_letters(random.Random(2), 900)}\n")
    for threads in (1, 4):
        run("annotate", "-q", "--no-run-info", "-t", threads, "-o", folder / f"t{threads}", path, folder / "l.fa")
    endings = [e for e in ENDINGS if pathlib.Path(f"{folder}/t1.{e}").exists()]
    assert digest(folder / "t1", endings) == digest(folder / "t4", endings)
    got = {family["name"]: family["class"] for family in families(folder / "t1")}
    assert got == {"a": "DNA/hAT-Ac", "b": "Mine", "c": "Unknown"}, got
    assert "DNA/hAT-Ac" in (folder / "t1.classes.tsv").read_text()


def test_families_take_the_class_of_their_kin(folder):
    rng = random.Random(7)
    left, right, body, line, tail = (random_letters(rng, n) for n in (70, 70, 900, 3000, 90))
    hat, copia = left + body + right, random_letters(rng, 70) + random_letters(rng, 800) + random_letters(rng, 70)
    hopper = mutated(rng, left, 0.08) + random_letters(rng, 200) + mutated(rng, right, 0.08)
    library = {
        "hat#DNA/hAT-Ac": hat, "copia#LTR/Copia": copia, "line#LINE/L1": line + tail,
        "hopper": hopper.translate(COMPLEMENT)[::-1], "one_end": left + random_letters(rng, 300),
        "within": random_letters(rng, 200) + body[300:500],
        "torn": hat[:70] + random_letters(rng, 200) + copia[-70:],  # of two orders
        "cut": mutated(rng, line[1500:2000], 0.05), "sine": random_letters(rng, 150) + tail,
        "microsatellite#DNA/MULE": "CACAG" * 20 + random_letters(rng, 500),
        "chance": "CACAG" * 20 + random_letters(rng, 300), "both_INT#LTR/Gypsy": random_letters(rng, 900),
        "both_LTR": random_letters(rng, 400), "other_LTR": random_letters(rng, 400)}
    (folder / "l.fa").write_text("".join(f">{name}\n{bases}\n" for name, bases in library.items()))
    (folder / "g.fa").write_text(f">g\n{random_letters(rng, 30000)}{hat}{random_letters(rng, 3000)}\n")
    for threads in (1, 4):
        run("annotate", "-q", "--no-domains", "--no-run-info", "-t", threads, "-o", folder / f"t{threads}", folder / "g.fa",
            folder / "l.fa")
    assert (folder / "t1.summary.json").read_bytes() == (folder / "t4.summary.json").read_bytes()
    got = {family["name"]: family for family in families(folder / "t1")}
    named = {name: family["class"] for name, family in got.items() if "kin" in family}
    assert named == {"hopper": "DNA/hAT-Ac", "one_end": "DNA/hAT-Ac", "cut": "LINE/L1", "both_LTR": "LTR/Gypsy"}, named
    assert {got[name]["kin"]["by"] for name in ("hopper", "one_end")} == {"ends"}
    assert got["cut"]["kin"]["by"] == "piece" and 490 <= got["cut"]["kin"]["bases"] <= 500, got["cut"]
    kin = got["one_end"]["kin"]
    assert kin["family"] == "hat" and 70 <= kin["bases"] <= 75 and kin["identity_percent"] > 97, kin
    assert got["both_LTR"]["kin"] == {"by": "parts", "family": "both_INT"}
    assert all(got[name]["class"] == "Unknown" for name in ("within", "torn", "sine", "chance", "other_LTR"))


def test_profiles_of_the_users_are_searched_too(folder):
    hat = element(folder, "DNA/hAT-Ac:TPase")
    with open(folder / "one.hmm", "w") as file:
        subprocess.run(["hmmfetch", PROFILES, "DNA/hAT-Ac:TPase"], stdout=file, check=True)
    text = (folder / "one.hmm").read_text()
    (folder / "rexdb.hmm").write_text(text.replace("DNA/hAT-Ac:TPase", "Class_II/Subclass_1/TIR/PiggyBac:TPase"))
    (folder / "host.hmm").write_text(re.sub("GA .*\n", "", text).replace("DNA/hAT-Ac:TPase", "Kinase"))
    (folder / "packed.hmm.gz").write_bytes(gzip.compress(text.encode()))
    path = genome(folder, [hat])
    files = [f"--domains={folder / name}" for name in ("rexdb.hmm", "host.hmm", "packed.hmm.gz")]
    run("find", "-q", "-o", folder / "x", *files, path)
    assert classes(folder / "x") == ["DNA"], classes(folder / "x")  # hAT or PiggyBac: both match alike
    told = json.loads((folder / "x.summary.json").read_text())["parameters"]["domains"]["profiles"]
    assert [row["profiles"] for row in told][1:] == [1, 1, 1] and told[0]["profiles"] > 20, told
    assert len({row["md5"] for row in told}) == 4 - (told[1]["md5"] == told[3]["md5"])


def test_without_hmmsearch_the_run_goes_on_and_says_so(folder):
    path = genome(folder, [element(folder, "DNA/hAT-Ac:TPase")])
    environment = {**os.environ, "PATH": str(folder)}
    done = subprocess.run([PROGRAM, "find", "-o", folder / "x", path], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and done.stderr.count("no hmmsearch is on the PATH") == 1, done.stderr
    assert "DNA/hAT-Ac" not in classes(folder / "x")
    done = subprocess.run([PROGRAM, "find", "-q", "-o", folder / "y", f"--domains={PROFILES}", path], capture_output=True,
                          text=True, env=environment)
    assert done.returncode == 1 and "hmmsearch cannot be started" in done.stderr, done.stderr
    assert not (folder / "y.families.fa").exists()


def script(folder, text):
    """A hmmsearch that answers what it is, and does as the text says else."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "hmmsearch").write_text(f"#!/bin/sh\n[ \"$1\" = -h ] && exec echo '# HMMER 3.9 (May 2030)'\n{text}\n")
    (folder / "bin" / "hmmsearch").chmod(0o755)
    return {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}


def test_what_hmmsearch_does_wrong_is_told(folder):
    run("simulate", "-o", folder / "s", "-l", "60K", "-f", 3, "-s", 3)
    table = 'while [ "$1" != --domtblout ]; do shift; done; '
    for text, message in (("echo 'Error: it broke' >&2; exit 3", "exit status 3: Error: it broke"),
                          ("kill -SEGV $$", "ended by signal 11"),
                          (table + 'echo "0/0/0 - what" >"$2"', "no line of its table: 0/0/0 - what")):
        done = subprocess.run([PROGRAM, "find", "-q", "-o", folder / "x", folder / "s.fa"], capture_output=True, text=True,
                              env=script(folder, text))
        assert done.returncode == 1 and message in done.stderr, (text, done.stderr)
        assert not (folder / "x.families.fa").exists()
    done = subprocess.run([PROGRAM, "find", "-q", "-o", folder / "x", folder / "s.fa"], capture_output=True, text=True,
                          env=script(folder, table + ':'))  # the same command goes on; nothing is found
    assert done.returncode == 0 and "RT(" not in (folder / "x.families.fa").read_text(), done.stderr


def test_hmmsearch_that_is_killed_is_short_of_memory(folder):
    run("simulate", "-o", folder / "s", "-l", "60K", "-f", 3, "-s", 3)
    done = subprocess.run([PROGRAM, "find", "-q", "-o", folder / "x", folder / "s.fa"], capture_output=True, text=True,
                          env=script(folder, "kill -KILL $$"))
    assert done.returncode == MEMORY and "ended by signal 9" in done.stderr, (done.returncode, done.stderr)


def test_a_run_that_ends_takes_hmmsearch_with_it(folder):
    run("simulate", "-o", folder / "s", "-l", "60K", "-f", 3, "-s", 3)
    environment = script(folder, f"echo $$ >{folder}/pid; exec sleep 600")
    under_way = subprocess.Popen([PROGRAM, "find", "-q", "-o", folder / "x", folder / "s.fa"], stderr=subprocess.PIPE, env=environment,
                                 preexec_fn=heed_signals)
    while not (folder / "pid").exists() or not (folder / "pid").read_text().strip():
        time.sleep(0.01)
    under_way.send_signal(signal.SIGTERM)
    assert under_way.wait() == -signal.SIGTERM
    pid = int((folder / "pid").read_text())
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return
    raise AssertionError(f"hmmsearch {pid} is still there")


def test_profiles_that_cannot_be_are_refused_before_the_work(folder):
    (folder / "bad.hmm").write_text("HMMER3/f\nNAME x\nALPH  DNA\nHMM A\n//\n")
    (folder / "g.fa").write_text(">g\nACGT\n")
    for command in (["find", folder / "g.fa"], ["annotate", folder / "g.fa", folder / "g.fa"]):
        for name, message in (("bad.hmm", "bad.hmm: line 5: no profile of proteins"), ("none.hmm", "none.hmm"), ("g.fa", "no profile of HMMER3")):
            done = run(*command, "-q", "-o", folder / "x", f"--domains={folder / name}", status=65)
            assert message in done.stderr, done.stderr
        assert "contradict" in run(*command, "--no-domains", f"--domains={folder / 'bad.hmm'}", status=2).stderr
        assert "standard input" in run(*command, "--domains=-", status=2).stderr


if __name__ == "__main__":
    sys.exit(main(globals()))
