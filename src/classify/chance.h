/* chance.h: how likely it is that chance gives what is seen. */
#ifndef RP_CLASSIFY_CHANCE_H
#define RP_CLASSIFY_CHANCE_H

#include <stdint.h>

/* Natural logarithm of the chance of `least` or more of n, each of chance p, which is not 0 for any: the upper tail of
 * the binomial distribution. 0 where no more are seen than are expected. */
double rp_log_chance(uint32_t least, uint32_t n, double p);

#endif
