"""check_systems.py PROGRAM: packages in fresh systems: the Debian package, built with its tests, is installed, runs the demo and goes
away again; its own tests (autopkgtest) are run; what the container recipes do is done; Bioconda's script builds in a clean tree.
Needs root, the network for Debian's packages, mmdebstrap and what builds Debian packages. `make check-packages` alone runs it."""
import pathlib
import shlex
import shutil

from harness import *
from packages import ROOT, System, do

PACKAGING = ROOT / "scripts" / "packaging"
RELEASE = "bookworm"  # of the container recipes
made = {}


def workplace():
    if "folder" not in made:
        made["folder"] = pathlib.Path(tempfile.mkdtemp(prefix="systems-"))
        made["folder"].chmod(0o755)
    return made["folder"]


def fresh(maker):
    """A new copy of a minimal Debian that this program has made, once."""
    need(maker)
    if os.geteuid() != 0:
        raise Skip("root makes systems")
    if maker not in made:
        made[maker] = System(workplace() / maker)
        do(os.environ, maker, "--variant=minbase", RELEASE, made[maker].folder)
        for name in "resolv.conf", "hosts":
            shutil.copy(f"/etc/{name}", made[maker].path(f"etc/{name}"))
        made[maker].run("apt-get update")
    return made[maker].copy()


def tarball():
    if "tarball" not in made:
        version = run("--version").stdout.split()[1]
        made["tarball"] = pathlib.Path(do(os.environ, PACKAGING / "dist.sh", version, workplace() / "dist").stdout.strip())
        do(os.environ, PACKAGING / "lay-out.sh", made["tarball"], workplace() / "dist")
    return made["tarball"]


def unpacked(folder):
    do(os.environ, "tar", "-xzf", tarball(), "-C", folder, "--strip-components=1")
    return folder


def debian_package():
    """The package as it is released: optimized, and with its quick tests passed."""
    for program in "dpkg-buildpackage", "dh", "lintian":
        need(program)
    if "package" not in made:
        tree = tarball().parent / tarball().name.removesuffix(".tar.gz")
        told = do(os.environ, "dpkg-buildpackage", "-us", "-uc", cwd=tree, DEB_BUILD_OPTIONS=f"parallel={os.cpu_count()}", CCACHE_DISABLE=1)
        assert "warning:" not in told.stderr and "the_tutorial_does_what_it_says" in told.stdout, told.stderr
        assert do(os.environ, "lintian", "--fail-on", "error,warning", "--allow-root", *tree.parent.glob("*.changes")).stdout == ""
        made["package"] = next(tree.parent.glob("reprise-c_*.deb"))
    return made["package"]


def demo_of_the_installed_package(maker):
    system = fresh(maker)
    shutil.copy(debian_package(), system.path("tmp/reprise-c.deb"))
    shutil.copy(PACKAGING / "debian" / "tests" / "demo", system.path("tmp/demo"))
    system.run("apt-get install -y --no-install-recommends libhts3 libjansson4 ocl-icd-libopencl1 python3 hmmer")
    before = system.files()
    system.run("apt-get install -y /tmp/reprise-c.deb")
    assert {"usr/bin/reprise-c", "usr/bin/reprise-c-pan", "usr/share/man/man1/reprise-c-find.1.gz"} <= system.files() - before
    assert "perfect" in system.run("/tmp/demo", user="nobody:nogroup")
    system.run("apt-get purge -y reprise-c")
    assert system.files() == before, "what was installed goes away whole"
    system.remove()


def test_a_fresh_debian_of_mmdebstrap_runs_the_demo(folder):
    demo_of_the_installed_package("mmdebstrap")


def test_a_fresh_debian_of_debootstrap_runs_the_demo(folder):
    demo_of_the_installed_package("debootstrap")


def test_the_package_passes_its_autopkgtest(folder):
    need("autopkgtest")
    package = debian_package()
    system = fresh("mmdebstrap")
    source = next(package.parent.glob("*.dsc"))
    begin = 'mount -t proc proc "$1/proc" && exec autopkgtest "$2" "$3" -- chroot "$1"'
    told = do(os.environ, "unshare", "--mount", "sh", "-c", begin, "sh", system.folder, package, source)
    assert re.search(r"^demo +PASS", told.stdout, re.M) and re.search(r"^tutorial +PASS", told.stdout, re.M), told.stdout
    system.remove()


