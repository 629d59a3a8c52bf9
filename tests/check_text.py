#!/usr/bin/env python3
"""Text as users have it: names with any bytes, formats of every kind, empty libraries, reads for a genome: check_text.py PROGRAM."""
import bz2
import lzma

from harness import *

FASTA = gzip.decompress(DEMO.read_bytes())
REPLACED = "\ufffd"


def element_and_genome(seed=1, copies=6, names=None):
    """An element and contigs that hold one copy each."""
    rng = random.Random(seed)
    element = random_letters(rng, 600)
    names = names or [f"c{i}" for i in range(copies)]
    return element, "".join(f">{n}\n{random_letters(rng, 700)}{element}{random_letters(rng, 500)}\n" for n in names)


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(folder, name, content, *words, command=("find", "-q", "-o", "out")):
    write(folder / name, content)
    told = run(*command, name, status=INPUT, cwd=folder).stderr
    assert re.match(rf"reprise-c {command[0]}: {name}( \(as FASTA\))?: ", told) and told.count("\n") == 1, told
    for word in words:
        assert word in told, (word, told)


# --- Bytes that are no UTF-8 ---

def test_a_name_that_is_no_utf8_is_replaced_in_json_and_kept_elsewhere(folder):
    element, genome = element_and_genome()
    write(folder / "g.fa", genome)
    write(folder / "l.fa", b">Gy\xe9psy#LTR/Gyps\xff\n" + element.encode() + b"\n")
    run("annotate", "-q", "-o", "a", "g.fa", "l.fa", cwd=folder)
    family = json.loads((folder / "a.summary.json").read_text())["families"]
    assert [(f["name"], f["class"], f["copies"]) for f in family] == [(f"Gy{REPLACED}psy", f"LTR/Gyps{REPLACED}", 6)]
    assert (folder / "a.copies.bed").read_bytes().count(b"\tGy\xe9psy\t") == 6
    assert b"LTR/Gyps\xff\t1\t6\t" in (folder / "a.classes.tsv").read_bytes()
    assert (folder / "a.copies.gff3").read_text().count("Name=Gy%E9psy;Target=Gy%E9psy 1 ") == 6
    page = folder / "a.report.html"
    for options in ((), ("--library", "l.fa")):
        run("report", *options, "a", cwd=folder)
        assert f"Gy{REPLACED}psy" in page.read_text()


def test_a_known_family_that_is_no_utf8_gives_its_class(folder):
    element, genome = element_and_genome()
    write(folder / "g.fa", genome)
    write(folder / "l.fa", b">A\xc3#SINE/\xa0x\n" + element.encode() + b"\n")
    run("find", "-q", "--classify-with", "l.fa", "--report", "-o", "f", "g.fa", cwd=folder)
    family = json.loads((folder / "f.summary.json").read_text())["families"][0]
    assert family["class"] == f"SINE/{REPLACED}x" and family["like"].startswith(f"A{REPLACED}:"), family
    assert (folder / "f.families.fa").read_bytes().startswith(b">R1#SINE/\xa0x ")
    assert REPLACED in (folder / "f.report.html").read_text()


def test_compare_leaves_no_family_out_of_its_json(folder):
    rng = random.Random(2)
    records = [(b"A\xff#DNA", random_letters(rng, 400)), ("é#LINE".encode(), random_letters(rng, 400)), (b"B#X\xfe", random_letters(rng, 400))]
    write(folder / "l.fa", b"".join(b">" + n + b"\n" + s.encode() + b"\n" for n, s in records))
    run("compare", "--json", "c.json", "--tsv", "c.tsv", "l.fa", "l.fa", cwd=folder)
    told = json.loads((folder / "c.json").read_text())
    for side in ("reference", "found"):
        assert [(f["name"], f["class"]) for f in told[side]] == [(f"A{REPLACED}", "DNA"), ("é", "LINE"), ("B", f"X{REPLACED}")]
        assert [f["best"] if side == "found" else f["best"]["name"] for f in told[side]] == [f"A{REPLACED}", "é", "B"]
    assert (folder / "c.tsv").read_bytes().count(b"\tA\xff\t") == 4


