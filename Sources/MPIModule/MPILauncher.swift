/// The program that started this process as one of the ranks of an MPI job.
public struct MPILauncher: Equatable, Sendable {
  /// Which launcher, as far as the environment tells.
  public enum Kind: Equatable, Sendable {
    /// Open MPI's `mpirun`.
    case openMPI
    /// A PMIx launcher such as `prterun`.
    case pmix
    /// Slurm's `srun` with `--mpi=pmix` or `--mpi=pmi2`.
    case slurm
    /// Hydra, the `mpiexec` of MPICH and of MPIs made from it, or another PMI launcher.
    case hydra
  }

  /// Which launcher it is.
  public var kind: Kind
  /// The rank in the world, where the launcher says so.
  public var rank: Int?
  /// The number of ranks in the world, where the launcher says so.
  public var size: Int?
  /// The rank among the ranks on this node, where the launcher says so.
  public var localRank: Int?
  /// The number of ranks on this node, where the launcher says so.
  public var localSize: Int?
  /// The index of this node among the job's nodes, where the launcher says so.
  public var nodeRank: Int?

  /// A launcher that says this much.
  public init(
    kind: Kind, rank: Int? = nil, size: Int? = nil, localRank: Int? = nil, localSize: Int? = nil,
    nodeRank: Int? = nil
  ) {
    self.kind = kind
    self.rank = rank
    self.size = size
    self.localRank = localRank
    self.localSize = localSize
    self.nodeRank = nodeRank
  }
}

extension MPILauncher.Kind: CustomStringConvertible {
  /// The launcher as messages call it.
  public var description: String {
    switch self {
    case .openMPI: "Open MPI's mpirun"
    case .pmix: "a PMIx launcher"
    case .slurm: "Slurm's srun"
    case .hydra: "MPICH's mpiexec (Hydra)"
    }
  }
}
