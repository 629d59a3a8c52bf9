/* keeper.h: when and where a run of find keeps its state, and whether it goes on from one. */
#ifndef RP_CHECKPOINT_KEEPER_H
#define RP_CHECKPOINT_KEEPER_H

#include <jansson.h>

#include "base/log.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/folder.h"

typedef struct rp_keeper {
    double interval_s;            /* between checkpoints; as the user gave it, else the default */
    bool restart, off;
    const char *shared;           /* a folder for the states of many runs; NULL: the state goes with the results */
    const char *given;            /* a state with all families, which is only read and begun at; NULL: none */
    const char *part;             /* of the scan for copies that the run makes, as given; NULL: the whole */
    bool with_pairs;              /* the run writes candidate pairs, and a state goes with those written before */
    const rp_log *log;
    rp_run_folder folder;         /* of the state, and with `shared`, */
    rp_run_folder results;        /* what keeps other runs from the results */
    rp_checkpoint from;           /* that the run goes on from, */
    bool resumes;                 /* if there is one */
    rp_run_binding binding;       /* of this run; its parameters are owned */
    uint64_t kept_ns;             /* when the state was put in place last, or the run began */
    rp_file *latest;              /* the latest state, written but not in place; NULL: it is, or there is none */
} rp_keeper;

/* Takes PREFIX.reprise/ (NULL: no result lies there) and reads the checkpoint in it, if it is to be used. `options`: an
 * object with those that the families follow from (NULL: there was no memory for it). A checkpoint with others, or of
 * other code, is refused; a damaged one is told and set aside. In a shared folder each state has a name that follows
 * from all that it is bound to: it is taken when the genome is known. A state that is given is read in place of these,
 * and refused, if damaged or without all families, as bad input. False: error filled in. */
bool rp_keeper_open(rp_keeper *keeper, const char *prefix, const json_t *options, const rp_log *log,
                    rp_error *error) RP_MUST_CHECK;

/* After reading: takes the state of this run in a shared folder; whether the checkpoint is of this genome, and of its
 * lower case where that is respected; once the index is there, of its k. States that are kept are bound to them. */
bool rp_keeper_check_genome(rp_keeper *keeper, const rp_genome *genome, rp_error *error) RP_MUST_CHECK;
bool rp_keeper_check_k(rp_keeper *keeper, unsigned k, rp_error *error) RP_MUST_CHECK;

/* Hands the state that the run goes on from over to *state, and its k. False: there is none, and both stay as
 * they are. */
bool rp_keeper_take(rp_keeper *keeper, rp_run_state *state, unsigned *k);

/* Whether any state is kept. */
bool rp_keeper_keeps(const rp_keeper *keeper);

/* Whether it is time to keep the state. */
bool rp_keeper_is_due(const rp_keeper *keeper);

/* Writes the state and puts it in place if it is time to; between stages it is time sooner, since much of what follows
 * cannot be kept in its midst. That it cannot be written is told; the run goes on. */
void rp_keeper_keep(rp_keeper *keeper, const rp_run_state *state, bool between_stages);

/* Puts the latest state in place, for a run that is to end. */
void rp_keeper_flush(rp_keeper *keeper);

/* In any state. `done`: the results are in place. */
void rp_keeper_close(rp_keeper *keeper, bool done);

#endif
