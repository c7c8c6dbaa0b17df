import FusionCore
import LinearAlgebra
import Tensors
import Wording

/// What the methods that decompose weight matrices have in common: which tensors those are, who
/// computes them, and what is counted.
struct MatrixMerge {
  /// What the computation of an m x n matrix takes.
  struct Demand {
    /// Seconds, see `MatrixCost`.
    let seconds: Double
    /// Numbers held at a time, the result included.
    let numbers: Int
  }

  /// The models side by side.
  let inputs: ElementwiseInputs
  /// The processes of the job.
  let world: any Fabric

  /// A merge whose matrices `compute` makes, on the ranks they are dealt to.
  ///
  /// - Parameters:
  ///   - tensors: positions of the matrices in `others`, see `matrices`.
  ///   - others: the merge of all other tensors; also gives names and types.
  ///   - demand: what an m x n matrix takes.
  ///   - compute: adds the merged task vector to the task's result.
  func merge(
    _ tensors: [Int], others: any StateDict, demand: (_ m: Int, _ n: Int) -> Demand,
    compute: @escaping @Sendable (MatrixTask) throws -> Void
  ) -> TensorwiseMerge {
    let infos = others.manifest.tensors
    let inputs = inputs
    let wholes = tensors.map { tensor in
      let demand = demand(infos[tensor].shape[0], infos[tensor].shape[1])
      let (bytes, overflow) = demand.numbers.multipliedReportingOverflow(by: 8)
      let read = inputs.manifest.position(of: infos[tensor].name).map {
        inputs.work(of: Slice(tensor: $0, elements: 0..<infos[tensor].count))
      }
      // Inputs may be merges that take time themselves.
      return TensorwiseMerge.Whole(
        tensor: tensor, cost: demand.seconds + (read?.seconds ?? 0),
        bytes: overflow ? .max : bytes, bytesRead: read?.bytesRead ?? 0)
    }
    let pools = MatrixPools()
    let count = DecompositionCount()
    return TensorwiseMerge(
      wholes, others: others, in: world,
      counts: {
        [
          ("decompositions", count.total),
          ("of them in float32", count.singles),
          ("full after an inaccurate one", count.fallbacks),
        ]
      },
      compute: { tensor, values in
        let name = infos[tensor].name
        try pools.withPool { pool in
          let algebra = try MatrixAlgebra(tensor: "\(name)", pool: pool, count: count)
          guard let position = inputs.manifest.position(of: name) else {
            throw TensorError.missing(name, in: others.label, didYouMean: nil)
          }
          try compute(MatrixTask(inputs, tensor: position, values: values, algebra: algebra))
        }
      })
  }

  /// Positions of the matrices: two-dimensional floating-point tensors with elements.
  ///
  /// - Parameter excluded: names to leave out.
  /// - Throws: `ParameterError` for a name that no tensor has.
  static func matrices(in manifest: Manifest, excluding excluded: [String]) throws -> [Int] {
    let left = try Set(
      excluded.map { key in
        guard let position = manifest.position(of: TensorName(key)) else {
          let near = nearest(to: key, among: manifest.tensors.map(\.name.string))
          throw ParameterError.invalid(
            key: "method.exclude_keys", value: "\(TensorName(key))",
            requirement: "no such tensor" + (near.map { "; did you mean '\($0)'?" } ?? ""))
        }
        return position
      })
    return manifest.tensors.indices.filter {
      let info = manifest.tensors[$0]
      return info.shape.count == 2 && info.dtype.isFloatingPoint && info.count > 0
        && !left.contains($0)
    }
  }

  /// Positions of the weights of linear layers that have elements.
  static func linearWeights(in manifest: Manifest) -> [Int] {
    manifest.tensors.indices.filter {
      manifest.tensors[$0].isLinearWeight && manifest.tensors[$0].count > 0
    }
  }
}