def test_a_prefix_that_is_no_utf8_titles_the_report(folder):
    write(folder / "g.fa", element_and_genome()[1])
    done = subprocess.run([PROGRAM.encode(), b"find", b"-q", b"--report", b"-o", b"\xe9t\xe9", b"g.fa"], cwd=folder, capture_output=True)
    assert done.returncode == 0, done
    page = pathlib.Path(os.fsdecode(os.fsencode(folder) + b"/\xe9t\xe9.report.html"))
    assert f"<title>Repeats of {REPLACED}t{REPLACED}</title>" in page.read_text()


def test_control_characters_never_reach_a_terminal(folder):
    """Neither those of a path nor those of a name, in one byte or in UTF-8's two, nor what turns the direction of writing."""
    evil = "x\x1b]0;y\x07\u009b31m\u202e\n"
    told = run("find", "-q", "-o", "out", evil, status=INPUT, cwd=folder).stderr
    assert told == "reprise-c find: x\\x1b]0;y\\x07\\xc2\\x9b31m\\xe2\\x80\\xae\\x0a: No such file or directory\n", repr(told)
    told = run(evil, status=2, cwd=folder).stderr
    assert "unknown command 'x\\x1b]0;y" in told and "\x1b" not in told and "\u202e" not in told
    assert "--\\x1b" in run("find", "--\x1b[31m", "x", status=2).stderr
    write(folder / evil, element_and_genome()[1])
    told = run("index", "-o", f"{evil}.rpidx", evil, cwd=folder).stderr
    assert "\\x1b]0;y\\x07\\xc2\\x9b31m" in told and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told), repr(told)
    write(folder / "l.fa", "\n".join(f">n{c}\n{'ACGT' * 30}{c2}" for c, c2 in (("\u009b31m", "A"), ("\u009b31m", "C"))) + "\n")
    told = run("compare", "l.fa", "l.fa", status=INPUT, cwd=folder).stderr
    assert "n\\xc2\\x9b31m" in told and "\u009b" not in told, repr(told)
    write(folder / "l.fa", f">n\u009b31m\n{random_letters(random.Random(3), 300)}\n")
    table = run("compare", "--all", "l.fa", "l.fa", cwd=folder).stdout
    assert "n\\xc2\\x9b31m" in table and "\u009b" not in table, repr(table)


# --- Names ---

def test_names_are_split_at_the_last_number_sign(folder):
    element, genome = element_and_genome()
    write(folder / "g.fa", genome)
    write(folder / "l.fa", f">HG002#1#fam7#LINE/L1 text\n{element}\n>a##DNA\n{random_letters(random.Random(4), 300)}\n")
    run("annotate", "-q", "-o", "a", "g.fa", "l.fa", cwd=folder)
    families = json.loads((folder / "a.summary.json").read_text())["families"]
    assert [(f["name"], f["class"]) for f in families] == [("HG002#1#fam7", "LINE/L1"), ("a#", "DNA")]
    assert {row[3] for row in bed(folder / "a.copies.bed")} == {"HG002#1#fam7"}
    run("extend", "-q", "-o", "e.fa", "g.fa", "l.fa", cwd=folder)
    assert open(folder / "e.fa").readline().startswith(">HG002#1#fam7#LINE/L1 length=")


def test_a_family_without_a_name_is_refused(folder):
    write(folder / "g.fa", element_and_genome()[1])
    for command in (["annotate", "-q", "-o", "a", "g.fa"], ["extend", "-q", "-o", "a.fa", "g.fa"], ["compare", "l.fa"],
                    ["find", "-q", "-o", "a", "g.fa", "--classify-with"]):
        refused(folder, "l.fa", ">ok\nACGT\n>#LINE/L1 words\nACGTACGT\n", "#LINE/L1", "without a name", command=command)
    assert not list(folder.glob("a*"))


def test_gff3_attributes_are_escaped(folder):
    element, genome = element_and_genome(names=["c=1;x", "c,2", "c&3%", "#4", ">5", "é6"])
    write(folder / "g.fa", genome)
    write(folder / "l.fa", f">R=0;a,b&c%d#LTR\n{element}\n")
    run("annotate", "-q", "-o", "a", "g.fa", "l.fa", cwd=folder)
    rows = [line.split("\t") for line in open(folder / "a.copies.gff3") if not line.startswith("#")]
    assert [row[0] for row in rows] == ["c%3D1%3Bx", "c%2C2", "c%263%25", "%234", "%3E5", "%C3%A96"]
    for row in rows:
        attributes = dict(part.split("=") for part in row[8].split(";"))
        assert attributes["Name"] == "R%3D0%3Ba%2Cb%26c%25d" and attributes["Target"].startswith(attributes["Name"] + " "), row
    need("gt")
    done = subprocess.run(["gt", "gff3validator", folder / "a.copies.gff3"], capture_output=True, text=True)
    assert done.returncode == 0, done


