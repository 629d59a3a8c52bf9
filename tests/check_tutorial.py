"""check_tutorial.py PROGRAM: the command lines of man 7 reprise-c-tutorial, in their order, on the demo genome."""
import pathlib
import shutil

from harness import *


def command_lines():
    """What stands between .nf and .fi."""
    text = (ROOT / "man" / "reprise-c-tutorial.7").read_text()
    blocks = re.findall(r"^\.nf\n\.RS\n(.*?)^\.RE\n\.fi$", text, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def test_the_tutorial_does_what_it_says(folder):
    for name in "demo.fa.gz", "demo.truth.fa":
        shutil.copy(ROOT / "data" / name, folder / name)
    lines = command_lines()
    assert {line.split()[1] for line in lines if line.startswith("reprise-c ")} == {"plan", "find", "compare", "annotate", "report", "simulate"}, lines
    assert sum(line.startswith("reprise-c-pan ") for line in lines) == 2
    script = "\n".join(f"echo '+ {n}'; {line}" for n, line in enumerate(lines))
    environment = {**os.environ, "PATH": f"{pathlib.Path(PROGRAM).parent}:{ROOT / 'scripts' / 'workflow'}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done
    told = re.split(r"^\+ \d+\n", done.stdout, flags=re.M)[1:]
    by_line = dict(zip(lines, told))
    assert json.loads(told[0])["find"]["memory"]["request_bytes"] > 0
    for line, text in by_line.items():  # whoever follows it sees something where a look is told
        assert bool(text.strip()) == line.startswith(("grep", "cat", "head", "reprise-c plan", "reprise-c compare")), (line, text)
    assert "perfect" in next(text for line, text in by_line.items() if "compare" in line)
    for name in ("first/demo.report.html", "first/demo.general_mqc.json",
                 "relative/demo.report.html", "named/demo.families.fa", "work/demo.masked.fa", "demo.log", "pan/all.demo.copies.bed", "pan/strict.genomes.tsv"):
        assert (folder / name).stat().st_size > 0, name
    assert (folder / "first" / "demo.other.fa").exists() and (folder / "first" / "demo.candidates.fa").exists()
    assert "run" not in json.load(open(folder / "work" / "demo.summary.json"))
    assert "#" in (folder / "named" / "demo.families.fa").read_text() and not list((folder / "states").iterdir())


def test_the_tutorial_names_pages_that_there_are(folder):
    manual = (ROOT / "man" / "reprise-c-tutorial.7").read_text()
    for page, section in re.findall(r"^\.BR (reprise-c[a-z-]*) \((\d)\)", manual, re.M):
        assert (ROOT / "man" / f"{page}.{section}").exists(), page
    assert (ROOT / "scripts" / "workflow" / "README.md").exists()


sys.exit(main(globals()))
