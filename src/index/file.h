/* file.h: the k-mer index as a file, which is mapped back.
 *
 * The file is bound to the genome (its digest), to what was excluded (with lower case, its digest),
 * to this version of the format and to the code that indexes are made by (base/code.h); its sections
 * are checksummed. Byte order is the machine's.
 */
#ifndef RP_INDEX_FILE_H
#define RP_INDEX_FILE_H

#include "base/file.h"
#include "index/kmer_index.h"

/* Writes the index of `genome`. respect_mask: lower case was excluded, and the genome has it. */
bool rp_kmer_index_save(const rp_kmer_index *index, const rp_genome *genome, bool respect_mask, unsigned n_threads,
                        rp_file *file, rp_error *error) RP_MUST_CHECK;

/* Maps an index of this genome. k: 0 takes that of the file. NULL: error filled in: no index file, damaged, of another
 * genome, lower case, version or parameter. */
rp_kmer_index *rp_kmer_index_open(const char *path, const rp_genome *genome, bool respect_mask, unsigned k,
                                  unsigned n_threads, rp_error *error) RP_MUST_CHECK;

#endif
