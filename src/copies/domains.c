/* domains.c: see domains.h. */
#include "copies/domains.h"

const rp_domain *rp_domains_of(const rp_domains *domains, size_t family, size_t *n)
{
    size_t low = 0, high = domains->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (domains->items[middle].family < family)
            low = middle + 1;
        else
            high = middle;
    }
    *n = 0;
    while (low + *n < domains->n && domains->items[low + *n].family == family)
        ++*n;
    return domains->items + low;
}
