#!/usr/bin/env python3
"""Input of every bad kind, to every reader: an error that names the file and the place, exit 1, nothing left; or the right result."""
import struct
import threading
import time
import zlib

from harness import *

WHOLE = DEMO.read_bytes()
FASTA = gzip.decompress(WHOLE)


def refused(folder, content, *words, name="x.fa", options=()):
    """`find` must refuse a file of this content with a message that has the file's name and the words."""
    path = folder / name
    if content is not None:
        path.write_bytes(content)
    for threads in (1, 3):
        told = run("find", "-q", "-t", threads, "-o", folder / "out", *options, path, status=INPUT).stderr
        assert told.count("\n") == 1 and told.startswith("reprise-c find: "), f"one line, please: {told!r}"
        for word in (str(path), *words):
            assert word in told, f"{word!r} is not in {told!r}"
    assert not list(folder.glob("out*")), list(folder.glob("out*"))


def found(folder, content, *options, name="x.fa"):
    path = folder / name
    path.write_bytes(content)
    run("find", "-q", "--no-run-info", "-o", folder / "out", *options, path)
    return digest(folder / "out")


def big(text):
    """The same with so much before it that it is read by several threads."""
    return b">filler\n" + b"ACGTTGCAAC" * 900000 + b"\n" + text


# --- No sequence file ---

def test_missing_empty_and_directory(folder):
    refused(folder, None, "No such file", name="no/such.fa")
    refused(folder, b"", "empty")
    refused(folder, b"\n\n\r\n", "empty")
    refused(folder, gzip.compress(b""), "empty", name="x.fa.gz")
    (folder / "d.fa").mkdir()
    refused(folder, None, "directory", name="d.fa")
    if os.geteuid() != 0:
        (folder / "x.fa").write_bytes(b">a\nACGT\n")
        (folder / "x.fa").chmod(0)
        refused(folder, None, "Permission denied")


def test_no_sequence_at_all(folder):
    refused(folder, bytes(range(256)), "neither FASTA nor FASTQ")
    refused(folder, random.Random(1).randbytes(100000))
    refused(folder, b"\n\nACGT\nACGT\n", "line 3", "neither FASTA nor FASTQ")
    refused(folder, b"hello\n", "line 1")
    refused(folder, b"\x7fELF\x02\x01\x01" + bytes(500), "neither")
    refused(folder, b"PK\x03\x04" + bytes(500), "neither")
    refused(folder, b">a\nACGT\n>b\nAC\x00GT\n", "line 4", "byte 0", "b")
    refused(folder, ">a\nACGT\n>b\nACé\n".encode(), "line 4", "byte 195")
    refused(folder, "\ufeffACGT\n".encode(), "neither")


def test_protein_by_mistake(folder):
    refused(folder, b">sp|P1\nACGT\nMKVLEFP\n", "line 3", "'L'", "sp|P1", "protein")
    refused(folder, big(b">q\nACGT\nMKLEFPQ\n"), "line 5", "q", "protein")


# --- Compressed ---

def test_truncated_gzip_and_bgzip(folder):
    plain = gzip.compress(FASTA)
    for size in (15, 100, 5000, len(plain) - 9, len(plain) - 1):
        refused(folder, plain[:size], "damaged or cut off", name="x.fa.gz")
    for size in (17, 100, 70000, len(WHOLE) - 40):
        refused(folder, WHOLE[:size], name="x.fa.gz")
    refused(folder, WHOLE[:-28], "cut off", "end-of-file block", name="x.fa.gz")


def test_truncated_bgzip_through_a_pipe(folder):
    for threads in (1, 3):
        told = run("find", "-q", "-t", threads, "-o", folder / "out", "-", text=WHOLE[:-28], status=INPUT).stderr.decode()
        assert "standard input" in told and "cut off" in told, told
    assert not list(folder.iterdir())


