import FusionCore
import Tensors

/// New routers, one per layer: normal numbers of mean 0, computed when read.
///
/// A value depends on the seed, the layer and its place in the layer's router alone.
struct MixtralRouters: StateDict {
  let manifest: Manifest
  var label: String { "Mixtral routers" }
  private let deviation: Double
  private let numbers: [NormalNumbers]

  /// - Parameters:
  ///   - routers: names and shapes, layer by layer.
  ///   - deviation: `initializer_range` of the configuration.
  /// - Throws: `TensorError.duplicateName`, `.tooLarge`.
  init(_ routers: [TensorInfo], deviation: Double, seed: Int) throws {
    self.init(
      try Manifest(routers), deviation: deviation,
      numbers: routers.indices.map { NormalNumbers(seed: seed, stream: UInt64($0)) })
  }

  private init(_ manifest: Manifest, deviation: Double, numbers: [NormalNumbers]) {
    self.manifest = manifest
    self.deviation = deviation
    self.numbers = numbers
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) {
    let values = slice.elements.map { deviation * numbers[slice.tensor][UInt64($0)] }
    values.withUnsafeBufferPointer {
      Conversion.store($0, as: manifest.tensors[slice.tensor].dtype, into: destination)
    }
  }

  /// Nothing is read.
  func work(of slice: Slice) -> ReadingWork { ReadingWork() }

  func casting(to dtype: DType) throws -> any StateDict {
    MixtralRouters(try manifest.casting(to: dtype), deviation: deviation, numbers: numbers)
  }
}