def test_contigs_named_like_headers_are_seen_by_readers_of_bed_and_stockholm(folder):
    names = ["#x", "//x", "track4", "browser5", "Track", "chrom", "%x", "chrom1", "tr#ck"]
    carried = ["%23x", "%2F/x", "%74rack4", "%62rowser5", "%54rack", "%63hrom", "%25x", "chrom1", "tr#ck"]
    write(folder / "g.fa", element_and_genome(names=names)[1])
    told = run("find", "--reprise-files", "-o", "f", "g.fa", cwd=folder).stderr
    assert "warning: contig #x is %23x in BED and Stockholm" in told, told
    rows = bed(folder / "f.copies.bed")
    assert [row[0] for row in rows] == carried and [row[0] for row in bed(folder / "f.bed")] == carried
    assert list(fasta(folder / "f.masked.fa")) == names
    alignment = open(folder / "f.families.stk").read().splitlines()
    rows = [line.split(":")[0] for line in alignment if line and not line.startswith("#") and line != "//"]
    assert rows == carried, rows
    if shutil.which("bedtools") is not None:
        path = folder / "f.copies.bed"
        shown = subprocess.run(["bedtools", "intersect", "-u", "-a", path, "-b", path], capture_output=True, text=True)
        assert shown.stdout == path.read_text(), shown
    if shutil.which("hmmbuild") is not None:
        shown = subprocess.run(["hmmbuild", "--dna", folder / "x.hmm", folder / "f.families.stk"], capture_output=True, text=True)
        assert shown.returncode == 0 and re.search(rf"^1 +R1 +{len(names)} ", shown.stdout, re.M), shown


# --- Blanks ---

def test_blanks_and_tabs_in_sequence_lines_hold_no_place(folder):
    lines = FASTA.decode().splitlines()
    spaced = "\n".join(line if line.startswith(">") else f"{line[:7]} {line[7:20]}\t{line[20:]} \t " for line in lines)
    big = f">filler\n{'ACGTTGCAAC' * 900000}\n"  # so much that several threads read it
    for before in ("", big):
        write(folder / "plain.fa", before + FASTA.decode())
        write(folder / "spaced.fa", " \t\n" + before + spaced.replace("\n", "\r\n"))
        for name in ("plain", "spaced"):
            run("index", "-q", "-t", 3, "-o", f"{name}.rpidx", f"{name}.fa", cwd=folder)
        assert (folder / "plain.rpidx").read_bytes() == (folder / "spaced.rpidx").read_bytes()
    write(folder / "spaced.fq", "@r1\nAC GT \t\n+\nII II \n@r2\nGG\n+\n@I\n")
    run("find", "-q", "-o", "q", "spaced.fq", cwd=folder)
    assert fasta(folder / "q.masked.fa") == {"r1": "ACGT", "r2": "GG"}
    refused(folder, "bad.fa", b">a\nACGT\n>b \nAC GT A\n A\tC1 \n", "line 5", "'1'", "b")


def test_the_curated_library_of_rice_is_read(folder):
    library = SHARED / "data" / "rice_1mb" / "curated_library.fa.gz"
    if not library.exists():
        raise Skip("no shared data")
    (folder / "one.fa").write_text(f">one#DNA\n{random_letters(random.Random(1), 500)}\n")
    run("compare", "--json", folder / "c.json", library, folder / "one.fa")
    told = json.load(open(folder / "c.json"))
    assert told["totals"]["found_families"] == gzip.open(library).read().count(b">")


# --- Formats ---

def as_bam(folder, name):
    """The demo genome as an unaligned BAM."""
    need("samtools")
    records = fasta(DEMO)
    sam = "@HD\tVN:1.6\tSO:unknown\n" + "".join(f"{n.split()[0]}\t4\t*\t0\t0\t*\t*\t0\t0\t{s}\t*\n" for n, s in records.items())
    subprocess.run(["samtools", "view", "-b", "-o", folder / name, "-"], input=sam.encode(), check=True)
    return sam.encode()


