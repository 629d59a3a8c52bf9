"""slurm.py: a Slurm of one machine for tests, all of it in one folder: munged, slurmctld and slurmd of Debian's packages
(slurm-wlm, munge), without systemd, accounting or control groups. What a job was given stands in its environment.

Pitfalls that it minds: a requeue waits for the credential to expire, two minutes by default; MinJobAge forgets ended
jobs; munge's socket has one place on a machine, so that a daemon which answers is used as it is."""
import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

CONFIGURATION = """ClusterName=test
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
KillWait=5
MinJobAge=3600
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
NodeName={host} CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=normal Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class Unavailable(Exception):
    """Slurm cannot be had here, and why."""


def quiet(*words, **more):
    return subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def wait_until(holds, seconds=30):
    for _ in range(int(seconds * 10)):
        if holds():
            return True
        time.sleep(0.1)
    return False


def free_ports(n):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(n)]
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]


def end(pid_file):
    """Ends the daemon of this file, and waits for it."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(pid_file.read_text())
        os.kill(pid, 15)
        if not wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), 10):
            os.kill(pid, 9)


def munge_answers():
    made = subprocess.run("munge -n </dev/null | unmunge", shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return made.returncode == 0


class Slurm:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.host = socket.gethostname().split(".")[0]
        self.own_munge = False

    def start(self):
        if os.geteuid() != 0:
            raise Unavailable("slurmd needs root")
        for program in "munged", "slurmctld", "slurmd", "sbatch":
            if shutil.which(program) is None:
                raise Unavailable(f"{program} is not installed (slurm-wlm, munge)")
        try:
            socket.gethostbyname(self.host)
        except OSError:
            raise Unavailable(f"the host's name, {self.host}, does not resolve") from None
        for name in "state", "spool":
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.start_munge()
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 9 // 10 >> 20
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(host=self.host, ports=free_ports(2), folder=self.folder, cpus=os.cpu_count(), memory=memory))
        os.environ["SLURM_CONF"] = str(configuration)
        for daemon in "slurmctld", "slurmd":
            done = quiet(daemon, "-c")
            if done.returncode != 0:
                raise Unavailable(f"{daemon} does not start: {done.stdout[-300:]}")
        if not wait_until(lambda: quiet("sinfo", "-h", "-o", "%T").stdout.strip() in ("idle", "mixed", "allocated")):
            raise Unavailable("the node does not come up: " + (self.folder / "slurmd.log").read_text()[-300:])

    def start_munge(self):
        if munge_answers():
            return
        owner = pwd.getpwnam("munge")
        for path, mode in (("/etc/munge", 0o700), ("/run/munge", 0o755), ("/var/lib/munge", 0o711), ("/var/log/munge", 0o700)):
            os.makedirs(path, exist_ok=True)
            os.chown(path, owner.pw_uid, owner.pw_gid)
            os.chmod(path, mode)
        key = pathlib.Path("/etc/munge/munge.key")
        if not key.exists():
            key.write_bytes(os.urandom(128))
        os.chown(key, owner.pw_uid, owner.pw_gid)
        key.chmod(0o600)
        done = quiet("runuser", "-u", "munge", "--", "munged")
        if done.returncode != 0 or not wait_until(munge_answers, 5):
            raise Unavailable(f"munged does not start: {done.stdout[-300:]}")
        self.own_munge = True

    def stop(self):
        quiet("scancel", "--full", "--quiet", "--user=root", timeout=20)
        for daemon in "slurmd", "slurmctld":
            end(self.folder / f"{daemon}.pid")
        if self.own_munge:
            end(pathlib.Path("/run/munge/munged.pid"))


def submit(*words, cwd):
    done = quiet("sbatch", "--parsable", *words, cwd=cwd)
    assert done.returncode == 0, done.stdout
    return done.stdout.strip()


def job(number):
    """What Slurm tells of a job, by name."""
    text = quiet("scontrol", "--oneliner", "show", "job", number).stdout
    return dict(word.split("=", 1) for word in text.split() if "=" in word)
