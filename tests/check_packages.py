"""check_packages.py PROGRAM: the tarball, and what builders of packages take of it (scripts/packaging): built or linted as far as
this machine has the tools. Fresh systems are for check_systems.py."""
import pathlib
import shutil
import tarfile
import textwrap

from harness import *
from packages import do, with_module

PACKAGING = ROOT / "scripts" / "packaging"
READ_YAML = "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))"


def version():
    return run("--version").stdout.split()[1]


def packed(folder, **environment):
    """The tarball of this tree."""
    return pathlib.Path(do(os.environ, PACKAGING / "dist.sh", version(), folder, **environment).stdout.strip())


def laid_out(folder, **environment):
    tarball = packed(folder)
    do(os.environ, PACKAGING / "lay-out.sh", tarball, folder, **environment)
    return folder / tarball.name.removesuffix(".tar.gz")


def test_the_tarball_is_reproducible(folder):
    """Twice, with another umask, zone and language, and from its own tree, without git."""
    first = packed(folder / "one")
    other = do(os.environ, "sh", "-c", 'umask 077; exec "$0" "$@"', PACKAGING / "dist.sh", version(), folder / "two", TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    assert first.read_bytes() == pathlib.Path(other.stdout.strip()).read_bytes()
    with tarfile.open(first) as archive:
        members = archive.getmembers()
        archive.extractall(folder / "tree")
    top = first.name.removesuffix(".tar.gz")
    assert {m.name.split("/")[0] for m in members} == {top} and not any(part in m.name for m in members for part in ("/.git/", "/build/"))
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, "", "")} and len({m.mtime for m in members}) == 1
    assert [m.name for m in members] == sorted(m.name for m in members) and {f"{top}/Makefile", f"{top}/.ci/run"} < {m.name for m in members}
    tree = folder / "tree" / top
    (tree / "build").mkdir()
    (tree / "build" / "left").write_text("what was built\n")
    again = do(os.environ, "scripts/packaging/dist.sh", version(), "build/dist", cwd=tree)
    assert pathlib.Path(again.stdout.strip()).read_bytes() == first.read_bytes()
    assert packed(folder / "later", SOURCE_DATE_EPOCH=1000000000).read_bytes() != first.read_bytes()
    with tarfile.open(folder / "later" / first.name) as archive:
        assert {m.mtime for m in archive} == {1000000000}


def test_a_file_that_is_no_tarball_is_refused(folder):
    (folder / "reprise-c-9.tar.gz").write_text("no tarball\n")
    with tarfile.open(folder / "other.tar.gz", "w:gz") as archive:
        archive.add(ROOT / "LICENSE", "other/LICENSE")
    for name in "reprise-c-9.tar.gz", "other.tar.gz":
        assert "no tarball of make dist" in do(os.environ, PACKAGING / "lay-out.sh", folder / name, folder / "out", status=1).stderr
    assert not list((folder / "out").glob("*/"))


