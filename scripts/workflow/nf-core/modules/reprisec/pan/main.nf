process REPRISEC_PAN {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(library), path(copies), path(summaries)

    output:
    tuple val(meta), path("${prefix}.families.tsv"), emit: families
    tuple val(meta), path("${prefix}.wide.tsv")    , emit: wide
    tuple val(meta), path("${prefix}.genomes.tsv") , emit: genomes
    path "versions.yml"                            , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args        = task.ext.args ?: ''
    def annotations = [summaries].flatten().collect { it.name - '.summary.json' }.sort().join(' ')
    prefix          = task.ext.prefix ?: "${meta.id}"
    """
    reprise-c-pan \\
        --tables-only \\
        --library ${library} \\
        ${args} \\
        -o ${prefix} \\
        ${annotations}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.families.tsv ${prefix}.wide.tsv ${prefix}.genomes.tsv

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """
}
