"""check_cluster.py PROGRAM: batch jobs and workflows on a Slurm of this machine that are interrupted, requeued and starved of
memory; their results are those of a run that nobody disturbed. `make check-cluster`."""
import pathlib
import shutil
import time

import slurm
from harness import *

WORKFLOW = ROOT / "scripts" / "workflow"
ON_CLUSTER = ["families.fa", "copies.bed", "copies.gff3", "masked.fa", "classes.tsv", "summary.json"]
cluster = {}


def need_slurm():
    """The Slurm of all tests here; started by the first one that wants it."""
    if not cluster:
        folder = tempfile.mkdtemp(prefix="slurm-")
        made = slurm.Slurm(folder)
        cluster.update(folder=folder, slurm=made, reason=None)
        try:
            made.start()
        except slurm.Unavailable as reason:
            cluster["reason"] = str(reason)
    if cluster["reason"] is not None:
        raise Skip(cluster["reason"])


def simulated(folder, length="8M"):
    run("simulate", "-o", folder / "g", "-l", length, "-f", 40, "-c", 3, "-s", 7)
    run("find", "-q", "--no-run-info", "--sample", "g", "-t", 1, "-o", folder / "plain", folder / "g.fa")
    return folder / "g.fa", digest(folder / "plain", ON_CLUSTER)


def under_way(log):
    """Waits until a run has kept a state."""
    return slurm.wait_until(lambda: log.exists() and "checkpoint written" in log.read_text(), 60)


def ended(number, seconds=240):
    states = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
    assert slurm.wait_until(lambda: slurm.job(number).get("JobState") in states, seconds), slurm.job(number)
    return slurm.job(number)


def batch(folder, *options, genome="g.fa"):
    os.environ["REPRISE_C"] = PROGRAM
    return slurm.submit("--mem=2G", "--cpus-per-task=1", *options, WORKFLOW / "slurm" / "find.sbatch", genome, "out/g", "--no-run-info",
                        "--sample", "g", "-t", 1, "--checkpoint-interval", "0.000001", cwd=folder)


def test_a_job_that_gets_usr1_is_requeued_and_goes_on(folder):
    need_slurm()
    genome, plain = simulated(folder)
    number = batch(folder)
    assert under_way(folder / "out" / "g.log")
    slurm.quiet("scancel", "--batch", "--signal=USR1", number)
    told = ended(number)
    text = (folder / "out" / "g.log").read_text()
    assert told["JobState"] == "COMPLETED" and told["Restarts"] == "1", (told, text)
    assert text.count("begins at") == 2 and "ended by signal 10" in text and "going on from the checkpoint" in text, text
    assert digest(folder / "out" / "g", ON_CLUSTER) == plain


def test_a_requeued_job_comes_to_the_same_end(folder):
    """Slurm kills at once, as when a node fails: what was not kept is done again."""
    need_slurm()
    genome, plain = simulated(folder)
    number = batch(folder)
    assert under_way(folder / "out" / "g.log")
    slurm.quiet("scontrol", "requeue", number)
    told = ended(number)
    assert told["JobState"] == "COMPLETED" and told["Restarts"] == "1", told
    assert "going on from the checkpoint" in (folder / "out" / "g.log").read_text()
    assert digest(folder / "out" / "g", ON_CLUSTER) == plain


def test_a_cancelled_job_stays_so_and_keeps_its_state(folder):
    need_slurm()
    genome, plain = simulated(folder)
    number = batch(folder)
    assert under_way(folder / "out" / "g.log")
    slurm.quiet("scancel", number)
    assert ended(number)["JobState"] == "CANCELLED"
    assert "ended by signal 15" in (folder / "out" / "g.log").read_text(), "TERM reaches the program by itself"
    assert not (folder / "out" / "g.families.fa").exists()
    number = batch(folder)
    told = ended(number)
    assert told["JobState"] == "COMPLETED" and told["Restarts"] == "0", told
    assert "going on from the checkpoint" in (folder / "out" / "g.log").read_text()
    assert digest(folder / "out" / "g", ON_CLUSTER) == plain


