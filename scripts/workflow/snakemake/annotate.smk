# annotate: each genome with the library of all, or a given one; at once, or in parts that are gathered. man reprise-c-gather.
ON = OUT + "/" + NAME + ".{sample}"
SPACE = STATES + "/" + NAME + ".search_space"
ANNOTATED = dict(
    copies=ON + ".copies.bed",
    gff3=ON + ".copies.gff3",
    out=ON + ".out",
    masked=ON + ".masked.fa",
    classes=ON + ".classes.tsv",
    summary=ON + ".summary.json",
)
WRITTEN = " --sample {wildcards.sample:q} " + config.get("annotate_result_options", "")
GIVEN = {"genome": genome, "library": LIBRARY, **({} if config.get("library") else {"space": SPACE})}


def annotate_options():
    """With the merged library all genomes are annotated by the chance that the largest gives, so that figures compare."""
    space = config.get("search_space") if config.get("library") else f"$(cat '{SPACE}')"
    return config.get("annotate_options", "") + (f" --search-space {space}" if space else "")


rule annotate:
    input:
        expand(ON + ".copies.bed", sample=GENOMES),


localrules:
    search_space,


rule search_space:
    input:
        expand(OUT + "/{sample}.summary.json", sample=GENOMES),
    output:
        SPACE,
    run:
        most = max(json.load(open(path))["input"]["acgt_bases"] for path in input)
        with open(output[0], "w") as file:
            file.write(f"{most}\n")


rule annotate_genome:
    input:
        **GIVEN,
    output:
        **ANNOTATED,
    params:
        prefix=lambda wildcards: f"{OUT}/{NAME}.{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{NAME}.{wildcards.sample}.log",
        options=annotate_options(),
    wildcard_constraints:
        sample=WHOLE,
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("request", LIBRARY),
        runtime=minutes,
    shell:
        "exec {PROGRAM} annotate" + RUN + STATE + " -o {params.prefix:q} {params.options}" + WRITTEN + " {input.genome:q} {input.library:q}"


rule annotate_part:
    input:
        **GIVEN,
    output:
        temp(STATES + "/" + NAME + ".{sample}.{part}-of-{parts}.scan"),
    params:
        prefix=lambda wildcards: f"{STATES}/{NAME}.{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{NAME}.{wildcards.sample}.{wildcards.part}-of-{wildcards.parts}.log",
        options=annotate_options(),
    wildcard_constraints:
        sample=PARTED,
        part=r"\d+",
        parts=r"\d+",
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("least", LIBRARY),
        runtime=minutes,
    shell:
        "exec {PROGRAM} annotate" + RUN + STATE + " -o {params.prefix:q} {params.options}"
        " --part {wildcards.part}/{wildcards.parts} {input.genome:q} {input.library:q}"


rule gather:
    input:
        genome=genome,
        library=LIBRARY,
        parts=parts_for(STATES + "/" + NAME + ".{sample}."),
    output:
        **ANNOTATED,
    params:
        prefix=lambda wildcards: f"{OUT}/{NAME}.{wildcards.sample}",
        log=lambda wildcards: f"{STATES}/{NAME}.{wildcards.sample}.log",
    wildcard_constraints:
        sample=PARTED,
    threads: THREADS
    retries: 3
    resources:
        mem_mb=memory_mb("request", LIBRARY),
        runtime=minutes,
    shell:  # the parts tell what they were made by
        "exec {PROGRAM} gather" + RUN + " --log {params.log:q} -o {params.prefix:q}" + WRITTEN + " {input.genome:q} {input.library:q} {input.parts:q}"
