"""check_cluster.py PROGRAM: batch jobs and workflows on a Slurm of this machine that are interrupted, requeued and starved of
memory; their results are those of a run that nobody disturbed. The script part of the Nextflow module is run as a shell script.
`make check-cluster`."""
import pathlib
import shutil
import textwrap
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
    need("snakemake")
    environment = {**os.environ, "REPRISE_C_NO_RUN_INFO": "1", "HOME": str(folder), "USER": "root"}
    return subprocess.Popen(["snakemake", "-s", WORKFLOW / "snakemake" / "Snakefile", "--configfile", "config.json", *map(str, words)], cwd=folder,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def configure(folder, **more):
    genomes = {}
    for name, seed in (("one", 7), ("two", 8)):
        run("simulate", "-o", folder / name, "-l", "4M", "-f", 40, "-c", 3, "-s", seed)
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
        slurm.quiet("scontrol", "requeue", job_of("one"))
        told = child.communicate(timeout=500)[0]
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    assert child.returncode == 0, told[-3000:]
    assert log.read_text().count("begins at") == 2, log.read_text()
    two = (folder / "states" / "two.log").read_text()
    assert "--max-memory" in two and two.count("begins at") >= 2, two
    assert {name: digest(folder / "results" / name, ON_CLUSTER) for name in plain} == plain


def job_of(sample):
    """The Slurm job in which this sample's run is under way, as its environment has it."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if words[0] == PROGRAM.encode() and sample.encode() in words:
                variables = dict(word.split(b"=", 1) for word in (path / "environ").read_bytes().split(b"\0") if b"=" in word)
                return variables[b"SLURM_JOB_ID"].decode()
        except OSError:
            continue
    raise AssertionError(f"no run of {sample} is under way")


def nextflow_script(values):
    """The command of the Nextflow module with these values: what Nextflow writes to .command.sh."""
    text = (WORKFLOW / "nf-core" / "modules" / "reprisec" / "find" / "main.nf").read_text()
    script = text[text.index("    script:"):text.index("    stub:")]
    body = textwrap.dedent(script[script.index('"""') + 3:script.rindex('"""')])
    body = re.sub(r"(?<!\\)\$\{([a-z.]+)\}", lambda found: values[found.group(1)], body)
    return body.replace("\\$", "$").replace("\\\\\n", "\\\n")


def test_the_script_of_the_nextflow_module(folder):
    """In a work folder of its own for each attempt: the second goes on from the state of the first."""
    genome, plain = simulated(folder, "1M")
    states = folder / "states"
    values = {"prefix": "g", "task.cpus": "1", "memory": "--max-memory 1G", "keep": f"--checkpoint-dir {states}", "args": "", "fasta": str(genome),
              "task.process": "REPRISEC_FIND"}
    environment = {**os.environ, "PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}"}
    for name, args, status in (("first", "--checkpoint-interval 0.000001 --gff3 /dev/full", PASSING), ("second", "--log run.log", 0)):
        (folder / name).mkdir()
        script = nextflow_script({**values, "args": args})
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder / name, env=environment, capture_output=True, text=True)
        assert done.returncode == status, (script, done)
    assert "going on from the checkpoint" in (folder / "second" / "run.log").read_text()
    assert digest(folder / "second" / "g", ON_CLUSTER) == plain
    outputs = re.findall(r'path\("\$\{prefix\}\.([^"]+)"\)', (WORKFLOW / "nf-core/modules/reprisec/find/main.nf").read_text())
    assert len(outputs) == 7 and all(list((folder / "second").glob(f"g.{ending}")) for ending in outputs), outputs
    version = run("--version").stdout.split()[1]
    assert (folder / "second" / "versions.yml").read_text() == f'"REPRISEC_FIND":\n    reprise-c: {version}\n'


if __name__ == "__main__":
    try:
        status = main(globals())
    finally:
        if cluster:
            cluster["slurm"].stop()
            shutil.rmtree(cluster["folder"], ignore_errors=True)
    sys.exit(status)
