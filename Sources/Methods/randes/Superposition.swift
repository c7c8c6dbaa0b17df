import FusionCore
import LinearAlgebra
import Synchronization
import Tensors

/// Tensors of several models in the memory of one, computed tensor by tensor: S = Σ_t W_t C_t, and
/// what is taken out of it for a model, S C_t⁻¹.
///
/// A tensor of any shape is a matrix whose columns are its last dimension. S is computed when the
/// first model is taken out and kept until all have been: for dense matrices in `Double`, else in
/// `Float` where the models have no more.
final class Superposition: Sendable {
  /// Memory of the threads that take models out, whichever model.
  let pools = MatrixPools()
  private let contexts: SuperpositionContexts
  private let shift: LayerShift
  private let inputs: ElementwiseInputs
  private let targets: Set<Int>
  private let ofTaskVectors: Bool
  private let sums = Mutex<[Int: Kept]>([:])

  /// The sum of a tensor, and how many models have not been taken out yet.
  private struct Kept {
    let matrix: KeptMatrix
    var left: Int
  }

  /// Superposes the tensors of `inputs`; nothing is computed.
  ///
  /// - Parameters:
  ///   - targets: tensors that matrices and shifts are for; the others are added up.
  ///   - ofTaskVectors: whether task vectors are superposed, and not values.
  init(
    _ inputs: ElementwiseInputs, _ contexts: SuperpositionContexts, shift: LayerShift,
    targets: Set<Int>, ofTaskVectors: Bool
  ) {
    self.inputs = inputs
    self.contexts = contexts
    self.shift = shift
    self.targets = targets
    self.ofTaskVectors = ofTaskVectors
  }

  /// Takes a model's tensor out.
  ///
  /// - Parameter values: the place for it, row after row; not empty.
  /// - Throws: what reading throws, and `LinearAlgebraError`.
  func retrieve(
    _ model: Int, _ tensor: Int, into values: UnsafeMutableBufferPointer<Double>,
    _ algebra: MatrixAlgebra
  ) throws {
    guard targets.contains(tensor) else {
      return try sum(at: tensor, values.count, algebra).write(to: values)
    }
    let place = shift.place(of: tensor, model)
    let kept = try sum(at: place, values.count, algebra)
    let columns = columns(of: tensor)
    let sum = try algebra.matrix(values.count / columns, columns, of: Double.self)
    sum.withValues { kept.write(to: $0) }
    try contexts.retrieve(
      model, inputs.manifest.tensors[place].name, from: sum,
      into: Matrix(rows: sum.rows, columns: columns, over: values),
      accuracy: accuracy(place), algebra)
  }

  /// The tensors of a model that can be taken out, in the order of their places: the same place has
  /// the same position for every model.
  func tensors(of model: Int) -> [Int] {
    targets.sorted().filter { inputs.manifest.tensors[$0].count > 0 }
      .map { shift.tensor(at: $0, model) }
  }

  /// What taking out a tensor takes: seconds, see `MatrixCost`; numbers that are held at a time; bytes
  /// that are read. The sum is shared by all models.
  func demand(_ tensor: Int) -> (seconds: Double, numbers: Int, bytesRead: Int) {
    let info = inputs.manifest.tensors[tensor]
    let read = inputs.work(of: Slice(tensor: tensor, elements: 0..<info.count))
    let (m, n) = (info.count / max(columns(of: tensor), 1), columns(of: tensor))
    var seconds = Double(info.count) * 4e-9 + read.seconds
    var numbers = 5 * info.count
    if targets.contains(tensor), !contexts.mode.isDiagonal {
      let drawing = Double(n) * Double(n) * 25e-9
      let (square, overflow) = n.multipliedReportingOverflow(by: n)
      let matrices: Int
      if contexts.mode == .rotation {
        seconds += 2 * drawing + 6 * MatrixCost.product(n, n, n) + 2 * MatrixCost.product(m, n, n)
        matrices = 4
      } else {
        seconds +=
          2 * drawing + MatrixCost.triplets(n, n, rank: n) + 3 * MatrixCost.product(m, n, n)
        matrices = 6
      }
      numbers += overflow || square > Int.max / 1024 ? Int.max / 1024 : matrices * square
    }
    return (seconds, numbers, read.bytesRead / max(inputs.modelCount, 1))
  }

  private func columns(of tensor: Int) -> Int { inputs.manifest.tensors[tensor].shape.last ?? 1 }

  /// How exact the sum at a place is.
  private func accuracy(_ place: Int) -> Accuracy {
    let isWide = (0..<inputs.modelCount).contains { inputs.isWide(shift.tensor(at: place, $0)) }
    return isWide ? .wide : .narrow
  }

  /// The sum at a place: the one that is kept, or computed.
  private func sum(at place: Int, _ count: Int, _ algebra: MatrixAlgebra) throws -> KeptMatrix {
    let found = sums.withLock { sums -> KeptMatrix? in
      guard let kept = sums[place] else { return nil }
      sums[place] = kept.left > 1 ? Kept(matrix: kept.matrix, left: kept.left - 1) : nil
      return kept.matrix
    }
    if let found { return found }
    let columns = columns(of: place)
    let sum = try algebra.zeros(count / columns, columns, of: Double.self)
    let isTarget = targets.contains(place)
    let values = try algebra.matrix(sum.rows, columns, of: Double.self)
    let base = ofTaskVectors ? try algebra.matrix(sum.rows, columns, of: Double.self) : nil
    var tensorOfBase: Int?
    for model in 0..<inputs.modelCount {
      let tensor = isTarget ? shift.tensor(at: place, model) : place
      if let base {
        if tensorOfBase != tensor { try base.withValues { try inputs.readBase(tensor, into: $0) } }
        tensorOfBase = tensor
        try base.withValues { base in
          try values.withValues {
            try inputs.readTaskVector(model, tensor, less: UnsafeBufferPointer(base), into: $0)
          }
        }
      } else {
        try values.withValues { try inputs.readValues(model, tensor, into: $0) }
      }
      if isTarget {
        try contexts.add(values, of: model, inputs.manifest.tensors[place].name, to: sum, algebra)
      } else {
        algebra.add(values, to: sum)
      }
    }
    // The inverse of a dense matrix magnifies what rounding leaves.
    let kept = KeptMatrix(sum, accuracy: contexts.mode == .dense ? .wide : accuracy(place))
    if inputs.modelCount > 1 {
      sums.withLock { $0[place] = Kept(matrix: kept, left: inputs.modelCount - 1) }
    }
    return kept
  }
}
