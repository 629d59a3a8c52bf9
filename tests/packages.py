"""packages.py: tarballs, recipes and systems for the checks of scripts/packaging."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import ROOT, Skip

# Variables of a make around these checks, and of Debian's and Conda's builders, are none of what is built here.
FOREIGN = ("MAKE", "MFLAGS", "DEB", "DIST_URL", "SOURCE_DATE_EPOCH", "CFLAGS", "CPPFLAGS", "LDFLAGS", "CC", "SAN", "OPENCL", "BUILD", "PREFIX", "DESTDIR")


def plain_environment(environ, **more):
    kept = {name: value for name, value in environ.items() if not name.startswith(FOREIGN)}
    return {**kept, "PATH": f"{kept['PATH']}:/usr/sbin:/sbin", **{name: str(value) for name, value in more.items()}}


def do(environ, *words, cwd=ROOT, status=0, **more):
    """Runs a program in a plain environment."""
    done = subprocess.run([*map(str, words)], cwd=cwd, env=plain_environment(environ, **more), capture_output=True, text=True)
    assert done.returncode == status, (words, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return done


def with_module(module, code, *words):
    """What Python code prints that needs a module of Debian's, which may be of another Python than this one."""
    for python in (sys.executable, "/usr/bin/python3"):
        if pathlib.Path(python).exists() and subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            done = subprocess.run([python, "-c", code, *map(str, words)], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-3000:]
            return done.stdout
    raise Skip(f"there is no module {module}")


class System:
    """A Debian in a folder: programs run in it as in a machine of its own, but for its network and kernel."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def copy(self):
        copied = tempfile.mkdtemp(prefix="system-", dir=self.folder.parent)
        subprocess.run(["cp", "-a", f"{self.folder}/.", copied], check=True)
        return System(copied)

    def remove(self):
        shutil.rmtree(self.folder)

    def path(self, inside):
        return self.folder / str(inside).lstrip("/")

    def run(self, script, cwd="/", user="root", environment=()):
        """A shell's commands; processes that they leave end with them, and so does the file system of processes."""
        begin = 'mount -t proc proc "$1/proc" && shift && exec chroot "$@"'
        words = [f"--userspec={user}", self.folder, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "DEBIAN_FRONTEND=noninteractive",
                 *environment, "sh", "-euc", f"cd {cwd}\n{script}"]
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", begin, "sh", str(self.folder), *map(str, words)],
                              capture_output=True, text=True)
        assert done.returncode == 0, (script, done.returncode, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    def files(self):
        """All of /usr and /etc but what package managers keep of their own work."""
        kept = ("usr/share/doc", "etc/ld.so.cache")
        found = (path.relative_to(self.folder) for top in ("usr", "etc") for path in self.path(top).rglob("*") if path.is_symlink() or path.is_file())
        return {str(path) for path in found if not str(path).startswith(kept) and path.suffix != ".pyc"}
