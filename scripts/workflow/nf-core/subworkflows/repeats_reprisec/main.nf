//
// The repeats of each genome
//

include { REPRISEC_FIND } from '../../modules/reprisec/find/main'

workflow REPEATS_REPRISEC {

    take:
    ch_fasta // channel: [ val(meta), path(fasta) ]
    states   // string: a folder for the states of all runs, or []

    main:
    REPRISEC_FIND(ch_fasta, states)

    emit:
    families = REPRISEC_FIND.out.families // channel: [ val(meta), path(fasta) ]
    masked   = REPRISEC_FIND.out.masked   // channel: [ val(meta), path(fasta) ]
    bed      = REPRISEC_FIND.out.bed      // channel: [ val(meta), path(bed) ]
    mqc      = REPRISEC_FIND.out.mqc      // channel: [ val(meta), [ path(json) ] ]
    versions = REPRISEC_FIND.out.versions // channel: [ path(versions.yml) ]
}
