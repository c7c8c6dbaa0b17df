import FusionCore
import Tensors

/// What every rank of a merge would read, compute and write, for several numbers of ranks.
///
/// All of it follows from headers. How work is cut is asked of the merge itself, as a run does.
public struct MergePlan {
  /// A number of ranks.
  public struct World {
    /// What each rank does.
    public let ranks: [Rank]
    /// Estimated seconds from the first byte read to the last one written.
    public let seconds: Double
    /// Whether the shared file system, and not the ranks, takes most of that time.
    public let isStorageBound: Bool

    /// The most time that a rank takes over what a rank takes on average.
    public var imbalance: Double {
      let mean = ranks.reduce(0) { $0 + $1.seconds } / Double(ranks.count)
      return mean > 0 ? (ranks.map(\.seconds).max() ?? 0) / mean : 1
    }
  }

  /// One rank's part.
  public struct Rank {
    /// Bytes read from checkpoints.
    public internal(set) var bytesRead = 0
    /// Bytes of weights written.
    public internal(set) var bytesWritten = 0
    /// Seconds of computing, on the rank's threads.
    public internal(set) var computing = 0.0
    /// Bytes of working memory at most.
    public internal(set) var memory = 0
    /// Seconds of reading, computing and writing.
    public internal(set) var seconds = 0.0

    mutating func add(_ other: Rank) {
      bytesRead += other.bytesRead
      bytesWritten += other.bytesWritten
      computing += other.computing
      memory = max(memory, other.memory)
      seconds += other.seconds
    }
  }

  /// Who merges.
  public let method: String
  /// The models at hand: name and bytes of weights.
  public let inputs: [(name: String, bytes: Int)]
  /// The models that come out: tensors and bytes of weights.
  public let outputs: [(tensors: Int, bytes: Int)]
  /// Passes over the models before the result is computed.
  public let passCount: Int
  /// Threads of a rank.
  public let threads: Int
  /// How fast ranks are taken to be.
  public let options: PlanOptions
  /// One for each number of ranks in `options.ranks`.
  public private(set) var worlds: [World] = []

  /// Plans what a method would do.
  ///
  /// - Parameters:
  ///   - models: what the method returned, as it would be saved.
  ///   - opened: the models that it is made of.
  init(
    _ plan: MethodPlan, method: String, models: [any StateDict],
    opened: [(name: String, model: any StateDict)], threads: Int, options: PlanOptions
  ) {
    self.method = method
    self.threads = threads
    self.options = options
    inputs = opened.map { ($0.name, $0.model.manifest.byteCount) }
    outputs = models.map { ($0.manifest.tensors.count, $0.manifest.byteCount) }
    passCount = plan.passes.count
    let phases = plan.passes.map { Phase($0) } + models.map { Phase(saving: $0) }
    worlds = options.ranks.map { count in
      world(of: phases.map { phase in (0..<count).map { rank($0, of: count, in: phase) } }, count)
    }
  }

  /// The phases one after the other; each ends when the last rank has done its part.
  private func world(of phases: [[Rank]], _ count: Int) -> World {
    var ranks = Array(repeating: Rank(), count: count)
    var (seconds, ofStorage) = (0.0, 0.0)
    for phase in phases {
      let most = phase.map(\.seconds).max() ?? 0
      let bytes = phase.reduce(0) { $0 + $1.bytesRead + $1.bytesWritten }
      let storage = options.storageRate?.seconds(bytes) ?? 0
      seconds += max(most, storage)
      if storage > most { ofStorage += storage }
      for rank in ranks.indices { ranks[rank].add(phase[rank]) }
    }
    return World(ranks: ranks, seconds: seconds, isStorageBound: ofStorage > seconds / 2)
  }

  private func rank(_ number: Int, of count: Int, in phase: Phase) -> Rank {
    let part = phase.part(number, of: count)
    let speed = Self.referenceGflops / options.gflops
    let merging = options.mergeRate.seconds(part.bytesRead) + part.seconds * speed
    // A matrix is one thread's.
    let computing = max(merging / Double(threads), part.longest * speed)
    let moving =
      options.readRate.seconds(part.bytesRead) + options.writeRate.seconds(part.bytesWritten)
    let (memory, overflow) = part.memory.multipliedReportingOverflow(by: threads)
    return Rank(
      bytesRead: part.bytesRead, bytesWritten: part.bytesWritten, computing: computing,
      memory: overflow ? .max : memory, seconds: moving + computing)
  }

  /// The speed at which `MatrixCost` was measured.
  private static let referenceGflops = 38.0
}
