import Tensors
import Threading

/// One reading of a rank's part of the inputs, and what is done with every block.
struct ElementwisePass: Sendable {
  /// What is read.
  let inputs: ElementwiseInputs
  /// What this rank reads of it.
  let slices: [Slice]
  /// Makes what one thread does with its blocks: called once on each thread.
  let begin: @Sendable () -> Visit

  /// One thread's part of a pass.
  struct Visit {
    /// Takes a block of the slice at a position of `slices`.
    let add: (Int, ElementBlock) -> Void
    /// Called after the thread's last block.
    let finish: () -> Void
  }

  /// Makes several passes over the same slices of the same sources, which are read once.
  ///
  /// Every process of `world` needs to call this method: a failure of one is agreed on.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  static func run(_ passes: [ElementwisePass], in world: any Fabric) throws {
    guard let slices = passes.first?.slices else { return }
    let inputs = passes.map(\.inputs)
    let visits = try world.agreeing {
      try Parallel(threads: world.readingThreads).forEach(
        slices.count, makeState: { passes.map { $0.begin() } }
      ) { visits, index in
        try ElementwiseInputs.forEachBlock(of: slices[index], for: inputs) { user, block, _ in
          visits[user].add(index, block)
        }
      }
    }
    for visit in visits.joined() { visit.finish() }
  }
}