def test_damaged_gzip_and_bgzip(folder):
    plain = bytearray(gzip.compress(FASTA))
    plain[-6] ^= 1  # its checksum
    refused(folder, bytes(plain), "damaged or cut off", name="x.fa.gz")
    rng = random.Random(2)
    for content in (gzip.compress(FASTA), WHOLE):
        for _ in range(8):
            flipped = bytearray(content)
            flipped[rng.randrange(30, len(flipped) - 60)] ^= 1 << rng.randrange(8)
            refused(folder, bytes(flipped), name="x.fa.gz")
    refused(folder, WHOLE[:-28] + gzip.compress(b">z\nACGT\n"), "damaged", name="x.fa.gz")
    refused(folder, gzip.compress(FASTA) + b"junk behind the end", name="x.fa.gz")


def test_gzip_members_one_after_the_other(folder):
    half = FASTA.index(b">", 1)
    assert found(folder, gzip.compress(FASTA[:half]) + gzip.compress(FASTA[half:]), name="x.fa.gz") == found(folder, FASTA)


# --- Records ---

def test_fastq_that_does_not_fit(folder):
    refused(folder, b"@r1\nACGT\n+\nII\n@r2\nAC\n+\nII\n", "line", "r1", "4 bases")
    refused(folder, b"@r1\nACGT\n+\nIIII\n@r2\nACG\n+\nII\n", "r2", "3 bases but 2 quality")
    refused(folder, b"@r1\nACGT\n+\nIIIIII\n", "r1", "6 quality")
    refused(folder, b"@r1\nACGT\n", "r1")
    refused(folder, b"@r1\nACGT\n+\nIIII\nr2\nAC\n+\nII\n", "line 5", "does not begin with '@'")


def test_names(folder):
    refused(folder, b">a x\nACGT\n>b\nAC\n>a y\nGT\n", "line 5", "a", "twice")
    refused(folder, big(b">a\nACGT\n>a\nGT\n"), "line 5", "twice")
    (folder / "y.fa").write_bytes(b">b\nACGT\n>a\nAC\n")
    (folder / "x.fa").write_bytes(b">a\nACGT\n")
    told = run("find", "-q", "-o", folder / "out", folder / "x.fa", folder / "y.fa", status=INPUT).stderr
    assert "y.fa: line 3" in told and "twice" in told, told
    refused(folder, b">a\nACGT\n>\nACGT\n", "line 3", "name")
    refused(folder, b">a\x01b\nACGT\n", "line 1", "control character")
    refused(folder, b">a\x7f\nACGT\n", "line 1", "control character")
    refused(folder, b">a\x1b[31m\nACGT\n", "line 1", "control character")


def test_a_name_of_10000_characters(folder):
    name = "n" * 10000
    element = random_letters(random.Random(3), 500)
    spacers = [random_letters(random.Random(10 + i), 900) for i in range(6)]
    text = "".join(s + element for s in spacers)
    found(folder, f">{name} and more\n{text}\n".encode())
    rows = bed(folder / "out.copies.bed")
    assert len(rows) == 6 and all(r[0] == name for r in rows)
    assert list(fasta(folder / "out.masked.fa")) == [f"{name} and more"]
    told = run("find", "-q", "-o", folder / "out", folder / "x.fa", folder / "x.fa", status=INPUT).stderr
    assert len(told) < 2000 and "twice" in told


def test_empty_contigs_crlf_lower_case_and_blank_lines(folder):
    base = found(folder, FASTA)
    changed = FASTA.replace(b"\n", b"\r\n")
    assert found(folder, changed) == base, "CRLF"
    assert found(folder, changed.rstrip()) == base, "no line end at the end"
    name, _, rest = FASTA.partition(b"\n")
    assert found(folder, name + b"\n" + rest.replace(b"\n", b"\n\n", 50)) == base, "blank lines"
    lower = b"\n".join(line if line.startswith(b">") else line.lower() for line in FASTA.split(b"\n"))
    assert found(folder, lower) == base, "lower case"
    found(folder, b">e1\n>e2\n" + FASTA + b">e3\n")
    names = [line[1:] for line in open(folder / "out.masked.fa", "rt").read().splitlines() if line.startswith(">")]
    assert names[:2] == ["e1", "e2"] and names[-1] == "e3"
    assert json.load(open(folder / "out.summary.json"))["results"]["families"] > 0