def test_there_is_one_version(folder):
    """The Makefile's: manuals, changelog and the Conda environment of the Nextflow module tell the same."""
    makefile = re.search(r"^VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.M).group(1)
    assert makefile == version()
    assert f"## {makefile}\n" in (ROOT / "CHANGELOG.md").read_text()
    for page in (ROOT / "man").iterdir():
        assert page.read_text().splitlines()[0].split('"')[3] == f"reprise-c {makefile}", page
    environments = list((ROOT / "scripts/workflow/nf-core").rglob("environment.yml"))
    assert len(environments) == 4 and all(f"reprise-c={makefile}\"" in path.read_text() for path in environments)
    tree = laid_out(folder, DIST_URL="https://example.org/releases", DEBFULLNAME="Some One", DEBEMAIL="one@example.org")
    assert (tree / "debian/changelog").read_text().startswith(f"reprise-c ({makefile}-1) ")
    assert "\n -- Some One <one@example.org>  " in (tree / "debian/changelog").read_text()
    assert "https://example.org/releases/ reprise-c-@ANY_VERSION@" in (tree / "debian/watch").read_text()
    left = [path for path in [*folder.glob("bioconda/*"), *folder.glob("galaxy/*.xml"), *tree.glob("debian/*")] if path.is_file() and
            re.search("@(VERSION|SHA256|DIST_URL|MAINTAINER|DATE)@", path.read_text())]
    assert left == []


def test_install_and_uninstall_stand_on_their_own(folder):
    """Under any PREFIX and DESTDIR, with nothing of others touched."""
    for prefix in "/usr", "/opt/reprise-c":
        do(os.environ, "make", "-s", "install", f"DESTDIR={folder}/stage", f"PREFIX={prefix}", cwd=ROOT)
        top = folder / "stage" / prefix.lstrip("/")
        other = top / "bin" / "other"
        other.write_text("of another program\n")
        assert sorted(path.name for path in (top / "bin").iterdir()) == ["other", "reprise-c", "reprise-c-pan"]
        pages = sorted(path.name for path in top.glob("share/man/man*/*"))
        assert pages == sorted(path.name for path in (ROOT / "man").iterdir())
        assert do(os.environ, top / "bin" / "reprise-c", "--version").stdout == run("--version").stdout
        assert (top / "share/bash-completion/completions/reprise-c").exists()
        do(os.environ, top / "bin" / "reprise-c-pan", "--help")
        do(os.environ, "make", "-s", "uninstall", f"DESTDIR={folder}/stage", f"PREFIX={prefix}", cwd=ROOT)
        assert [path for path in (folder / "stage").rglob("*") if path.is_file()] == [other]
        other.unlink()


def test_the_debian_package_is_built_and_linted(folder):
    """Quickly: without optimizing, and without the tests that it runs otherwise."""
    for program in "dpkg-buildpackage", "dh", "lintian":
        need(program)
    tree = laid_out(folder)
    options = {"DEB_BUILD_OPTIONS": f"noopt nocheck noautodbgsym parallel={os.cpu_count()}", "CCACHE_DISABLE": 1}
    done = do(os.environ, "dpkg-buildpackage", "-us", "-uc", cwd=tree, **options)
    assert "warning:" not in done.stderr, done.stderr
    assert "-march=native" not in done.stdout
    told = do(os.environ, "lintian", "--fail-on", "error,warning", "--allow-root", *folder.glob("*.changes"), cwd=folder).stdout
    assert told == "", told
    listed = do(os.environ, "dpkg-deb", "--contents", *folder.glob("reprise-c_*.deb")).stdout
    held = {line.split(maxsplit=5)[5] for line in listed.splitlines()}
    examples = "./usr/share/doc/reprise-c/examples"
    assert {"./usr/bin/reprise-c", "./usr/bin/reprise-c-pan", "./usr/share/bash-completion/completions/reprise-c", f"{examples}/demo.fa.gz",
            f"{examples}/demo.truth.fa", f"{examples}/snakemake/Snakefile", f"{examples}/slurm/find.sbatch", f"{examples}/nf-core/modules/reprisec/find/main.nf",
            *(f"./usr/share/man/man{page.suffix[1:]}/{page.name}.gz" for page in (ROOT / "man").iterdir())} < held, held
    fields = do(os.environ, "dpkg-deb", "--field", *folder.glob("reprise-c_*.deb")).stdout
    assert "Recommends: hmmer\n" in fields and re.search(r"Depends: .*libhts3.*python3", fields), fields


def test_the_bioconda_recipe(folder):
    laid_out(folder)
    tarball = next(folder.glob("reprise-c-*.tar.gz"))
    render = """import json, sys, jinja2, yaml
text = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(open(sys.argv[1]).read()).render(
    compiler=lambda name: name + "-compiler", pin_subpackage=lambda name, max_pin: name + " pinned " + max_pin)
print(json.dumps(yaml.safe_load(text)))"""
    recipe = json.loads(with_module("jinja2", render, folder / "bioconda" / "meta.yaml"))
    assert recipe["package"] == {"name": "reprise-c", "version": version()}
    assert recipe["source"] == {"url": f"https://example.org/reprise-c/{tarball.name}", "sha256": hashlib.sha256(tarball.read_bytes()).hexdigest()}
    assert recipe["build"]["number"] == 0 and recipe["build"]["run_exports"] == ["reprise-c pinned x.x"]
    assert {"home", "license", "license_file", "summary"} < set(recipe["about"]) and (ROOT / recipe["about"]["license_file"]).exists()
    assert set(recipe) == {"package", "source", "build", "requirements", "test", "about", "extra"}
    assert set(recipe["requirements"]["host"]) == {"htslib", "jansson", "zlib", "bzip2", "liblzma-devel"}, "the Makefile's PKGS and libbz2"
    environment = {"PATH": f"{pathlib.Path(PROGRAM).parent}:{ROOT}/scripts/workflow:{os.environ['PATH']}"}
    (folder / "test").mkdir()
    do(os.environ, "bash", "-euxc", "\n".join(recipe["test"]["commands"]), cwd=folder / "test", **environment)


def test_the_recipes_of_containers(folder):
    """Both install the same packages, and copy all that the build reads."""
    docker = (PACKAGING / "container" / "Dockerfile").read_text()
    apptainer = (PACKAGING / "container" / "reprise-c.def").read_text()
    steps = re.sub(r"\\\n", "", re.sub(r"^#.*\n", "", docker, flags=re.M)).splitlines()
    assert {step.split()[0] for step in steps if step} == {"FROM", "RUN", "WORKDIR", "COPY", "CMD"}
    assert set(re.findall(r"^%(\w+)", apptainer, re.M)) == {"files", "post", "test", "runscript", "help"}
    first, second = re.findall(r"--no-install-recommends ([^&]+?) &&", " ".join(re.sub(r"\\\n", " ", docker).split()))
    assert re.search(r'building="(.*)"', apptainer).group(1).split() == first.split()
    assert re.search(r"--no-install-recommends (lib.*)", apptainer).group(1).split() == second.split()
    deps = (ROOT / "scripts" / "install-deps.sh").read_text()
    assert set(first.split()) <= set(re.search(r'packages="(.*)"', deps).group(1).split())
    copied = re.findall(r"^    (\w+) /source/", apptainer, re.M)
    assert sorted(copied) == sorted(word for words in re.findall(r"^COPY ([A-Z].*|[a-z]+) /source", docker, re.M) for word in words.split() if word != "LICENSE")
    for name in copied:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    do(os.environ, "make", "--dry-run", "install", f"DESTDIR={folder}/stage", cwd=folder)


def rendered(tool, values):
    """The command of a Galaxy tool with these values of its inputs, as Galaxy's templates make it. Data sets are paths that know
    how they are called in the history."""
    import xml.etree.ElementTree as xml
    tokens = {token.get("name"): token.text for token in xml.parse(tool.parent / "macros.xml").iter("token")}
    text = xml.parse(tool).find("command").text
    for name, value in tokens.items():
        text = text.replace(name, value)
    code = """import json, sys
from Cheetah.Template import Template

class Data(str):
    pass

def made(value):
    if isinstance(value, list):
        return [made(one) for one in value]
    if isinstance(value, dict):
        data = Data(value["path"])
        data.element_identifier = value["name"]
        return data
    return value
print(Template(sys.argv[1], searchList=[{name: made(value) for name, value in json.loads(sys.argv[2]).items()}]))"""
    return " ".join(with_module("Cheetah.Template", code, text, json.dumps(values)).split())


def expanded(element, macros):
    """What is in an element, macros expanded."""
    for child in element:
        if child.tag == "expand":
            yield from expanded(macros[child.get("macro")], macros)
        else:
            yield child


def inputs(tool, macros):
    """Inputs with the values that a form has when it is opened."""
    import xml.etree.ElementTree as xml
    values, kinds = {}, {}
    for param in expanded(xml.parse(tool).getroot().find("inputs"), macros):
        name = param.get("name") or param.get("argument").lstrip("-").replace("-", "_")
        assert name not in kinds, (tool, name)
        kinds[name] = param
        if param.get("type") == "boolean":
            values[name] = param.get("truevalue" if param.get("checked") == "true" else "falsevalue")
        elif param.get("type") == "select" and param.get("multiple"):
            values[name] = "None"
        elif param.get("type") == "select":
            values[name] = next(option.get("value") for option in expanded(param, macros) if option.get("selected"))
        else:
            values[name] = param.get("value") or ""
    return values, kinds


def given(folder, work, kind, value):
    """A value of a test as the template has it; data sets have names of Galaxy's."""
    if kind.get("type") == "boolean":
        return kind.get("truevalue")
    if kind.get("type") != "data":
        return value
    data = []
    for name in value.split(","):
        path = work / f"dataset_{name.replace('.', '_')}.dat"
        shutil.copy(folder / "galaxy" / "test-data" / name, path)
        data.append({"path": str(path), "name": name})
    return data if kind.get("multiple") else data[0]


def is_made(output, values, kinds):
    """As Galaxy's filters have it, which see choices as a list, or none, and booleans."""
    seen = {name: {"select": lambda: None if values[name] == "None" else values[name].split(","), "boolean": lambda: values[name] == kind.get("truevalue")}
            .get(kind.get("type"), lambda: values[name])() for name, kind in kinds.items()}
    return all(eval(condition.text, {"__builtins__": {}}, seen) for condition in output.findall("filter"))


def holds(check, text):
    return {"has_text": lambda: check.get("text") in text,
            "not_has_text": lambda: check.get("text") not in text,
            "has_line_matching": lambda: any(re.fullmatch(check.get("expression"), line) for line in text.splitlines()),
            "has_n_columns": lambda: all(len(line.split("\t")) == int(check.get("n")) for line in text.splitlines())}[check.tag]()


def test_the_galaxy_tools(folder):
    """Their XML is sound, and each of their tests, run as Galaxy would, has the outputs that it is to have."""
    import xml.etree.ElementTree as xml
    laid_out(folder)
    macros = {macro.get("name"): macro for macro in xml.parse(folder / "galaxy" / "macros.xml").iter("xml")}
    tools = sorted((folder / "galaxy").glob("reprise_c_*.xml"))
    assert [tool.stem.removeprefix("reprise_c_") for tool in tools] == ["annotate", "find", "merge"]
    for tool in tools:
        root = xml.parse(tool).getroot()
        defaults, kinds = inputs(tool, macros)
        help_text = run(tool.stem.removeprefix("reprise_c_"), "--help").stdout
        assert all(f"{kind.get('argument')} " in help_text for kind in kinds.values() if kind.get("argument")), "options that there are"
        outputs = {data.get("name"): data for data in expanded(root.find("outputs"), macros)}
        tried = set()
        for number, test in enumerate(root.find("tests")):
            work = folder / f"{tool.stem}.{number}"
            work.mkdir()
            values = dict(defaults)
            for param in test.findall("param"):
                values[param.get("name")] = given(folder, work, kinds[param.get("name")], param.get("value"))
            environment = {"PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}", "GALAXY_SLOTS": 1, "GALAXY_MEMORY_MB": 800}
            do(os.environ, "bash", "-euc", rendered(tool, values), cwd=work, **environment)
            here = {name for name, data in outputs.items() if is_made(data, values, kinds)}
            tried |= here
            assert int(test.get("expect_num_outputs")) == len(here), (tool.name, number, sorted(here))
            for name in here:
                assert (work / outputs[name].get("from_work_dir")).exists(), name
            for output in test.findall("output"):
                text = (work / outputs[output.get("name")].get("from_work_dir")).read_text()
                for check in output.find("assert_contents"):
                    assert holds(check, text), (tool.name, output.get("name"), check.attrib)
        assert tried == set(outputs), "each output is tried"
    need("xmllint")
    do(os.environ, "xmllint", "--noout", *(folder / "galaxy").glob("*.xml"))


def test_the_citation(folder):
    """As version 1.2.0 of the Citation File Format has it: what must be there, and nothing that it does not know."""
    laid_out(folder)
    for path, more in ((PACKAGING / "CITATION.cff", set()), (folder / "CITATION.cff", {"version", "date-released"})):
        citation = json.loads(with_module("yaml", READ_YAML, path))
        assert set(citation) == {"cff-version", "message", "type", "title", "abstract", "authors", "license", "keywords"} | more
        assert citation["cff-version"] == "1.2.0" and citation["type"] == "software" and citation["authors"] == [{"name": "the reprise-c authors"}]
        assert more == set() or (citation["version"] == version() and re.fullmatch(r"\d{4}-\d\d-\d\d", citation["date-released"]))


def test_the_shell_scripts_are_sound(folder):
    need("shellcheck")
    scripts = [PACKAGING / "dist.sh", PACKAGING / "lay-out.sh", PACKAGING / "bioconda" / "build.sh", *(PACKAGING / "debian" / "tests").glob("[!c]*")]
    do(os.environ, "shellcheck", *scripts)
    post = re.search(r"^%post\n(.*?)^%", (PACKAGING / "container" / "reprise-c.def").read_text(), re.M | re.S).group(1)
    (folder / "post.sh").write_text("#!/bin/sh\n# shellcheck disable=SC2086\n" + textwrap.dedent(post))
    do(os.environ, "shellcheck", folder / "post.sh")


if __name__ == "__main__":
    sys.exit(main(globals()))
