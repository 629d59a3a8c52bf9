/* chance.c: see chance.h. */
#include "classify/chance.h"

#include <math.h>

double rp_log_chance(uint32_t least, uint32_t n, double p)
{
    int sign;
    double sum = 0, first = 0;
    if (least <= n * p)
        return 0; /* no less than is expected */
    if (p <= 0)
        return -INFINITY;
    for (uint32_t k = least; k <= n; k++) {
        const double here = lgamma_r(n + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(n - k + 1.0, &sign) +
                            k * log(p) + (n - k) * log1p(-p);
        first = k == least ? here : first;
        sum += exp(here - first);
    }
    return first + log(sum);
}
