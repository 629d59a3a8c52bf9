process REPRISEC_ANNOTATE {
    tag "$meta.id"
    label 'process_high'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(fasta)
    tuple val(meta2), path(library)
    val search_space
    val states

    output:
    tuple val(meta), path("${prefix}.copies.bed")  , emit: bed
    tuple val(meta), path("${prefix}.copies.gff3") , emit: gff
    tuple val(meta), path("${prefix}.out")         , emit: out
    tuple val(meta), path("${prefix}.tbl")         , emit: tbl
    tuple val(meta), path("${prefix}.masked.fa")   , emit: masked
    tuple val(meta), path("${prefix}.classes.tsv") , emit: classes
    tuple val(meta), path("${prefix}.summary.json"), emit: summary
    tuple val(meta), path("${prefix}.*_mqc.json")  , emit: mqc
    path "versions.yml"                            , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args   = task.ext.args ?: ''
    def space  = search_space ? "--search-space ${search_space}" : ''
    def keep   = states ? "--checkpoint-dir ${states}" : ''
    def memory = task.memory ? "--max-memory ${task.memory.toBytes().intdiv(4) * 3}" : ''
    prefix     = task.ext.prefix ?: "${meta.id}"
    """
    export REPRISE_C_NO_RUN_INFO=1
    reprise-c annotate \\
        -q \\
        --multiqc \\
        --sample ${prefix} \\
        --threads ${task.cpus} \\
        ${memory} \\
        ${space} \\
        ${keep} \\
        ${args} \\
        -o ${prefix} \\
        ${fasta} \\
        ${library}

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.copies.bed ${prefix}.copies.gff3 ${prefix}.out ${prefix}.tbl ${prefix}.masked.fa ${prefix}.classes.tsv
    touch ${prefix}.summary.json ${prefix}.general_mqc.json ${prefix}.classes_mqc.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        reprise-c: \$(reprise-c --version | cut -d' ' -f2)
    END_VERSIONS
    """
}
