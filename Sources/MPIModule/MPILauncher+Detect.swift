import Foundation

extension MPILauncher {
  /// Finds the launcher that started this process, from its environment alone; nil if none did.
  ///
  /// A Slurm batch script has `SLURM_PROCID` but is not a rank of an MPI job: of Slurm's tasks only
  /// those count that `srun` gave a PMI or PMIx server to talk to. Numbers that do not parse or do
  /// not fit each other (a rank beyond the size) are not taken for a launcher's.
  public static func detect(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> MPILauncher? {
    let reader = EnvironmentReader(environment: environment)
    // The order matters: mpirun inside a Slurm job leaves Slurm's names of its own daemon in place,
    // and mpirun is itself a PMIx server.
    return openMPI(reader) ?? hydra(reader) ?? slurm(reader) ?? pmix(reader) ?? anyPMI(reader)
  }

  private static func openMPI(_ environment: EnvironmentReader) -> MPILauncher? {
    guard let place = environment.place("OMPI_COMM_WORLD_RANK", of: ["OMPI_COMM_WORLD_SIZE"])
    else { return nil }
    return MPILauncher(
      kind: .openMPI, rank: place.rank, size: place.size,
      localRank: environment.count("OMPI_COMM_WORLD_LOCAL_RANK"),
      localSize: environment.count("OMPI_COMM_WORLD_LOCAL_SIZE"))
  }

  /// Hydra, told from `srun --mpi=pmi2` by the local rank that only Hydra sets.
  private static func hydra(_ environment: EnvironmentReader) -> MPILauncher? {
    guard let place = environment.place("PMI_RANK", of: ["PMI_SIZE"]),
      let localRank = environment.count("MPI_LOCALRANKID")
    else { return nil }
    return MPILauncher(
      kind: .hydra, rank: place.rank, size: place.size, localRank: localRank,
      localSize: environment.count("MPI_LOCALNRANKS"))
  }

  private static func slurm(_ environment: EnvironmentReader) -> MPILauncher? {
    let sizes = ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"]
    guard environment.count("PMIX_RANK") != nil || environment.count("PMI_RANK") != nil,
      let place = environment.place("SLURM_PROCID", of: sizes)
    else { return nil }
    let nodeRank = environment.count("SLURM_NODEID")
    return MPILauncher(
      kind: .slurm, rank: place.rank, size: place.size,
      localRank: environment.count("SLURM_LOCALID"),
      localSize: nodeRank.flatMap { environment.slurmTasks(onNode: $0) }, nodeRank: nodeRank)
  }

  private static func pmix(_ environment: EnvironmentReader) -> MPILauncher? {
    environment.count("PMIX_RANK").map { MPILauncher(kind: .pmix, rank: $0) }
  }

  private static func anyPMI(_ environment: EnvironmentReader) -> MPILauncher? {
    environment.place("PMI_RANK", of: ["PMI_SIZE"]).map {
      MPILauncher(kind: .hydra, rank: $0.rank, size: $0.size)
    }
  }
}
