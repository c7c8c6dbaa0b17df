internal import CFusionKernels
import Tensors

extension ElementwiseInputs {
  /// Whether weighted sums may be taken straight of what is stored.
  var isUnprepared: Bool { prepare == nil }

  /// Computes a weighted sum of a chunk from its stored elements, without blocks in between: the same
  /// bytes as `ElementBlock.combine`.
  ///
  /// - Parameters:
  ///   - dtype: what to round to, once.
  ///   - destination: room for the elements of the chunk.
  func combine(
    _ combination: LinearCombination, _ chunk: Chunk, as dtype: DType,
    into destination: UnsafeMutableRawBufferPointer
  ) {
    let (tensor, count) = (chunk.slice.tensor, chunk.slice.count)
    let all = 0..<count
    let baseType = manifest.tensors[tensor].dtype
    let terms = combination.terms.map { term in
      let type = storedType(of: term.model, tensor)
      return ck_term(
        values: chunk.workspace.modelBytes(term.model, all, type).baseAddress,
        type: type.kernelCode, precision: precision(of: type, onto: baseType).kernelCode,
        weight: term.weight)
    }
    terms.withUnsafeBufferPointer { terms in
      var plan = ck_combination()
      plan.terms = terms.baseAddress
      plan.count = terms.count
      if base != nil { plan.base = chunk.workspace.baseBytes(all, baseType).baseAddress }
      plan.base_type = baseType.kernelCode
      plan.is_difference = isOfTaskVectors ? 1 : 0
      plan.is_wide = isWide(tensor) ? 1 : 0
      plan.divisor = combination.divisor
      plan.onto_base = combination.factorOntoBase == nil ? 0 : 1
      plan.factor = combination.factorOntoBase ?? 0
      ck_combine(&plan, dtype.kernelCode, destination.baseAddress, count)
    }
  }
}