def test_iupac_codes_and_u(folder):
    text = FASTA.decode()
    one = text[:3000] + "RYKMSWBDHVNn" + text[3000:]
    two = text[:3000] + "N" * 12 + text[3000:]
    assert found(folder, one.encode()) == found(folder, two.encode())
    found(folder, b">rna\n" + b"ACGU" * 500 + b"\n")


def test_gaps_hold_their_places(folder):
    """As N does; nothing else but letters and blanks may stand in a sequence."""
    text = FASTA.decode()
    assert found(folder, (text[:3000] + "--..*" + text[3000:]).encode()) == found(folder, (text[:3000] + "NNNNN" + text[3000:]).encode())
    for path in folder.glob("out*"):
        path.unlink()
    refused(folder, b">a\nACGT\n>b\nAC\x0bGT\n", "line 4", "byte 11", "b")
    refused(folder, b">a\nAC1GT\n", "line 2", "'1'", "a")


# --- Genomes with little in them ---

def test_all_n_and_shorter_than_k(folder):
    for content in (b">a\n" + b"N" * 5000 + b"\n", b">a\nACGTACG\n", b">a\nA\n", b">a\n", b">a", b">a\n>b\n>c\nAC\n"):
        found(folder, content)
        assert (folder / "out.families.fa").read_bytes() == b"" and (folder / "out.copies.bed").read_bytes() == b""


