// The MPI library that pkg-config names: Open MPI ("ompi-c") unless the package asks for another.
#ifndef COPENMPI_SHIM_H
#define COPENMPI_SHIM_H

#include <mpi.h>

#endif
