/* keep_hook.h: how a stage that is under way has its state kept, by whoever runs it.
 *
 * A stage is given the part of the run's state that tells how far it is, and goes on from what it finds there. To have
 * the state kept it writes there how far it is now and calls the hook. What it only lends for that it takes back
 * afterwards: its caller finds its own again.
 */
#ifndef RP_BASE_KEEP_HOOK_H
#define RP_BASE_KEEP_HOOK_H

#include <stdbool.h>

/* Zeroed: nobody keeps anything. */
typedef struct rp_keep_hook {
    bool (*is_due)(void *context); /* whether it is time to; a stage that could at any moment asks before */
    void (*keep)(void *context);
    void *context;
} rp_keep_hook;

#endif
