import Tensors

extension ElementwiseInputs {
  /// Goes through the blocks of `slices`, on all threads of this rank.
  ///
  /// Every pass over the inputs that does not write goes through here. Every process of `world`
  /// needs to call this method: a failure of one is agreed on.
  ///
  /// - Parameters:
  ///   - slices: what this rank reads.
  ///   - makeState: makes the state that one thread collects in.
  ///   - body: adds a block of the slice at a position of `slices` to a thread's state. One thread
  ///     gets the blocks of one slice, in ascending order; which slices meet in one state is not
  ///     determined.
  /// - Returns: the threads' states.
  /// - Throws: `AgreedError` when reading failed on any rank.
  func visit<State>(
    _ slices: [Slice], in world: any Fabric, makeState: @Sendable () -> State,
    _ body: @Sendable (inout State, Int, ElementBlock) -> Void
  ) throws -> [State] {
    let states = States<State>()
    try withoutActuallyEscaping(makeState) { makeState in
      try withoutActuallyEscaping(body) { body in
        let pass = ElementwisePass(inputs: self, slices: slices) {
          let box = StateBox(makeState())
          return ElementwisePass.Visit(
            add: { index, block in body(&box.state, index, block) },
            finish: { states.all.append(box.state) })
        }
        try passes.run(pass, in: world)
      }
    }
    return states.all
  }

  /// Goes through the blocks of this rank's part of the elements, on all its threads.
  ///
  /// Every process of `world` needs to call this method: a failure of one is agreed on.
  ///
  /// - Parameters:
  ///   - sampled: whether to read only the first 1024 elements of every 65,536.
  ///   - skipping: positions of tensors to leave out.
  ///   - makeState: makes the state that one thread collects in.
  ///   - body: adds a block to a thread's state. Which blocks meet in one state is not determined.
  /// - Returns: the threads' states.
  /// - Throws: `AgreedError` when reading failed on any rank.
  func visit<State>(
    in world: any Fabric, sampled: Bool = false, skipping: Set<Int> = [],
    makeState: @Sendable () -> State, _ body: @Sendable (inout State, ElementBlock) -> Void
  ) throws -> [State] {
    let cut = PassCut.elements(skipping: skipping, sampled: sampled)
    if let notes = passes.notes {
      notes.add(self, cut)
      return []
    }
    let slices = cut.slices(
      part: world.globalRank, of: world.worldSize, limit: 1 << 20, in: manifest)
    return try visit(
      sampled ? slices.flatMap(\.samples) : slices, in: world, makeState: makeState
    ) { state, _, block in body(&state, block) }
  }
}

extension ElementwiseInputs {
  /// The sum of an integer over all blocks of all ranks; exact, so the same for any cutting.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  public func sum(
    skipping: Set<Int> = [], in world: any Fabric, _ value: @Sendable (ElementBlock) -> Int64
  ) throws -> Int64 {
    let parts = try visit(in: world, skipping: skipping, makeState: { Int64(0) }) { total, block in
      total += value(block)
    }
    var total = [parts.reduce(0, +)]
    try world.allReduce(&total, .sum)
    return total[0]
  }
}

extension Slice {
  fileprivate var samples: [Slice] {
    stride(from: elements.lowerBound, to: elements.upperBound, by: 1 << 16).map {
      Slice(tensor: tensor, elements: $0..<min($0 + 1024, elements.upperBound))
    }
  }
}

/// What one thread collects in.
private final class StateBox<State> {
  var state: State
  init(_ state: State) { self.state = state }
}

/// What the threads have collected; written when all have ended.
private final class States<State>: @unchecked Sendable {
  var all: [State] = []
}
