# Many genomes: one library of all, and tables of families by genomes. man reprise-c-pan, STEPS.
TABLES = [f"{OUT}/{NAME}.{table}.tsv" for table in ("families", "wide", "genomes")]


rule pan:
    input:
        TABLES,
        rules.annotate.input,


rule merge:
    input:
        expand(OUT + "/{sample}.families.fa", sample=GENOMES),
    output:
        OUT + "/" + NAME + ".families.fa",
        OUT + "/" + NAME + ".members.tsv",
    params:
        prefix=f"{OUT}/{NAME}",
        options=config.get("merge_options", ""),
    threads: THREADS
    retries: 3
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    shell:
        "exec {PROGRAM} merge" + RUN + " -o {params.prefix:q} {params.options} {input:q}"


rule tables:
    input:
        library=LIBRARY,
        copies=expand(ON + ".copies.bed", sample=GENOMES),
        summaries=expand(ON + ".summary.json", sample=GENOMES),
    output:
        TABLES,
    params:
        prefix=f"{OUT}/{NAME}",
        annotations=[f"{sample}={OUT}/{NAME}.{sample}" for sample in GENOMES],
        options=config.get("tables_options", ""),
    retries: 3
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    shell:
        "exec {PAN:q} --tables-only --library {input.library:q} -o {params.prefix:q} {params.options} {params.annotations:q}"