def test_a_starved_job_fails_with_the_status_of_memory(folder):
    need_slurm()
    genome, plain = simulated(folder, "1M")
    told = ended(batch(folder, "--mem=60"))
    assert told["JobState"] == "FAILED" and told["ExitCode"] == f"{MEMORY}:0", told
    assert "three quarters of what the Slurm job may use" in (folder / "out" / "g.log").read_text()


def test_threads_are_those_that_slurm_gives_to_a_task(folder):
    need_slurm()
    if (os.cpu_count() or 1) < 2:
        raise Skip("there is one processor")
    (folder / "g.fa").write_text(">g\n" + "ACGT" * 100 + "\n")
    (folder / "job.sh").write_text(f"#!/bin/bash\nexec '{PROGRAM}' find -q -o x g.fa\n")
    number = slurm.submit("--mem=1G", "--cpus-per-task=1", "job.sh", cwd=folder)
    assert ended(number)["JobState"] == "COMPLETED"
    assert json.load(open(folder / "x.summary.json"))["run"]["threads"] == 1


PAN_RUNS, PAN_KILLS, PAN_SECONDS = 10, 3, 240


def pan_results(folder):
    """All files of a pan workflow but what tells of the way: logs and the list of steps."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "steps.json" and not path.name.startswith("slurm-")}


def test_a_pan_workflow_that_is_killed_at_random_has_one_digest(folder):
    """Ten jobs, each killed and put back into the queue up to three times at random moments, for so many seconds at most."""
    need_slurm()
    need_shared()
    made = subprocess.run([sys.executable, ROOT / "scripts" / "bench" / "simulate_species.py", "--out", folder / "s", "--length", "1400000",
                           "--families", "25", "--shared", "0.6", "--seed", "1"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    genomes = [f"s{i}={folder / 's' / f's{i}.fa'}" for i in (1, 2, 3)]
    words = ["--program", PROGRAM, "-t", "1", "--find", "--checkpoint-interval 0.05", "--annotate", "--checkpoint-interval 0.05"]
    (folder / "plain").mkdir()
    begun = time.monotonic()
    done = subprocess.run([WORKFLOW / "reprise-c-pan", "-o", "pan", *genomes, *words], cwd=folder / "plain", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole, expected = time.monotonic() - begun, pan_results(folder / "plain")
    assert len(expected) > 20, expected
    os.environ["REPRISE_C_PAN"] = str(WORKFLOW / "reprise-c-pan")
    rng, jobs = random.Random(18), {}
    for number in range(PAN_RUNS):
        place = folder / f"run{number}"
        place.mkdir()
        job = slurm.submit("--mem=500M", "--cpus-per-task=1", WORKFLOW / "slurm" / "pan.sbatch", "pan", *genomes, *words, cwd=place)
        jobs[job] = {"place": place, "kills": 0, "start": None, "next": None}

    def look_after(number, told):
        """Kills a job that runs when its time has come. Whether it has come to an end."""
        state, mine, now = told.get("JobState"), jobs[number], time.monotonic()
        if state != "RUNNING":
            mine["next"] = None
            return state in ("COMPLETED", "FAILED", "CANCELLED")
        if mine["next"] is None:
            mine["next"] = now + rng.uniform(0, 0.8 * whole)
        elif now >= mine["next"] and mine["kills"] < PAN_KILLS and now - begun < PAN_SECONDS:
            mine["next"], mine["kills"] = None, mine["kills"] + 1
            slurm.quiet("scontrol", "requeue", number)
        return False

    begun = time.monotonic()
    assert slurm.wait_until(lambda: all([look_after(number, slurm.job(number)) for number in jobs]), 2 * PAN_SECONDS), \
        [slurm.job(number) for number in jobs]
    restarts = [int(slurm.job(number)["Restarts"]) for number in jobs]
    for number, mine in jobs.items():
        log = "".join(path.read_text() for path in mine["place"].glob("slurm-*"))
        assert slurm.job(number)["JobState"] == "COMPLETED", log[-2000:]
        assert pan_results(mine["place"]) == expected, (number, mine["kills"])
    print(f"        {PAN_RUNS} runs of {whole:.0f} s, {sum(restarts)} kills ({restarts}), {time.monotonic() - begun:.0f} s: one digest of {len(expected)} files")
    assert sum(restarts) > 0


def need_shared():
    if not (SHARED / "eval" / "simulate_genome.py").exists():
        raise Skip("simulate_genome.py is not beside the clone")


def snakemake(folder, *words):
    """Under way, in a session of its own."""
    need("snakemake")
    environment = {**os.environ, "REPRISE_C_NO_RUN_INFO": "1", "HOME": str(folder), "USER": "root"}
    return subprocess.Popen(["snakemake", *map(str, words), "-s", WORKFLOW / "snakemake" / "Snakefile", "--configfile", "config.json"], cwd=folder,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def end_group(child):
    """What runs there is killed at once, as when a machine fails."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def configure(folder, length="4M", **more):
    genomes = {}
    for name, seed in (("one", 7), ("two", 8)):
        run("simulate", "-o", folder / name, "-l", length, "-f", 40, "-c", 3, "-s", seed)
        genomes[name] = f"{name}.fa"
        run("find", "-q", "--no-run-info", "--sample", name, "-t", 1, "-o", folder / "plain" / name, folder / f"{name}.fa")
    (folder / "config.json").write_text(json.dumps({"genomes": genomes, "program": PROGRAM, "threads": 1, "options": "--checkpoint-interval 0.000001", **more}))
    return {name: digest(folder / "plain" / name, ON_CLUSTER) for name in genomes}


