// What the parts of ck_combine share.
#ifndef CK_COMBINE_H
#define CK_COMBINE_H

#include "CFusionKernels.h"
#include "bits.h"

// Elements from..<from+n of a combination of any types.
void ck_combine_any(const ck_combination *combination, ck_dtype type, void *to, size_t from, size_t n);

// The first elements of a sum of bfloat16 models, or of their task vectors onto the base, that becomes
// bfloat16; how many: a multiple of 16, or 0 where the combination is another one.
size_t ck_combine_bf16(const ck_combination *combination, uint16_t *to, size_t n);

#endif
