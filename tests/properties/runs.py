"""runs.py: one run of the program, watched: its CPU time, kills at drawn moments, no end in sight.

Moments are told in CPU seconds of the run, and a run hangs when it has used no CPU time for long: a busy machine is no
fault."""
import contextlib
import os
import re
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field

from harness import PROGRAM, heed_signals

SANITIZED = "san-" in PROGRAM
HANGS_AFTER_S = 300 if SANITIZED else 120
HEEDS_WITHIN_CPU_S = 600 if SANITIZED else 60
GRACE = 0.1
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """What a case found, in words."""


class OutOfTime(Exception):
    """The time of all runs is over: the one under way is put down, which is no fault of its own."""


@dataclass
class Kill:
    at_cpu_s: float
    number: int
    again: tuple = None  # (seconds later, a second signal)


@dataclass
class Meter:
    """What all runs have used together, and until when more may begin."""
    cpu_s: float = 0
    runs: int = 0
    resumes: int = 0
    kills: dict = field(default_factory=dict)
    most_cpu_s: float = float("inf")
    until: float = float("inf")

    def is_over(self, under_way_cpu_s=0.0, grace=0.0):
        """Whether the time is over; grace: the share by which CPU time may be above, and seconds / 100 on the clock."""
        return (self.cpu_s + under_way_cpu_s >= self.most_cpu_s * (1 + grace) or
                time.monotonic() >= self.until + 100 * grace)


@dataclass
class Done:
    status: int
    cpu_s: float
    rss_bytes: int
    told: str
    killed: bool


def cpu_seconds_of(pid):
    """CPU time of a living process, all threads; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as handle:
            fields = handle.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (OSError, IndexError):
        return 0.0


@dataclass
class Runner:
    meter: Meter
    folder: object               # of the case: standard output and error go to files there
    environment: dict
    lines: list = field(default_factory=list)  # the command lines, as a shell takes them

    def note(self, command, given, extra, kill):
        line = " ".join(f"{k}={shlex.quote(v)}" for k, v in extra.items()) + " " if extra else ""
        line += shlex.join(map(str, command)) + (f" <{shlex.quote(str(given))}" if given else "")
        if kill:
            line += f"  # {signal.Signals(kill.number).name} after {kill.at_cpu_s:.2f} CPU s"
        self.lines.append(line)

    def run(self, words, most_cpu_s, given=None, extra=None, kill=None):
        """Runs the program; stdin comes from the file `given`."""
        command = [PROGRAM, *map(str, words)]
        self.note(command, given, extra, kill)
        self.meter.runs += 1
        environment = {**os.environ, **self.environment, **(extra or {})}
        with contextlib.ExitStack() as files:
            streams = [files.enter_context(open(path, mode)) for path, mode in
                       ((given or os.devnull, "rb"), (self.folder / "stdout", "wb"), (self.folder / "stderr", "wb"))]
            child = subprocess.Popen(command, stdin=streams[0], stdout=streams[1], stderr=streams[2], env=environment,
                                     preexec_fn=heed_signals, cwd=self.folder)
        try:
            status, usage, killed = self.watch(child, most_cpu_s, kill)
        finally:
            if child.returncode is None:
                os.kill(child.pid, signal.SIGKILL)
                self.reap(child)
        text = (self.folder / "stderr").read_bytes().decode(errors="replace")
        return Done(status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, text, killed)

    def reap(self, child, options=0):
        """(status, usage) of a child that has ended, or None."""
        pid, status, usage = os.wait4(child.pid, options)
        if pid == 0:
            return None
        child.returncode = os.waitstatus_to_exitcode(status)
        self.meter.cpu_s += usage.ru_utime + usage.ru_stime
        return child.returncode, usage

    def watch(self, child, most_cpu_s, kill):
        sent, second_at = False, None
        used, used_at, pause = 0.0, time.monotonic(), 0.002
        while True:
            ended = self.reap(child, os.WNOHANG)
            if ended is not None:
                return *ended, sent
            now, cpu = time.monotonic(), cpu_seconds_of(child.pid)
            if cpu > used:
                used, used_at = cpu, now
            if now - used_at > HANGS_AFTER_S:
                raise Failure(f"hangs{' after its signal' if sent else ''}: {used:.1f} CPU s in all, none for "
                              f"{HANGS_AFTER_S} s: {self.lines[-1]}")
            if sent and used > kill.at_cpu_s + HEEDS_WITHIN_CPU_S:
                raise Failure(f"heeds no signal: {used - kill.at_cpu_s:.0f} CPU s after it: {self.lines[-1]}")
            if self.meter.is_over(used, GRACE):
                raise OutOfTime
            if used > most_cpu_s:
                raise Failure(f"comes to no end: {used:.0f} CPU s, where {most_cpu_s:.0f} are many: {self.lines[-1]}")
            if kill and not sent and cpu >= kill.at_cpu_s:
                os.kill(child.pid, kill.number)
                sent = True
                name = signal.Signals(kill.number).name
                self.meter.kills[name] = self.meter.kills.get(name, 0) + 1
                second_at = now + kill.again[0] if kill.again else None
            if second_at is not None and now >= second_at:
                os.kill(child.pid, kill.again[1])
                second_at = None
            time.sleep(pause)
            pause = min(0.05 if kill is None or sent else 0.01, pause * 1.2)


def least_of(told):
    """The budget in bytes that a refusal names, or that will do after one that was not enough; or None."""
    named = re.search(r"(?:least is|need) (\d+) MB", told)
    if named:
        return (int(named.group(1)) + 1) << 20
    taken = re.search(r"needs more than the \d+ MB that the run may take: (\d+) MB are in use", told)
    return int(taken.group(1)) * 3 // 2 << 20 if taken else None