def test_the_snakemake_workflow_on_this_machine(folder):
    plain = configure(folder)
    child = snakemake(folder, "--cores", 1)
    told = child.communicate(timeout=300)[0]
    assert child.returncode == 0, told[-3000:]
    assert {name: digest(folder / "results" / name, ON_CLUSTER) for name in plain} == plain
    assert shutil.which("multiqc") is None or (folder / "results" / "multiqc_report.html").exists()


def test_the_snakemake_workflow_on_slurm_disturbed(folder):
    """One job is killed and requeued, one gets USR1 and is tried again, one has too little memory at first."""
    need_slurm()
    plain = configure(folder, memory_mb={"two": 70})
    child = snakemake(folder, "--profile", WORKFLOW / "snakemake" / "slurm", "--latency-wait", 5)

    try:
        log = folder / "states" / "one.log"
        assert under_way(log), child.poll()
        slurm.quiet("scontrol", "requeue", *jobs_of("one"))
        told = child.communicate(timeout=500)[0]
    finally:
        end_group(child)
    assert child.returncode == 0, told[-3000:]
    assert log.read_text().count("begins at") == 2, log.read_text()
    two = (folder / "states" / "two.log").read_text()
    assert "--max-memory" in two and two.count("begins at") >= 2, two
    assert {name: digest(folder / "results" / name, ON_CLUSTER) for name in plain} == plain


