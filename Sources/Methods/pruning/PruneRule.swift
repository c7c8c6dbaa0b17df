import FusionCore
import Tensors

/// How many elements of a row of a weight become 0.
enum PruneRule: Sendable {
  /// The int(columns · ratio) elements of smallest metric.
  case unstructured(ratio: Double)
  /// The n elements of smallest metric of every m neighbours.
  case semistructured(n: Int, m: Int)

  /// What to prune in which way, as configurations say it.
  enum Kind: String, ConfigChoice {
    case unstructured
    case semistructured
  }

  /// The rule for parameters.
  ///
  /// - Throws: `ParameterError.invalid` for what is no share, or n that is not among m.
  init(_ kind: Kind, sparsityRatio: Double, n: Int, m: Int) throws {
    switch kind {
    case .unstructured:
      guard (0...1).contains(sparsityRatio) else {
        throw ParameterError.invalid(
          key: "sparsity_ratio", value: "\(sparsityRatio)",
          requirement: "must be from 0 to 1: the share of each row that is pruned")
      }
      self = .unstructured(ratio: sparsityRatio)
    case .semistructured:
      guard m > 0 else {
        throw ParameterError.invalid(key: "m", value: "\(m)", requirement: "must be at least 1")
      }
      guard (0...m).contains(n) else {
        throw ParameterError.invalid(
          key: "n", value: "\(n)",
          requirement: "must be from 0 to m=\(m): n of every m elements are pruned")
      }
      self = .semistructured(n: n, m: m)
    }
  }

  /// Refuses matrices whose rows the rule cannot cut.
  func check(_ tensor: TensorInfo) throws {
    guard case .semistructured(let n, let m) = self else { return }
    let rest = tensor.shape[1] % m
    if rest > 0 && rest < n {
      throw ParameterError.invalid(
        key: "method.m", value: "\(m)",
        requirement: "the \(tensor.shape[1]) columns of '\(tensor.name)' leave a group of \(rest), "
          + "of which \(n) cannot be pruned")
    }
  }

  /// Sets the elements of smallest metric to 0.
  func prune(
    _ values: UnsafeMutableBufferPointer<Double>, by metric: UnsafeMutableBufferPointer<Double>
  ) {
    func clear(_ range: Range<Int>, _ count: Int) {
      MatrixRow.withSmallest(count, of: .init(rebasing: metric[range])) { pruned in
        for i in range where pruned[i - range.lowerBound] == 1 { values[i] = 0 }
      }
    }
    switch self {
    case .unstructured(let ratio): clear(values.indices, Int(Double(values.count) * ratio))
    case .semistructured(let n, let m):
      for start in stride(from: 0, to: values.count, by: m) {
        clear(start..<min(start + m, values.count), n)
      }
    }
  }
}

extension TensorInfo {
  /// Whether the tensor looks like the weight of a linear layer in the stack of layers: its name
  /// has `layers`, then a number.
  var isLayerWeight: Bool {
    guard isLinearWeight else { return false }
    let parts = name.string.split(separator: ".")
    return zip(parts, parts.dropFirst()).contains { $0 == "layers" && Int($1) != nil }
  }
}

extension PruneRule {
  /// A model with rows of its layers' weights pruned by a metric.
  ///
  /// - Parameter metric: sets the second argument to the metric of a row's elements.
  /// - Throws: `ParameterError` when there is nothing to prune, or rows cannot be cut.
  func pruned(
    _ model: any StateDict, label: String,
    metric: @escaping @Sendable (MatrixRow, UnsafeMutableBufferPointer<Double>) -> Void
  ) throws -> RowwiseMerge {
    let tensors = model.manifest.tensors
    let matrices = tensors.indices.filter { tensors[$0].isLayerWeight }
    guard !matrices.isEmpty else {
      throw ParameterError.invalid(
        key: "modelpool.models", value: model.label,
        requirement:
          "has no weight of a linear layer called like 'model.layers.0.mlp.up_proj.weight'"
      )
    }
    for matrix in matrices { try check(tensors[matrix]) }
    return try RowwiseMerge([model], label: label, matrices: Set(matrices)) { row in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: row.result.count) { values in
        metric(row, values)
        prune(row.result, by: values)
      }
    }
  }
}
