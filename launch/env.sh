# Sourced by the scripts beside it: where the command is, and what MPI and BLAS need to know.
launch=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$launch")
fusion_bench=${FUSION_BENCH:-$root/.build/release/fusion_bench}

# One BLAS thread for each rank: ranks fill the cores.
export OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}
# Containers run as root, which Open MPI refuses unless told so twice.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
