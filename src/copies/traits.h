/* traits.h: what the structure of a family and of its copies shows. Filled in by classify/. */
#ifndef RP_COPIES_TRAITS_H
#define RP_COPIES_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

/* Why a family is no transposable element. */
typedef enum rp_other {
    RP_OTHER_NONE,
    RP_OTHER_SATELLITE,      /* copies stand head to tail, or the consensus repeats itself */
    RP_OTHER_SIMPLE,         /* low complexity */
    RP_OTHER_DUPLICATION,    /* copies within larger duplicated stretches: too few independent ones */
    RP_OTHER_GENE,           /* coding sequence that diverges as genes do */
    RP_OTHER_EXONS,          /* follow each other as the exons of genes do */
    RP_OTHER_BESIDE_EXONS,   /* stand directly beside exons */
    RP_OTHER_HOST,           /* has domains of proteins that are not transposons' */
    RP_OTHER_ANNOTATED,      /* copies that lie on genes of the user's */
    RP_OTHER_RRNA,
    RP_OTHER_TRNA,
    RP_OTHER_CONTIGS,        /* whole contigs, or their ends */
    RP_OTHER_UNLIKELY,       /* made of copies too few for how they differ: unrelated sequence gives as much */
    RP_OTHER_CHANCE,         /* no more of it in the genome than in the genome backwards */
    RP_N_OTHERS
} rp_other;

/* How well a family is borne out (classify/grade.h). */
typedef enum rp_grade {
    RP_GRADE_NONE, /* it was not asked for */
    RP_GRADE_A,
    RP_GRADE_B,
    RP_GRADE_C,
    RP_GRADE_D, /* a candidate */
    RP_N_GRADES
} rp_grade;

/* The RNA gene that the head of a SINE comes from (classify/heads.h). */
typedef enum rp_head { RP_HEAD_NONE, RP_HEAD_TRNA, RP_HEAD_7SL, RP_HEAD_5S, RP_N_HEADS } rp_head;

enum { RP_TSD_MAX_BP = 20, RP_TAIL_UNIT_MAX_BP = 6 };

typedef struct rp_traits {
    /* of the consensus */
    uint32_t ltr_bp;            /* direct repeat at its two ends; 0: none */
    uint32_t ltr_begin;         /* where the left one begins */
    uint32_t ltr_right_begin, ltr_right_end;
    float ltr_identity;         /* percent */
    bool tg_ca;                 /* the LTR, or else the whole consensus, begins with TG and ends with CA */
    uint32_t tir_bp;            /* inverted repeat at its ends; 0: none */
    float tir_identity;
    uint8_t tir_left_bp, tir_right_bp; /* of the consensus, that stand beyond it */
    bool mite;                  /* it has them, and is too short to be an autonomous element */
    uint32_t tail_bp;           /* poly-A or microsatellite at the 3' end; 0: none */
    char tail_unit[RP_TAIL_UNIT_MAX_BP + 1];
    bool helitron_ends;         /* TC ... CTRR */
    uint32_t hairpin_bp;        /* stem shortly before the CTRR */
    uint32_t orf_begin, orf_bp; /* longest open reading frame, from stop to stop; 0: none */
    bool orf_reverse;           /* it is on the reverse strand */
    float low_complexity;       /* share of the consensus in short-period repeats */
    uint32_t period_bp;         /* at which at least half of the consensus repeats itself; 0: none */
    bool trna, rrna;
    rp_head head;               /* what its beginning is like, on one of its strands */
    bool head_is_sure;          /* also among all families that were looked at */
    float head_bits;            /* what that is worth, */
    float head_log_chance;      /* and the natural logarithm of the chance that its bases in another order have it */
    unsigned proteins;          /* of transposons, whose motifs it has (classify/proteins.h) */
    bool transposon_domains;    /* domains of transposons' proteins were found in it, */
    bool host_domains;          /* or only of others' */
    /* of the copies */
    uint32_t n_copies, n_full;  /* full: from one end of the consensus to the other */
    uint32_t n_truncated_left;  /* reach the right end but not the left one */
    uint32_t n_truncated_right;
    uint32_t n_independent;     /* places: copies that were duplicated with what is around them are one */
    float independent_share;    /* of the consensus, that has enough of them */
    float worth;                /* of their copies, to what the consensus takes to be told */
    uint32_t n_tandem;          /* copies that stand head to tail in arrays of three units and more */
    uint32_t n_whole_contigs;   /* are nearly all of their contig */
    uint32_t n_at_contig_ends;  /* of long contigs */
    uint32_t tsd_bp;            /* target-site duplication of most copies; 0: none shows */
    uint32_t tsd_max_bp;        /* of duplications of various lengths, the upper end of their range; else tsd_bp */
    int8_t tsd_left_bp,
        tsd_right_bp; /* of duplications of one length: so far outwards from the consensus' ends they begin */
    float tsd_share;            /* of the full copies that were looked at, above what chance gives */
    char tsd_consensus[RP_TSD_MAX_BP + 1];
    float at_share;             /* copies between A and T */
    float tail_in_copies;       /* copies whose right end or flank is rich in A */
    uint32_t coding_bp;         /* consensus bases whose changes are those of genes (classify/codons.h) */
    uint32_t coding_copies;     /* copies that hold some of these bases */
    uint32_t coding_changes;    /* changes that were looked at */
    uint32_t n_on_genes;        /* copies that lie mostly on coding sequence of the user's */
    float genes_log_chance;     /* natural logarithm of the chance that so many do */
    float coding_score;         /* natural logarithm of the odds for that, above what chance gives; 0: none */
    float mean_divergence;
    uint32_t n_left_ends, n_right_ends; /* parts that end where the consensus does */
    uint32_t n_young;           /* parts that hardly differ from the consensus */
    uint32_t n_ends_seen; /* places of which it was looked at what is beyond the consensus (classify/going_on.h), */
    uint32_t n_ended_left, n_ended_right; /* those that end where it does, */
    uint32_t n_going_on_left, n_going_on_right; /* and those that go on there as others do */
    int32_t score_of_two; /* that two copies may be expected to have with each other */
    rp_other other;
    rp_grade grade;
} rp_traits;

#endif
