import FusionCore

/// What mergekit's generalised task arithmetic does once task vectors are sparse: weights them, elects
/// signs, normalises, scales.
struct SignConsensusMerge {
  let vote: ElementBlock.SignVote
  let weights: [Double]
  let normalize: Bool
  let lambda: Double

  /// The merge of sparse task vectors into the pre-trained model.
  func merge(_ inputs: ElementwiseInputs, label: String) -> ElementwiseMerge {
    let (vote, weights, lambda) = (vote, weights, lambda)
    let divisor: (@Sendable (Double) -> Double)?
    switch (normalize, vote) {
    case (false, _): divisor = nil
    // As in mergekit: what is next to 0 does not divide.
    case (true, .none): divisor = { abs($0) < 1e-8 ? 1 : $0 }
    case (true, _): divisor = { $0 == 0 ? 1 : $0 }
    }
    return ElementwiseMerge(inputs, label: label) { block in
      block.consensus(vote, voteWeights: weights, weights: weights, divisor: divisor)
      block.sum.scale(by: lambda, onto: block.base)
    }
  }
}