def steps(text):
    """Name and words of each step of a Dockerfile, lines joined."""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.M))
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]


def copy_into(system, words, sources, cwd):
    *froms, to = words.split()
    target = system.path(to if to.startswith("/") else f"{cwd}/{to}")
    target.mkdir(parents=True, exist_ok=True) if to.endswith("/") or (sources / froms[0].lstrip("/")).is_dir() else None
    for name in froms:
        source = sources / name.lstrip("/")
        subprocess.run(["cp", "-R", *([f"{source}/."] if source.is_dir() else [source]), target], check=True)


def use_of_the_image(system):
    system.path("tmp/data").mkdir(mode=0o777, exist_ok=True)
    system.path("tmp/data").chmod(0o777)
    shutil.copy(DEMO, system.path("tmp/data/demo.fa.gz"))
    told = system.run("reprise-c find -o out/ demo.fa.gz 2>&1; reprise-c-pan --help >/dev/null; command -v ps; command -v hmmsearch", "/tmp/data", "nobody:nogroup")
    assert "/usr/bin/hmmsearch" in told
    assert system.path("tmp/data/out/demo.families.fa").stat().st_size > 0
    assert "gcc" not in os.listdir(system.path("usr/bin"))


def test_the_steps_of_the_dockerfile(folder):
    """Each in a fresh system, as a builder of images does them; the last stage has the program and not its compiler."""
    context, stages, system, cwd = unpacked(folder), {}, None, "/"
    for name, words in steps((PACKAGING / "container" / "Dockerfile").read_text()):
        if name == "FROM":
            image, _, stage = words.partition(" AS ")
            assert image == f"debian:{RELEASE}-slim"
            system, cwd = fresh("mmdebstrap"), "/"
            stages[stage] = system
        elif name == "WORKDIR":
            cwd = words
            system.path(cwd).mkdir(parents=True, exist_ok=True)
        elif name == "COPY" and words.startswith("--from="):
            stage, rest = words.removeprefix("--from=").split(maxsplit=1)
            copy_into(system, rest, stages[stage].folder, cwd)
        elif name == "COPY":
            copy_into(system, words, context, cwd)
        elif name == "RUN":
            system.run(words, cwd)
        else:
            assert name == "CMD" and "find" in system.run(shlex.join(json.loads(words)), cwd)
    use_of_the_image(system)
    for system in stages.values():
        system.remove()


def test_the_sections_of_the_apptainer_definition(folder):
    context, system = unpacked(folder), fresh("mmdebstrap")
    text = (PACKAGING / "container" / "reprise-c.def").read_text()
    sections = dict(re.findall(r"^%(\w+)\n(.*?)(?=^%|\Z)", text, re.M | re.S))
    assert f"From: debian:{RELEASE}-slim\n" in text
    for line in sections["files"].strip().splitlines():
        name, to = line.split()
        system.path(to).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", context / name, system.path(to)], check=True)
    system.run(sections["post"])
    assert system.run(sections["test"]).startswith("reprise-c ")
    use_of_the_image(system)
    system.remove()


def test_the_script_of_bioconda_in_a_clean_tree(folder):
    """With flags as Conda gives them."""
    (folder / "tree").mkdir()
    tree = unpacked(folder / "tree")
    flags = {"CFLAGS": "-O2 -ffunction-sections -pipe", "CPPFLAGS": "-DNDEBUG -D_FORTIFY_SOURCE=2 -O2", "LDFLAGS": "-Wl,-O2 -Wl,--as-needed"}
    told = do(os.environ, "bash", tarball().parent / "bioconda" / "build.sh", cwd=tree, PREFIX=folder / "prefix", CPU_COUNT=os.cpu_count(), **flags)
    assert "warning:" not in told.stderr and not (tree / "build" / "release").exists(), "OpenCL is left out"
    assert run("--version").stdout == do(os.environ, folder / "prefix" / "bin" / "reprise-c", "--version").stdout


if __name__ == "__main__":
    try:
        status = main(globals())
    finally:
        shutil.rmtree(made.get("folder", "/nonexistent"), ignore_errors=True)
    sys.exit(status)
