process REPRISEC_MERGE {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(libraries)
    path keep

    output:
    tuple val(meta), path("${prefix}.families.fa") , emit: families
    tuple val(meta), path("${prefix}.members.tsv") , emit: members
    path "versions.yml"                            , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args    = task.ext.args ?: ''
    def curated = keep ? "--keep ${keep}" : ''
    def memory  = task.memory ? "--max-memory ${task.memory.toBytes().intdiv(4) * 3}" : ''
    prefix      = task.ext.prefix ?: "${meta.id}"
    """
    reprise-c merge \\
        -q \\
        --threads ${task.cpus} \\
        ${memory} \\
        ${curated} \\
        ${args} \\
        -o ${prefix} \\
        ${libraries}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.families.fa ${prefix}.members.tsv

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """
}
