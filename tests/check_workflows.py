#!/usr/bin/env python3
"""check_workflows.py PROGRAM: rules and modules for engines (scripts/workflow), without an engine or a cluster: Snakemake plans its
jobs where it is installed; what Nextflow's modules would run is run as shell scripts, with the bytes of reprise-c-pan. What needs
Slurm, or runs Snakemake's jobs, is for check_cluster.py."""
import shutil
import textwrap

from harness import *
from packages import with_module

WORKFLOW = ROOT / "scripts" / "workflow"
NF_CORE = WORKFLOW / "nf-core"
MODULES = sorted(path.parent for path in NF_CORE.glob("modules/reprisec/*/main.nf"))
SUBWORKFLOWS = sorted(path.parent for path in NF_CORE.glob("subworkflows/*/main.nf"))
READ_YAML = "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(open(sys.argv[1]))))"


# --- Snakemake ---

def dry_run(folder, target, **configuration):
    """What Snakemake would do."""
    need("snakemake")
    (folder / "config.json").write_text(json.dumps({"genomes": {"one": "one.fa", "two": "two.fa"}, "program": PROGRAM, "threads": 1, **configuration}))
    done = subprocess.run(["snakemake", target, "-n", "-s", WORKFLOW / "snakemake" / "Snakefile", "--cores", "1", "--configfile", "config.json"],
                          cwd=folder, env={**os.environ, "HOME": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def planned(folder, target, **configuration):
    """Jobs by rule."""
    status, told = dry_run(folder, target, **configuration)
    assert status == 0, told
    return {name: int(number) for name, number in re.findall(r"^(\w+) +(\d+)\b", told, re.M) if name not in ("total", "multiqc")}


def memory_of(folder, rule, target, **configuration):
    """Megabytes that the jobs of a rule ask for."""
    status, told = dry_run(folder, target, **configuration)
    assert status == 0, told
    if "mem_mb=" not in told or "<TBD>" in told:
        raise Skip("Snakemake 8 tells memory when jobs begin")
    return [int(re.search(r"mem_mb=(\d+)", block).group(1)) for block in told.split("\n\n") if re.search(rf"^rule {rule}:", block, re.M)]


def two_genomes(folder):
    for name in ("one", "two"):
        (folder / f"{name}.fa").write_text(f">{name}\n" + "ACGT" * 500 + "\n")


def test_snakemake_plans_the_jobs_of_each_target(folder):
    two_genomes(folder)
    assert planned(folder, "all") == {"find": 2, "all": 1}
    parted = {"families": 1, "find_part": 3, "find_gather": 1}
    assert planned(folder, "all", parts={"one": 3}) == {"find": 1, "all": 1, **parted}
    assert planned(folder, "all", parts=3) == {"all": 1, **{rule: 2 * n for rule, n in parted.items()}}
    after = {"search_space": 1, "merge": 1}
    assert planned(folder, "pan") == {"find": 2, **after, "annotate_genome": 2, "tables": 1, "pan": 1}
    assert planned(folder, "pan", parts={"two": 4}) == {"find": 1, "families": 1, "find_part": 4, "find_gather": 1, **after, "annotate_genome": 1,
                                                        "annotate_part": 4, "gather": 1, "tables": 1, "pan": 1}
    shutil.copy(ROOT / "data" / "demo.truth.fa", folder / "library.fa")
    assert planned(folder, "annotate", library="library.fa", parts={"two": 2}) == {"annotate_genome": 1, "annotate_part": 2, "gather": 1, "annotate": 1}
    assert planned(folder, "pan", library="library.fa") == {"annotate_genome": 2, "tables": 1, "pan": 1}
    status, told = dry_run(folder, "all", name="two")
    assert status != 0 and "a genome is named two, as the library of all is" in told


def test_snakemake_asks_for_the_memory_that_plan_tells(folder):
    """Of a library, too; or for what the configuration gives."""
    two_genomes(folder)
    (folder / "library.fa").write_text("".join(f">f{n}#DNA\n{random_letters(random.Random(n), 20000)}\n" for n in range(50)))
    megabytes = {name: 1 + json.loads(run("plan", "-t", 1, *words, folder / "one.fa").stdout)[name]["memory"]["request_bytes"] // 2 ** 20
                 for name, words in (("find", []), ("annotate", ["-l", folder / "library.fa"]))}
    assert megabytes["annotate"] > megabytes["find"] + 20, megabytes
    assert memory_of(folder, "find", "all", memory_mb={"two": 70}) in ([megabytes["find"], 70], [70, megabytes["find"]])
    assert memory_of(folder, "annotate_genome", "annotate", library="library.fa") == 2 * [megabytes["annotate"]]


# --- Nextflow ---

def script_of(module, values):
    """The command of a module with these values: what Nextflow writes to .command.sh."""
    text = (NF_CORE / "modules" / "reprisec" / module / "main.nf").read_text()
    script = text[text.index("    script:"):text.index("    stub:")]
    body = textwrap.dedent(script[script.index('"""') + 3:script.rindex('"""')])
    body = re.sub(r"(?<!\\)\$\{([a-z_.]+)\}", lambda found: values[found.group(1)], body)
    return body.replace("\\$", "$").replace("\\\\\n", "\\\n")


def outputs_of(module):
    """Endings of a module's outputs by the names of their channels."""
    text = (NF_CORE / "modules" / "reprisec" / module / "main.nf").read_text()
    return {name: ending for ending, name in re.findall(r'path\("\$\{prefix\}\.([^"]+)"\) *, emit: (\w+)', text)}


def run_module(module, work, values, status=0):
    """In a work folder of its own, as Nextflow runs a task."""
    work.mkdir(parents=True)
    environment = {**os.environ, "PATH": f"{pathlib.Path(PROGRAM).parent}:{WORKFLOW}:{os.environ['PATH']}"}
    values = {"task.cpus": "1", "memory": "--max-memory 1G", "keep": "", "args": "", "task.process": f"REPRISEC_{module.upper()}", **values}
    script = script_of(module, {name: str(value) for name, value in values.items()})
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=work, env=environment, capture_output=True, text=True)
    assert done.returncode == status, (script, done)
    if status == 0:
        for ending in outputs_of(module).values():
            assert list(work.glob(f"{values['prefix']}.{ending}")), (module, ending)
        version = run("--version").stdout.split()[1]
        assert (work / "versions.yml").read_text() == f'"REPRISEC_{module.upper()}":\n    reprise-c: {version}\n'
    return work


def test_the_script_of_the_find_module(folder):
    """In a work folder of its own for each attempt: the second goes on from the state of the first."""
    run("simulate", "-o", folder / "g", "-l", "1M", "-f", 40, "-c", 3, "-s", 7)
    run("find", "-q", "--no-run-info", "--sample", "g", "-t", 1, "-o", folder / "plain", folder / "g.fa")
    values = {"prefix": "g", "keep": f"--checkpoint-dir {folder / 'states'}", "fasta": folder / "g.fa"}
    run_module("find", folder / "first", {**values, "args": "--checkpoint-interval 0.000001 --gff3 /dev/full"}, status=PASSING)
    second = run_module("find", folder / "second", {**values, "args": "--log run.log"})
    assert "going on from the checkpoint" in (second / "run.log").read_text()
    assert digest(second / "g", ["families.fa", "copies.bed", "masked.fa", "summary.json"]) == \
        digest(folder / "plain", ["families.fa", "copies.bed", "masked.fa", "summary.json"])


def test_the_scripts_of_all_modules_are_reprise_c_pan(folder):
    """Each task in a folder of its own, files staged by their names as the subworkflow's channels hand them on."""
    genomes = {}
    for name, seed in (("one", 7), ("two", 8)):
        run("simulate", "-o", folder / name, "-l", "600K", "-f", 12, "-c", 2, "-s", seed)
        genomes[name] = folder / f"{name}.fa"
    done = subprocess.run([WORKFLOW / "reprise-c-pan", "--program", PROGRAM, "-t", "1", "-o", folder / "pan", *(f"{n}={p}" for n, p in genomes.items())],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {name: run_module("find", folder / "find" / name, {"prefix": name, "fasta": path}) for name, path in genomes.items()}
    libraries = " ".join(str(work / f"{name}.families.fa") for name, work in found.items())
    merged = run_module("merge", folder / "merge", {"prefix": "pan", "libraries": libraries, "curated": ""})
    most = max(json.loads((work / f"{name}.summary.json").read_text())["input"]["acgt_bases"] for name, work in found.items())
    tables = folder / "tables"
    staged = []
    for name, path in genomes.items():
        work = run_module("annotate", folder / "annotate" / name, {"prefix": name, "fasta": path, "library": merged / "pan.families.fa",
                                                                   "space": f"--search-space {most}"})
        assert digest(work / name, ["copies.bed", "out", "masked.fa"]) == digest(f"{folder}/pan.{name}", ["copies.bed", "out", "masked.fa"])
        staged += [work / f"{name}.copies.bed", work / f"{name}.summary.json"]
    values = {"prefix": "pan", "library": merged / "pan.families.fa", "annotations": " ".join(str(path).removesuffix(".summary.json") for path in staged[1::2])}
    run_module("pan", tables, values)
    for work, ending in ((merged, "families.fa"), (merged, "members.tsv"), (tables, "families.tsv"), (tables, "wide.tsv"), (tables, "genomes.tsv")):
        assert (work / f"pan.{ending}").read_bytes() == (folder / f"pan.{ending}").read_bytes(), ending


def names_in(text, section, until):
    return text[text.index(f"    {section}:"):text.index(f"    {until}:")]


def described(path):
    return json.loads(with_module("yaml", READ_YAML, path / "meta.yml"))


def test_what_meta_yml_tells_is_what_the_modules_have(folder):
    assert [path.name for path in MODULES] == ["annotate", "find", "merge", "pan"]
    for path in MODULES:
        text, meta = (path / "main.nf").read_text(), described(path)
        assert meta["name"] == f"reprisec_{path.name}" and f"process {meta['name'].upper()} {{" in text
        assert {"name", "description", "keywords", "tools", "input", "output"} == set(meta) and len(meta["keywords"]) >= 3
        told = {channel: [*entries[0][-1]][0] if isinstance(entries[0], list) else [*entries[0]][0] for channel, entries in meta["output"].items()}
        assert told.pop("versions") == "versions.yml"
        assert told == {name: f"${{prefix}}.{ending}" for name, ending in outputs_of(path.name).items()}, path
        taken = re.findall(r"\b(?:val|path)[ (](\w+)", names_in(text, "input", "output"))
        assert taken == [name for channel in meta["input"] for element in (channel if isinstance(channel, list) else [channel]) for name in element], path
        # what a stub makes is what a task would
        stub = text[text.index("    stub:"):]
        for ending in outputs_of(path.name).values():
            assert re.search(rf"\$\{{prefix\}}\.{re.escape(ending).replace(re.escape('*'), '[a-z]+')}(?=\s)", stub), (path, ending)


def test_what_meta_yml_tells_is_what_the_subworkflows_have(folder):
    for path in SUBWORKFLOWS:
        text, meta = (path / "main.nf").read_text(), described(path)
        assert meta["name"] == path.name and f"workflow {path.name.upper()} {{" in text
        included = re.findall(r"^include \{ (\w+) +\} from '(.+)'", text, re.M)
        assert [name.lower().replace("reprisec_", "reprisec/") for name, _ in included] == meta["components"]
        assert all((path / f"{place}.nf").exists() and f"{name}(" in text for name, place in included)
        assert re.findall(r"^    (\w+) +//", names_in(text, "take", "main"), re.M) == [name for entry in meta["input"] for name in entry]
        assert re.findall(r"^    (\w+) += ", text[text.index("    emit:"):], re.M) == [name for entry in meta["output"] for name in entry]
        for process, channel in re.findall(r"\b(REPRISEC_\w+)\.out\.(\w+)", text):
            assert channel in outputs_of(process.split("_")[1].lower()) or channel == "versions", (process, channel)


def test_the_tests_for_nf_test_name_what_there_is(folder):
    for path in [*MODULES, *SUBWORKFLOWS]:
        tests = path / "tests"
        text = (tests / "main.nf.test").read_text()
        name = re.search(r"^(?:process|workflow) (\w+)", (path / "main.nf").read_text(), re.M).group(1)
        assert f'"{name}"' in text and text.count("{") == text.count("}") and text.count('"""') % 2 == 0
        files = re.findall(r'file\("\$\{moduleTestDir\}/([^"]+)"', text)
        assert files and all((tests / file).exists() for file in files), path
        inputs = re.findall(r"input\[(\d+)\]", text[text.index('test("'):])
        taken = re.findall(r"^    (?:tuple|val|path|ch_\w+|\w+ +//)", names_in((path / "main.nf").read_text(), "input" if path in MODULES else "take",
                                                                              "output" if path in MODULES else "main"), re.M)
        assert len(inputs) == 2 * len(taken), (path, inputs, taken)


def test_groovy_reads_modules_and_tests(folder):
    """Nextflow's and nf-test's languages are Groovy's: what that cannot read, they cannot."""
    need("groovy")
    (folder / "read.groovy").write_text("""import org.codehaus.groovy.control.*
args.each { path -> new CompilationUnit().with { addSource(new File(path)); compile(Phases.CONVERSION) }; println "read $path" }
""")
    java = pathlib.Path(os.path.realpath(shutil.which("java") or "/usr/bin/java")).parent.parent
    files = sorted([*NF_CORE.rglob("*.nf"), *NF_CORE.rglob("*.nf.test")])
    done = subprocess.run(["groovy", folder / "read.groovy", *files], env={**os.environ, "JAVA_HOME": str(java)}, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("read ") == len(files) > 10, (done.stdout, done.stderr[-2000:])


if __name__ == "__main__":
    sys.exit(main(globals()))