def test_bzip2_xz_and_a_byte_order_mark_are_read(folder):
    plain = digest(demo(folder))
    half = len(FASTA) // 2
    contents = {"x.fa.bz2": bz2.compress(FASTA), "two.bz2": bz2.compress(FASTA[:half]) + bz2.compress(FASTA[half:]),
                "x.fa.xz": lzma.compress(FASTA), "two.xz": lzma.compress(FASTA[:half]) + lzma.compress(FASTA[half:]),
                "bom.fa": b"\xef\xbb\xbf" + FASTA, "bom.fa.gz": gzip.compress(b"\xef\xbb\xbf" + FASTA)}
    for name, content in contents.items():
        write(folder / name, content)
        run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "o", folder / name)
        assert digest(folder / "o") == plain, name
        run("find", "-q", "--no-run-info", "-t", 2, "-o", folder / "o", "-", text=content)
        assert digest(folder / "o") == plain, f"{name} from standard input"
    run("find", "-q", "x.fa.bz2", cwd=folder)
    assert (folder / "x.families.fa").exists()


def test_libraries_are_read_packed_too(folder):
    element, genome = element_and_genome()
    write(folder / "g.fa", genome)
    library = f">E#DNA\n{element}\n".encode()
    for name, content in {"l.bz2": bz2.compress(library), "l.xz": lzma.compress(library), "l.fa": b"\xef\xbb\xbf" + library}.items():
        write(folder / name, content)
        run("annotate", "-q", "-o", "a", "g.fa", name, cwd=folder)
        assert len(bed(folder / "a.copies.bed")) == 6, name


