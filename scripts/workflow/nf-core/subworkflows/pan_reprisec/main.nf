//
// The repeats of several genomes together: the families of each, one library of all, the copies of that in each genome,
// and tables of families by genomes
//

include { REPRISEC_FIND     } from '../../modules/reprisec/find/main'
include { REPRISEC_MERGE    } from '../../modules/reprisec/merge/main'
include { REPRISEC_ANNOTATE } from '../../modules/reprisec/annotate/main'
include { REPRISEC_PAN      } from '../../modules/reprisec/pan/main'

workflow PAN_REPRISEC {

    take:
    ch_fasta // channel: [ val(meta), path(fasta) ]
    name     // string: of the library and the tables of all
    keep     // path: a curated library whose entries stand as they are, or []
    states   // string: a folder for the states of all runs, or []

    main:
    REPRISEC_FIND(ch_fasta, states)

    ch_libraries = REPRISEC_FIND.out.families
        .map { meta, families -> families }
        .collect(sort: { a, b -> a.name <=> b.name })
        .map { libraries -> [ [ id: name ], libraries ] }
    REPRISEC_MERGE(ch_libraries, keep)

    // all are annotated by the chance that the largest genome gives, so that figures of small and large ones compare
    ch_search_space = REPRISEC_FIND.out.summary
        .map { meta, summary -> new groovy.json.JsonSlurper().parseText(summary.text).input.acgt_bases }
        .max()
    REPRISEC_ANNOTATE(ch_fasta, REPRISEC_MERGE.out.families.first(), ch_search_space.first(), states)

    ch_copies    = REPRISEC_ANNOTATE.out.bed.map { meta, bed -> bed }.collect().map { files -> [ files ] }
    ch_summaries = REPRISEC_ANNOTATE.out.summary.map { meta, summary -> summary }.collect().map { files -> [ files ] }
    REPRISEC_PAN(REPRISEC_MERGE.out.families.combine(ch_copies).combine(ch_summaries))

    ch_versions = REPRISEC_FIND.out.versions.first()
        .mix(REPRISEC_MERGE.out.versions, REPRISEC_ANNOTATE.out.versions.first(), REPRISEC_PAN.out.versions)

    emit:
    families  = REPRISEC_MERGE.out.families  // channel: [ val(meta), path(fasta) ]
    members   = REPRISEC_MERGE.out.members   // channel: [ val(meta), path(tsv) ]
    bed       = REPRISEC_ANNOTATE.out.bed    // channel: [ val(meta), path(bed) ]
    masked    = REPRISEC_ANNOTATE.out.masked // channel: [ val(meta), path(fasta) ]
    tables    = REPRISEC_PAN.out.families    // channel: [ val(meta), path(tsv) ]
    wide      = REPRISEC_PAN.out.wide        // channel: [ val(meta), path(tsv) ]
    genomes   = REPRISEC_PAN.out.genomes     // channel: [ val(meta), path(tsv) ]
    mqc       = REPRISEC_ANNOTATE.out.mqc    // channel: [ val(meta), [ path(json) ] ]
    versions  = ch_versions                  // channel: [ path(versions.yml) ]
}