def jobs_of(word):
    """Slurm jobs of runs under way that have this word on their command line, as their environments have it."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if words[0] == PROGRAM.encode() and word.encode() in words:
                variables = dict(word.split(b"=", 1) for word in (path / "environ").read_bytes().split(b"\0") if b"=" in word)
                found.append(variables[b"SLURM_JOB_ID"].decode())
        except (OSError, KeyError):
            continue
    return found


def pan_of(folder):
    """What reprise-c-pan has of the genomes in the configuration, by the names that the rules give them."""
    genomes = json.loads((folder / "config.json").read_text())["genomes"]
    done = subprocess.run([WORKFLOW / "reprise-c-pan", "--program", PROGRAM, "-t", "1", "-o", folder / "whole" / "pan",
                           *(f"{name}={folder / path}" for name, path in genomes.items())], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.removeprefix("pan.find/"): sha for name, sha in pan_results(folder / "whole").items()}


def results_of(folder, expected):
    return {name: hashlib.sha256((folder / "results" / name).read_bytes()).hexdigest() for name in expected}


def test_the_snakemake_rules_for_many_genomes_killed_on_this_machine(folder):
    """One genome whole and one in parts: the bytes of reprise-c-pan, although Snakemake and all that it runs is killed, twice."""
    plain = configure(folder, "2M", parts={"one": 3})
    expected = pan_of(folder)
    assert len(expected) > 40 and {"pan.wide.tsv", "pan.one.copies.bed", "pan.members.tsv", "two.families.fa"} < set(expected), expected
    for sign in ("states/one.state", "results/pan.families.fa"):
        child = snakemake(folder, "pan", "--cores", 2, "--rerun-incomplete")
        slurm.wait_until(lambda: child.poll() is not None or (folder / sign).exists(), 240)
        end_group(child)
        unlock = snakemake(folder, "--unlock")
        assert unlock.communicate()[0] and unlock.returncode == 0
    child = snakemake(folder, "pan", "all", "--cores", 2, "--rerun-incomplete")
    told = child.communicate(timeout=500)[0]
    assert child.returncode == 0, told[-3000:]
    assert {name: digest(folder / "results" / name, ON_CLUSTER) for name in plain} == plain
    assert results_of(folder, expected) == expected
    assert not list(folder.rglob("*.scan")), "parts go when they are gathered"
    again = snakemake(folder, "pan", "all", "--cores", 2)
    assert "Nothing to be done" in again.communicate(timeout=100)[0]


def test_the_snakemake_rules_with_a_given_library(folder):
    """Nothing is found or merged; a large genome in parts, by the thresholds of its own size."""
    configure(folder, "1M", parts=2, library="one.truth.fa", name="curated")
    child = snakemake(folder, "annotate", "--cores", 2)
    told = child.communicate(timeout=300)[0]
    assert child.returncode == 0, told[-3000:]
    endings = ["copies.bed", "copies.gff3", "out", "masked.fa", "classes.tsv", "summary.json"]
    for name in ("one", "two"):
        run("annotate", "-q", "--no-run-info", "--sample", name, "-o", folder / f"a.{name}", folder / f"{name}.fa", folder / "one.truth.fa")
        assert digest(folder / "results" / f"curated.{name}", endings) == digest(folder / f"a.{name}", endings)
    assert not (folder / "results" / "one.families.fa").exists()


def test_the_snakemake_rules_for_many_genomes_on_slurm_disturbed(folder):
    """Jobs are killed and requeued, at the step of the families and then at random; one genome's have too little memory at first."""
    need_slurm()
    configure(folder, "4M", parts={"one": 4}, memory_mb={"two": 70}, annotate_options="--checkpoint-interval 0.000001")
    expected = pan_of(folder)
    rng, killed = random.Random(18), 0
    child = snakemake(folder, "pan", "--profile", WORKFLOW / "snakemake" / "slurm", "--latency-wait", 5)
    try:
        assert under_way(folder / "states" / "one.log"), child.poll()
        for number in jobs_of("states/one"):
            killed += slurm.quiet("scontrol", "requeue", number).returncode == 0
        began = time.monotonic()
        while child.poll() is None and time.monotonic() - began < 500:
            time.sleep(rng.uniform(0.1, 1))
            jobs = [number for word in ("states/one", "states/pan.one", "results/pan.two", "results/pan.one") for number in jobs_of(word)]
            if jobs and killed < 6:
                killed += slurm.quiet("scontrol", "requeue", rng.choice(jobs)).returncode == 0
        told = child.communicate(timeout=10)[0]
    finally:
        end_group(child)
    assert child.returncode == 0, told[-3000:]
    assert killed > 0
    two = (folder / "states" / "two.log").read_text()
    assert "--max-memory" in two and two.count("begins at") >= 2, two
    assert results_of(folder, expected) == expected
    print(f"        {killed} jobs requeued; {len(expected)} files as reprise-c-pan has them")


if __name__ == "__main__":
    try:
        status = main(globals())
    finally:
        if cluster:
            cluster["slurm"].stop()
            shutil.rmtree(cluster["folder"], ignore_errors=True)
    sys.exit(status)
