/* growths.c: a launch of growths, one a work group; see launch.h and kernels/grow.cl. */
#include <string.h>

#include "device/launch.h"

bool rp_growths_launch(rp_session *session, rp_launch *launch)
{
    const size_t bytes = launch->n * sizeof(rp_offload_growth);
    if (!rp_session_make_host(session, &launch->jobs, bytes))
        return false;
    rp_offload_growth *growths = launch->jobs.host;
    for (size_t i = 0; i < launch->n; i++)
        memcpy(&growths[i], launch->pieces.items[i].of->growth, sizeof *growths);
    const rp_argument argument = {sizeof(cl_mem), &launch->jobs.mem};
    const rp_kernel_call call = {
        session->grow, launch->pieces.items[0].of->view->covered != NULL, &argument, 1, launch->n * RP_GROW_LANES,
        RP_GROW_LANES};
    return rp_session_make_room(session, &launch->jobs, bytes, CL_MEM_READ_WRITE) &&
           rp_session_write(session, launch->jobs.mem, 0, bytes, launch->jobs.host, "growths") &&
           rp_session_run(session, &call) && rp_session_read(session, &launch->jobs, bytes, &launch->done);
}

uint64_t rp_growths_take(const rp_launch *launch)
{
    const rp_offload_growth *growths = launch->jobs.host;
    uint64_t cells = 0;
    for (size_t i = 0; i < launch->n; i++) {
        memcpy(launch->pieces.items[i].of->growth, &growths[i], sizeof *growths);
        cells += (uint64_t)growths[i].n_done * growths[i].n_lanes * RP_BAND;
    }
    return cells;
}
