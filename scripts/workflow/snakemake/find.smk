# find: a genome at once, or in steps: its families, its copies in parts, and what follows from them. man reprise-c-find, STEPS.
FOUND = dict(
    families=OUT + "/{sample}.families.fa",
    copies=OUT + "/{sample}.copies.bed",
    gff3=OUT + "/{sample}.copies.gff3",
    masked=OUT + "/{sample}.masked.fa",
    classes=OUT + "/{sample}.classes.tsv",
    summary=OUT + "/{sample}.summary.json",
    table=OUT + "/{sample}.general_mqc.json",
    bars=OUT + "/{sample}.classes_mqc.json",
)
FIND = "exec {PROGRAM} find" + RUN + STATE + " -o {params.prefix:q} {params.options}"
RESULTS = " --multiqc --sample {wildcards.sample:q} " + config.get("result_options", "")


rule find:
    input:
        genome,
    output:
        **FOUND,
    params:
        prefix=lambda wildcards: f"{OUT}/{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{wildcards.sample}.log",
        options=config.get("options", ""),
    wildcard_constraints:
        sample=WHOLE,
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("request"),
        runtime=minutes,
    shell:
        FIND + RESULTS + " {input:q}"


rule families:
    input:
        genome,
    output:
        STATES + "/{sample}.state",
    params:
        prefix=lambda wildcards: f"{STATES}/{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{wildcards.sample}.log",
        options=config.get("options", ""),
    wildcard_constraints:
        sample=PARTED,
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("request"),
        runtime=minutes,
    shell:
        FIND + " --until-copies {input:q}"


rule find_part:
    input:
        genome=genome,
        state=STATES + "/{sample}.state",
    output:
        temp(STATES + "/{sample}.{part}-of-{parts}.scan"),
    params:
        prefix=lambda wildcards: f"{STATES}/{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{wildcards.sample}.{wildcards.part}-of-{wildcards.parts}.log",
        options=config.get("options", ""),
    wildcard_constraints:
        sample=PARTED,
        part=r"\d+",
        parts=r"\d+",
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("least"),
        runtime=minutes,
    shell:
        FIND + " --from {input.state:q} --part {wildcards.part}/{wildcards.parts} {input.genome:q}"


def parts_for(prefix):
    """All parts of a sample's genome, whose names begin so."""
    def names(wildcards):
        n = parts_of(wildcards.sample)
        return expand(prefix + f"{{part}}-of-{n}.scan", part=range(1, n + 1), sample=wildcards.sample)
    return names


rule find_gather:
    input:
        genome=genome,
        state=STATES + "/{sample}.state",
        parts=parts_for(STATES + "/{sample}."),
    output:
        **FOUND,
    params:
        prefix=lambda wildcards: f"{OUT}/{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{wildcards.sample}.log",
        options=config.get("options", ""),
    wildcard_constraints:
        sample=PARTED,
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("request"),
        runtime=minutes,
    shell:
        FIND + RESULTS + " --from {input.state:q} --gather {input.parts:q} -- {input.genome:q}"


rule multiqc:
    input:
        expand(OUT + "/{sample}.{kind}_mqc.json", sample=GENOMES, kind=["general", "classes"]),
    output:
        OUT + "/multiqc_report.html",
    resources:
        mem_mb=1000,
        runtime=30,
    shell:
        "multiqc -q --no-ansi --force -o {OUT:q} {input:q}"
