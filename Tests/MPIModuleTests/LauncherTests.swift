import MPIModule
import Testing

@Suite("The launcher")
struct LauncherTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let environment: [String: String]
    let expected: MPILauncher?

    init(_ name: String, _ environment: [String: String], _ expected: MPILauncher?) {
      self.testDescription = name
      self.environment = environment
      self.expected = expected
    }
  }

  static let slurmBatch = [
    "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_NPROCS": "4", "SLURM_NODEID": "0",
    "SLURM_LOCALID": "0", "SLURM_TASKS_PER_NODE": "2(x2)", "SLURM_JOB_ID": "7",
  ]
  static let slurmTask = slurmBatch.merging([
    "SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "5", "SLURM_NODEID": "2", "SLURM_LOCALID": "1",
    "SLURM_STEP_TASKS_PER_NODE": "1(x2),3",
  ]) { _, new in new }
  static let openMPI = [
    "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    "OMPI_COMM_WORLD_LOCAL_SIZE": "2", "PMIX_RANK": "1",
  ]
  static let hydra = [
    "PMI_RANK": "2", "PMI_SIZE": "3", "MPI_LOCALRANKID": "0", "MPI_LOCALNRANKS": "1",
  ]
  static let openMPIFound = MPILauncher(
    kind: .openMPI, rank: 1, size: 4, localRank: 1, localSize: 2)
  static let hydraFound = MPILauncher(kind: .hydra, rank: 2, size: 3, localRank: 0, localSize: 1)
  static let slurmFound = MPILauncher(
    kind: .slurm, rank: 3, size: 5, localRank: 1, localSize: 3, nodeRank: 2)

  static func together(_ parts: [String: String]...) -> [String: String] {
    parts.reduce(into: [:]) { all, part in all.merge(part) { _, new in new } }
  }

  static let samples = [
    Sample("a plain shell", ["HOME": "/root"], nil),
    Sample("mpirun", openMPI, openMPIFound),
    Sample("mpirun in a Slurm job", together(slurmTask, openMPI), openMPIFound),
    Sample("mpiexec of MPICH", hydra, hydraFound),
    Sample("mpiexec of MPICH in a Slurm job", together(slurmTask, hydra), hydraFound),
    Sample(
      "a bare PMI", ["PMI_RANK": "0", "PMI_SIZE": "2"], .init(kind: .hydra, rank: 0, size: 2)),
    Sample("a PMIx launcher", ["PMIX_RANK": "4"], .init(kind: .pmix, rank: 4)),
    Sample("a Slurm batch script", slurmBatch, nil),
    Sample("srun without MPI", slurmTask, nil),
    Sample("srun with PMIx", together(slurmTask, ["PMIX_RANK": "3"]), slurmFound),
    Sample(
      "srun with PMI-2", together(slurmTask, ["PMI_RANK": "3", "PMI_SIZE": "5"]), slurmFound),
    Sample(
      "srun without a list of tasks per node",
      ["SLURM_PROCID": "0", "SLURM_NTASKS": "2", "PMIX_RANK": "0"],
      .init(kind: .slurm, rank: 0, size: 2)),
    Sample(
      "srun with a list that makes no sense",
      together(slurmTask, ["PMIX_RANK": "3", "SLURM_STEP_TASKS_PER_NODE": "1(x2,3"]),
      .init(kind: .slurm, rank: 3, size: 5, localRank: 1, nodeRank: 2)),
    Sample("a rank that is no number", ["PMI_RANK": "x", "PMI_SIZE": "2"], nil),
    Sample("a rank beyond the size", ["PMI_RANK": "2", "PMI_SIZE": "2"], nil),
    Sample("a negative rank", ["OMPI_COMM_WORLD_RANK": "-1", "OMPI_COMM_WORLD_SIZE": "2"], nil),
    Sample("a size alone", ["OMPI_COMM_WORLD_SIZE": "2"], nil),
    Sample("an empty rank", ["PMIX_RANK": ""], nil),
  ]

  @Test("is told from the environment", arguments: samples)
  func detection(_ sample: Sample) {
    #expect(MPILauncher.detect(environment: sample.environment) == sample.expected)
  }
}