def test_damaged_bzip2_and_xz_are_refused(folder):
    for pack, name in ((bz2.compress, "x.bz2"), (lzma.compress, "x.xz")):
        whole = pack(FASTA)
        for content in (whole[:20], whole[:len(whole) // 2], whole[:-1], whole + b"junk behind"):
            refused(folder, name, content, "damaged or cut off")
        refused(folder, name, whole[:5000] + b"\x55" * 50 + whole[5050:])
        refused(folder, name, pack(b""), "empty")


def test_sam_bam_and_cram_are_read(folder):
    sam = as_bam(folder, "x.bam")
    write(folder / "x.sam", sam)
    write(folder / "x.sam.gz", gzip.compress(sam))
    subprocess.run(["samtools", "view", "-C", "-o", folder / "x.cram", folder / "x.bam"], check=True)
    write(folder / "x.fa", "".join(f">{n.split()[0]}\n{s}\n" for n, s in fasta(DEMO).items()))
    run("find", "-q", "--no-run-info", "-o", "x", "x.fa", cwd=folder)
    plain = digest(folder / "x")
    for name in ("x.sam", "x.sam.gz", "x.bam", "x.cram"):
        run("find", "-q", "--no-run-info", "-t", 2, "-o", "o", name, cwd=folder)
        assert digest(folder / "o") == plain, name
        run("find", "-q", "--no-run-info", "-o", "o", "-", text=(folder / name).read_bytes(), cwd=folder)
        assert digest(folder / "o") == plain, f"{name} from standard input"
    for name in ("x.bam", "x.cram"):
        whole = (folder / name).read_bytes()
        refused(folder, f"cut.{name}", whole[:len(whole) // 2], "damaged or cut off")
        marks = {"x.bam": 28, "x.cram": 38}
        refused(folder, f"end.{name}", whole[:-marks[name]], "cut off", "end-of-file block")


def test_records_come_as_samtools_fasta_has_them(folder):
    """Mates are told apart, reads of the reverse strand turned back, secondary and supplementary alignments left out."""
    rows = [("a", 77, "ACGTR"), ("a", 141, "GGTTA"), ("b", 16, "AACGN"), ("b", 272, "AACGN"), ("b", 2064, "AACGN"), ("c", 4, "*"), ("d", 0, "=CGT")]
    sam = "@SQ\tSN:r\tLN:1000\n" + "".join(
        f"{n}\t{f}\t{'*' if f & 4 else 'r'}\t{0 if f & 4 else 5}\t0\t{'*' if f & 4 or s == '*' else f'{len(s)}M'}\t*\t0\t0\t{s}\t*\n" for n, f, s in rows)
    write(folder / "x.sam", sam)
    run("find", "-q", "-o", "o", "x.sam", cwd=folder)
    assert fasta(folder / "o.masked.fa") == {"a/1": "ACGTN", "a/2": "GGTTA", "b": "NCGTT", "c": "", "d": "NCGT"}
    write(folder / "twice.sam", sam + "d\t4\t*\t0\t0\t*\t*\t0\t0\tAC\t*\n")
    told = run("find", "-q", "-o", "o", "twice.sam", status=INPUT, cwd=folder).stderr
    assert told == "reprise-c find: twice.sam (as FASTA): line 11: the name d stands twice in the input\n", told


def test_a_cram_file_without_its_reference_is_refused(folder):
    need("samtools")
    rng = random.Random(5)
    reference = random_letters(rng, 2000)
    write(folder / "r.fa", f">r\n{reference}\n")
    write(folder / "x.sam", f"@SQ\tSN:r\tLN:2000\na\t0\tr\t101\t9\t500M\t*\t0\t0\t{reference[100:600]}\t*\n")
    subprocess.run(["samtools", "view", "-C", "-T", "r.fa", "-o", "x.cram", "x.sam"], check=True, cwd=folder)
    run("find", "-q", "-o", "o", "x.cram", cwd=folder)
    assert fasta(folder / "o.masked.fa") == {"a": reference[100:600]}
    for path in folder.glob("[ro]*"):
        path.unlink()
    told = run("find", "-q", "-o", "o", "x.cram", status=INPUT, cwd=folder).stderr
    assert "x.cram" in told and "reference" in told and "REF_PATH" in told, told


def test_formats_that_are_not_read_are_named(folder):
    text = FASTA.decode()
    tar = bytearray(1024)
    tar[257:262] = b"ustar"
    cases = {"zstd": b"\x28\xb5\x2f\xfd" + bytes(50), "zip": b"PK\x03\x04" + bytes(50), "2bit": b"\x43\x27\x41\x1a" + bytes(50),
             "UTF-16": text.encode("utf-16"), "GenBank": b"LOCUS       SCU49845     5028 bp    DNA\n", "EMBL": b"ID   X56734; SV 1; linear;\n",
             "tar": bytes(tar), "GFA": b"H\tVN:Z:1.0\nS\ta\tACGT\n", "HTML": b"<!DOCTYPE html>\n<html>", "VCF": b"##fileformat=VCFv4.2\n",
             "lz4": b"\x04\x22\x4d\x18" + bytes(50), "7z": b"7z\xbc\xaf\x27\x1c" + bytes(50)}
    for name, content in cases.items():
        for ending, packed in (("", content), (".gz", gzip.compress(content)), (".xz", lzma.compress(content))):
            refused(folder, f"x{ending}", packed, name, "neither FASTA nor FASTQ")
    refused(folder, "x", text.encode("utf-16-le"), "UTF-16")
    refused(folder, "x", text.encode("utf-16-be"), "UTF-16")
    told = run("find", "-q", "-o", "o", "-", text=text.encode("utf-16"), status=INPUT, cwd=folder).stderr
    assert b"standard input: is UTF-16" in told, told
    write(folder / "g.fa", FASTA)
    refused(folder, "l", b"PK\x03\x04" + bytes(50), "zip", command=("annotate", "-q", "-o", "o", "g.fa"))


# --- Empty libraries, reports, reads ---

def test_an_empty_library_is_a_library_without_families(folder):
    write(folder / "g.fa", element_and_genome()[1])
    run("find", "-q", "--no-run-info", "-o", "f", "g.fa", cwd=folder)
    for name, content in {"e.fa": b"", "lines.fa": b"\n\r\n \n", "e.fa.gz": gzip.compress(b""), "e.xz": lzma.compress(b"")}.items():
        write(folder / name, content)
        run("annotate", "-q", "--hints", "--subfamilies", "-o", "a", "g.fa", name, cwd=folder)
        assert (folder / "a.copies.bed").read_text() == "" and (folder / "a.paf").read_text() == ""
        assert json.load(open(folder / "a.summary.json"))["families"] == []
        assert {n: s.upper() for n, s in fasta(folder / "a.masked.fa").items()} == fasta(folder / "g.fa")
        run("report", "a", cwd=folder)
        run("extend", "-q", "-o", "x.fa", "g.fa", name, cwd=folder)
        assert (folder / "x.fa").read_text() == ""
        run("find", "-q", "--no-run-info", "--classify-with", name, "-o", "k", "g.fa", cwd=folder)
        assert digest(folder / "k") == digest(folder / "f")
    for found, reference, missing, unmatched in (("e.fa", "e.fa", 0, 0), ("e.fa", "f.families.fa", 1, 0), ("f.families.fa", "e.fa", 0, 1)):
        run("compare", "--all", "--genome", "g.fa", "--json", "c.json", "--tsv", "c.tsv", found, reference, cwd=folder)
        totals = json.load(open(folder / "c.json"))["totals"]
        assert (totals["missing"], totals["unmatched"]) == (missing, unmatched), totals
    assert "No such file" in run("annotate", "-q", "-o", "a", "g.fa", "none.fa", status=INPUT, cwd=folder).stderr


def test_report_works_after_annotate(folder):
    element, genome = element_and_genome()
    write(folder / "g.fa", genome)
    write(folder / "l.fa", f">none#DNA\n{random_letters(random.Random(7), 500)}\n>E#LINE\n{element}\n")
    run("annotate", "-q", "-o", "a", "g.fa", "l.fa", cwd=folder)
    assert "a.families.fa" not in os.listdir(folder)
    run("report", "a", cwd=folder)
    page = (folder / "a.report.html").read_text()
    assert 'id="E"' in page and "Copies along the consensus" in page and "dot plot" not in page and 'id="none"' not in page
    assert "Without copies, and not shown: 1." in page
    run("report", "--library", "l.fa", "-o", "b.html", "a", cwd=folder)
    page = (folder / "b.html").read_text()
    assert 'id="E"' in page and "Self dot plot" in page
    # a library of another run under the prefix is none of annotate's
    write(folder / "a.families.fa", ">R1#Unknown\nACGTACGTACGT\n")
    run("report", "a", cwd=folder)
    assert 'id="E"' in (folder / "a.report.html").read_text()
    told = run("report", "-l", "a.families.fa", "a", status=INPUT, cwd=folder).stderr
    assert "not of one run" in told, told


def reads_of(rng, genome, coverage, length, errors):
    turn = str.maketrans("ACGT", "TGCA")
    for i in range(len(genome) * coverage // length):
        at = rng.randrange(len(genome) - length)
        read = "".join(c if rng.random() >= errors else rng.choice("ACGT") for c in genome[at:at + length])
        yield f">r{i}\n{read if rng.random() < 0.5 else read.translate(turn)[::-1]}\n"


def test_reads_given_as_a_genome_are_warned_of(folder):
    rng = random.Random(8)
    for coverage, errors in ((10, 0.003), (30, 0.01), (90, 0.01)):
        write(folder / "r.fa", "".join(reads_of(rng, random_letters(rng, 20000), coverage, 150, errors)))
        told = run("index", "-o", "r.rpidx", "r.fa", cwd=folder).stderr
        depth = re.search(r"warning: .* stand about (\d+) times: these look like reads", told)
        assert depth and 0.7 * coverage < int(depth.group(1)) < 1.3 * coverage, (coverage, told)
    write(folder / "r.fa", "".join(reads_of(rng, random_letters(rng, 10000), 20, 150, 0.003)))
    for command in (["find", "-o", "r", "r.fa"], ["extend", "-o", "x.fa", "r.fa", os.devnull]):
        assert "these look like reads" in run(*command, cwd=folder).stderr


def test_fragmented_assemblies_are_not_taken_for_reads(folder):
    """100,000 contigs of 500 bases; many copies of elements, some old and some common; both haplotypes."""
    rng = random.Random(9)
    elements = [random_letters(rng, 300) for _ in range(400)]

    def contigs(n, share, haplotypes):
        for i in range(n):
            own, element = random_letters(rng, 200), elements[min(int(rng.paretovariate(0.6)) - 1, len(elements) - 1)]
            text = own + (element if rng.random() < share else random_letters(rng, 300))
            for h in range(haplotypes):
                yield f">c{i}.{h}\n{text}\n"

    for n, share, haplotypes in ((100000, 0.02, 1), (5000, 1, 1), (5000, 0.5, 2)):
        write(folder / "a.fa", "".join(contigs(n, share, haplotypes)))
        told = run("index", "-o", "a.rpidx", "a.fa", cwd=folder).stderr
        assert "repeated" in told and "warning" not in told, told


if __name__ == "__main__":
    sys.exit(main(globals()))
