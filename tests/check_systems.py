"""check_systems.py PROGRAM: packages in fresh systems: the Debian package, built with its tests, is installed, runs the demo and goes
away again; its own tests (autopkgtest) are run; Buildah builds the Dockerfile's image; what the Apptainer definition does is done;
Bioconda's script builds in a clean tree. Needs root, the network for Debian's packages, mmdebstrap, buildah and what builds Debian
packages. `make check-packages` alone runs it."""
import pathlib
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


USE = ("cd /data && reprise-c find -q --no-run-info --sample demo -o out/ demo.fa.gz && reprise-c-pan --help >/dev/null && "
       "command -v ps && command -v hmmsearch && ! command -v gcc")


def data_for_use(folder):
    """A folder with the demo genome that anybody may write to."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    shutil.copy(DEMO, folder / "demo.fa.gz")
    return folder


def is_as_here(folder, prefix):
    """The demo's results in an image are those of the program that is tested."""
    if shutil.which("hmmsearch"):  # without it classes differ
        assert digest(prefix) == digest(demo(folder, "--sample", "demo"))


def test_the_image_of_the_dockerfile(folder):
    """Buildah builds it, upon a Debian made here in place of the registry's; another user than root uses it."""
    need("buildah")
    base, context = fresh("mmdebstrap"), folder / "context"
    context.mkdir()
    do(os.environ, "tar", "-cf", folder / "base.tar", "-C", base.folder, ".")
    base.remove()

    def buildah(*words):
        storage = ["--root", folder / "store", "--runroot", folder / "run", "--storage-driver", "vfs"]
        return do(os.environ, "buildah", *storage, *words, BUILDAH_ISOLATION="chroot").stdout.strip()
    scratch = buildah("from", "scratch")
    buildah("add", "-q", scratch, folder / "base.tar", "/")
    buildah("commit", "-q", "--rm", scratch, f"docker.io/library/debian:{RELEASE}-slim")
    file = unpacked(context) / "scripts" / "packaging" / "container" / "Dockerfile"
    told = buildah("build", "--network", "host", "--pull-never", "-t", "reprise-c", "-f", file, context)
    assert "warning:" not in told
    configured = json.loads(buildah("inspect", "--type", "image", "reprise-c"))["OCIv1"]["config"]
    assert configured["Cmd"] == ["reprise-c", "--help"] and configured["WorkingDir"] == "/data" and "Entrypoint" not in configured
    data = data_for_use(folder / "data")
    container = buildah("from", "--pull-never", "reprise-c")
    assert "reprise-c find" in buildah("run", container, "--", *configured["Cmd"])
    buildah("run", "--user", "nobody:nogroup", "-v", f"{data}:/data", container, "--", "sh", "-euc", USE)
    is_as_here(folder, data / "out" / "demo")
    buildah("rm", container)
    buildah("rmi", "--all")


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
    data = data_for_use(system.path("data"))
    system.run(USE, user="nobody:nogroup")
    is_as_here(folder, data / "out" / "demo")
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
