#include "CFusionKernels.h"
#include "bits.h"
#include "clones.h"

#define REAL float
#define NAME(x) x##_f32
#include "mergekit_body.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "mergekit_body.h"
#undef REAL
#undef NAME
