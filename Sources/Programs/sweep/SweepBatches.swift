import FusionCore
import Methods
import ModelPools
import Tensors

/// Puts the jobs of a sweep together that can be merged in one pass over their models.
struct SweepBatches {
  /// Jobs merged together at most: each has files and buffers of its own.
  static let mostJobs = 32
  /// Bytes of models that rank 0 holds at once for evaluating them, where they are not saved.
  static let mostBytes = 4 << 30

  /// Positions of jobs, batch by batch.
  private(set) var batches: [[Int]] = []

  /// Cuts a sweep into batches.
  ///
  /// - Parameters:
  ///   - positions: the jobs that are to be run.
  ///   - groups: how many groups of ranks there are to share them.
  init(_ jobs: [SweepJob], _ positions: [Int], groups: Int) {
    var alike: [(key: String, positions: [Int])] = []
    for position in positions {
      let key = jobs[position].sharedPart
      if let place = alike.firstIndex(where: { $0.key == key }) {
        alike[place].positions.append(position)
      } else {
        alike.append((key, [position]))
      }
    }
    for (_, members) in alike {
      let fair = (members.count + groups - 1) / groups
      let size = min(fair, Self.mostTogether(members.map { jobs[$0] }))
      var rest = members[...]
      while !rest.isEmpty {
        batches.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
    }
  }

  /// How many of these jobs may be merged together. Errors are left to the jobs themselves.
  private static func mostTogether(_ jobs: [SweepJob]) -> Int {
    guard let job = jobs.first, jobs.allSatisfy(sharesPasses),
      let program = try? FabricModelFusionProgram.of(job)
    else { return 1 }
    let taskpool = try? program.makeTaskpool()
    guard program.mergedModelSavePath == nil, taskpool?.needsValues == true else { return mostJobs }
    guard
      let pool = try? program.make(
        program.modelpool, role: "modelpool", builtinModelPools, as: BaseModelPool.self),
      let model = try? pool.loadPretrainedOrFirstModel()
    else { return 1 }
    return max(1, min(mostJobs, mostBytes / max(model.manifest.byteCount, 1)))
  }

  /// Whether a job's method, with its parameters, makes its passes with others.
  private static func sharesPasses(_ job: SweepJob) -> Bool {
    guard let program = try? FabricModelFusionProgram.of(job),
      let method = try? program.make(
        program.method, role: "method", builtinMethods, as: BaseAlgorithm.self)
    else { return false }
    return method.sharesPasses
  }
}

extension FabricModelFusionProgram {
  /// The program of a job.
  ///
  /// - Throws: `ParameterError`.
  static func of(_ job: SweepJob) throws -> FabricModelFusionProgram {
    try Registry([FabricModelFusionProgram.self]).make(job.config, role: "")
  }
}
