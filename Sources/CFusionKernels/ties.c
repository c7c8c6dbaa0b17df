#include "CFusionKernels.h"
#include "clones.h"

#define REAL float
#define NAME(x) x##_f32
#include "ties_body.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(x) x##_f64
#include "ties_body.h"
#undef REAL
#undef NAME