def timed(folder, text):
    """CPU seconds of find on this text."""
    (folder / "t.fa").write_text(text)
    before = os.times()
    run("find", "-q", "-t", 1, "-o", folder / "t", folder / "t.fa")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_arrays_take_time_in_proportion(folder):
    """One repeated base, and satellites of one, of five and of 171 bases: four times as much takes no more than ten times as long."""
    rng = random.Random(5)
    unit = random_letters(rng, 171)

    def satellite(n):
        noisy = lambda: "".join(c if rng.random() > 0.03 else rng.choice("ACGT") for c in unit)
        return "".join(noisy() for _ in range(n // 171))

    for make in (lambda n: "A" * n, lambda n: "AACGT" * (n // 5), satellite):
        small, large = (min(timed(folder, f">a\n{make(n)}\n") for _ in range(2)) for n in (500000, 2000000))
        assert large < 10 * small + 2, (small, large)


def test_100000_contigs_of_500_bases(folder):
    rng = random.Random(6)
    element = random_letters(rng, 300)
    text = "".join(f">c{i}\n{random_letters(rng, 200)}{element if i % 1000 == 0 else random_letters(rng, 300)}\n" for i in range(100000))
    found(folder, text.encode())
    rows = bed(folder / "out.copies.bed")
    assert 95 <= len(rows) <= 105, len(rows)
    assert all(row[0][1:].endswith("000") or row[0] == "c0" for row in rows)


# --- Files that are no plain files ---

def test_a_file_that_changes_while_it_is_read(folder):
    path = folder / "x.fa"
    stop = threading.Event()
    path.write_bytes(big(b""))

    def append():
        while not stop.is_set():
            with open(path, "ab") as to:
                to.write(b"ACGT\n")
            time.sleep(0.002)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        told = run("find", "-q", "-o", folder / "out", path, status=PASSING).stderr
    finally:
        stop.set()
        writer.join()
    assert str(path) in told and "changed while it was read" in told, told
    assert not list(folder.glob("out*"))


def test_fifo_and_standard_input(folder):
    base = found(folder, FASTA)
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    for content in (FASTA, WHOLE, gzip.compress(FASTA)):
        writer = threading.Thread(target=lambda: pipe.write_bytes(content))
        writer.start()
        run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "out", pipe)
        writer.join()
        assert digest(folder / "out") == base
        run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "out", "-", text=content)
        assert digest(folder / "out") == base
    done = subprocess.run([PROGRAM, "find", "-q", "-o", str(folder / "no"), "-"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == INPUT and "standard input: the file is empty" in done.stderr, done
    done = subprocess.run(["bash", "-c", f"exec '{PROGRAM}' find -q -o no - <&-"], capture_output=True, text=True, cwd=folder)
    assert done.returncode == INPUT and "standard input" in done.stderr, done


# --- The other readers ---

def test_bad_libraries(folder):
    genome, library = folder / "g.fa", folder / "l.fa"
    genome.write_bytes(FASTA)
    cases = {b">a\nACGT\n>a\nAC\n": "twice", b">a\n>b\nACGT\n": "a has no sequence", b">a\nMKLE\n": "line 2", b"junk": "line 1",
             b">a#LTR\nACGT\n>a#LINE\nACG\n": "named a"}
    for content, word in cases.items():
        library.write_bytes(content)
        for command in (["annotate", "-q", "-o", folder / "out", genome, library], ["extend", "-q", "-o", folder / "out.fa", genome, library],
                        ["compare", library, library], ["find", "-q", "--classify-with", library, "-o", folder / "out", genome]):
            told = run(*command, status=INPUT).stderr
            assert str(library) in told and word in told, (command[0], content, told)
    assert not list(folder.glob("out*"))


def test_bad_features(folder):
    genome, features = folder / "g.fa", folder / "f.txt"
    genome.write_bytes(b">a x\nACGTACGTAC\n>b\n" + b"ACGT" * 100 + b"\n")
    gene = "##gff-version 3\r\na\tx\tgene\t1\t10\t.\t+\t.\tID=g\r\n"
    blocks = "b\t0\t90\tn\t0\t+\t0\t90\t0\t2\t9,9\t0,90\n"
    cases = {"a\t2\t1\n": "line 1: a: begins at 2, behind its end, 1", "#\n\na\t1\t11\n": "line 3: ends at 11, but a has 10 bases",
             "track name=x\nc\t1\t2\n": 'line 2: the genome has no contig "c"', "a\t1\t2\na\t1\tx\n": 'line 2: column 3 is no number: "x"',
             "a\t1\t2\na\t1\n": "line 2: has 2 columns", "a\tx\tCDS\t0\t3\t.\t+\t0\tx\n": "line 1: begins at 0",
             "a\tx\tCDS\t5\t4\t.\t+\t0\tx\n": "line 1: a: begins at 5, behind its end, 4", "a\t1\t-2\n": "line 1: neither BED nor GFF3",
             "a\t1\t99999999999999999999\n": "line 1: neither BED nor GFF3", "junk\n": "line 1: neither BED nor GFF3",
             gene + "b\tx\tCDS\t399\t401\t.\t+\t0\tx\n": "line 3: ends at 401, but b has 400 bases"}

    def must_tell(content, words, *command):
        features.write_bytes(content if isinstance(content, bytes) else content.encode())
        told = run(command[0], "-q", "-o", folder / "out", *command[1:], status=INPUT).stderr
        assert f"{features}: {words}" in told, (command, content, told)
    for content, words in cases.items():
        must_tell(content, words, "find", "--protect", features, genome)
        must_tell(content, words, "find", "--genes", features, genome)
        must_tell(content, words, "annotate", "--protect", features, genome, genome)
    must_tell(gene, "no coding sequence", "find", "--genes", features, genome)
    must_tell(blocks, "line 1: block 2 of 2 is none of b:0-90", "find", "--genes", features, genome)
    packed = gzip.compress(b"a\t1\t2\n" * 50000)
    must_tell(packed[:len(packed) // 2], "after line", "find", "--protect", features, genome)
    for path in (folder, folder / "none.bed"):
        assert f"{path}: cannot be" in run("find", "-q", "--genes", path, "-o", folder / "out", genome, status=INPUT).stderr
    assert not list(folder.glob("out*"))
    assert "once only" in run("find", "--genes", "-", "-", status=2).stderr
    assert "once only" in run("annotate", "--protect", "-", genome, "-", status=2).stderr


def test_bad_index_files(folder):
    genome, index = folder / "g.fa", folder / "g.rpidx"
    genome.write_bytes(b">a\n" + random_letters(random.Random(3), 5000).encode() * 3 + b"\n")
    run("index", "-q", "-o", index, genome)
    whole = index.read_bytes()
    for content in (b"", b"junk", whole[:100], whole[:len(whole) // 2], whole[:-4096], FASTA):
        index.write_bytes(content)
        told = run("find", "-q", "--index", index, "-o", folder / "out", genome, status=INPUT).stderr
        assert str(index) in told and "cannot be used" in told, told
    for path in (folder, folder / "no.rpidx", "/dev/null"):
        assert str(path) in run("find", "-q", "--index", path, "-o", folder / "out", genome, status=INPUT).stderr
    assert not list(folder.glob("out*"))


def test_an_index_that_is_cut_while_it_is_mapped(folder):
    demo_index = folder / "d.rpidx"
    run("index", "-q", "-o", demo_index, DEMO)
    child = subprocess.Popen([PROGRAM, "find", "-q", "--index", str(demo_index), "-o", str(folder / "out"), str(DEMO)], stderr=subprocess.PIPE,
                             text=True)
    while child.poll() is None and not any(str(demo_index) in line for line in open(f"/proc/{child.pid}/maps")):
        pass
    os.truncate(demo_index, 0)
    told = child.communicate()[1]
    if child.returncode == 0:
        raise Skip("the run was done too early")
    assert child.returncode == PASSING and ("cut" in told or "cannot be used" in told), (child.returncode, told)
    assert not list(folder.glob("out.*.*"))


def test_bad_report_files(folder):
    prefix = demo(folder)
    summary, copies = pathlib.Path(f"{prefix}.summary.json"), pathlib.Path(f"{prefix}.copies.bed")
    good = copies.read_text()
    for line, word in (("junk\n", "no line of copies"), ("chr\t5\t3\tR1\t0\t+\t1.0\t0\t5\t80\t1\n", "line 1"),
                       ("chr\t5\t30\tnobody\t0\t+\t1.0\t0\t5\t80\t1\n", "not in the library")):
        copies.write_text(line + good)
        told = run("report", prefix, status=INPUT).stderr
        assert str(copies) in told and "line 1" in told and word in told, told
    copies.write_text(good)
    for text in ("", "[]", "{", '{"families": 3}', '{"families": [], "results": 5}'):
        summary.write_text(text)
        assert str(summary) in run("report", prefix, status=INPUT).stderr
    assert not pathlib.Path(f"{prefix}.report.html").exists()


# --- Parameters ---

def test_parameters(folder):
    x = folder / "x.fa"
    x.write_bytes(b">a\nACGT\n")
    for options, word in ((["--nonsense"], "--nonsense"), (["-Z"], "-Z"), (["-t", "0"], "out of range"), (["-t", "1025"], "out of range"),
                          (["-t", "two"], "not a whole number"), (["-t", "-1"], "not a whole number"), (["-t", ""], "not a whole number"),
                          (["-t", "1", "-t", "2"], "twice"), (["--threads", "1", "-t", "2"], "twice"),
                          (["--kmer", "9"], "out of range"), (["--kmer", "33"], "out of range"),
                          (["--kmer", "99999999999999999999"], "out of range"), (["--max-memory", "99999999999999999G"], "out of range"),
                          (["--backpressure", "0"], "above 0"), (["--backpressure", "nan"], "above 0"), (["--backpressure", "1.1"], "above 0"),
                          (["--progress-interval", "-1"], "time in seconds"), (["--checkpoint-interval", "inf"], "time in seconds"),
                          (["--min-copies", "4", "--minfreq", "5"], "are the same"), (["--pa", "1", "--threads", "1"], "are the same"),
                          (["--min-seed-frequency", "9", "--max-seed-frequency", "4"], "below"), (["--bed", "a", "--no-bed"], "switched off"),
                          (["--bed", "a", "--gff3", "a"], "two results"), (["--simd", "sse1"], "--simd"), (["--storage", "tape"], "--storage"),
                          (["--device", "abacus"], "--device"), (["--no-checkpoint", "--restart"], "contradict"), (["-", "-"], "once only"),
                          (["--min"], "--min is ambiguous"), (["--hard-mask=1"], "--hard-mask takes no value"), (["-o", ""], "empty")):
        told = run("find", *options, x, status=2).stderr
        assert word in told and "--help" in told, (options, told)
    for command in ("annotate", "extend", "compare", "index", "report"):
        run(command, status=2)
        assert "--nonsense" in run(command, "--nonsense", status=2).stderr
    assert "no genome" in run("find", status=2).stderr
    assert "-t needs a value" in run("find", x, "-t", status=2).stderr
    assert [p.name for p in folder.iterdir()] == ["x.fa"]


sys.exit(main(globals()))
