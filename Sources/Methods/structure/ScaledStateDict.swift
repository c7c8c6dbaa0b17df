import Tensors

/// A model whose floating-point values are multiplied by one factor, in float64, and rounded once.
struct ScaledStateDict: StateDict {
  let manifest: Manifest
  var label: String { source.label }
  private let source: any StateDict
  private let factor: Double

  init(_ source: any StateDict, by factor: Double, manifest: Manifest? = nil) {
    self.source = source
    self.factor = factor
    self.manifest = manifest ?? source.manifest
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let from = source.manifest.tensors[slice.tensor].dtype
    let to = manifest.tensors[slice.tensor].dtype
    guard from.isFloatingPoint else { return try source.read(slice, into: destination) }
    try withUnsafeTemporaryAllocation(byteCount: slice.count * from.byteCount, alignment: 64) {
      stored in
      try source.read(slice, into: stored)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: slice.count) { values in
        Conversion.load(UnsafeRawBufferPointer(stored), as: from, into: values)
        for i in values.indices { values[i] *= factor }
        Conversion.store(UnsafeBufferPointer(values), as: to, into: destination)
      }
    }
  }

  func work(of slice: Slice) -> ReadingWork { source.work(of: slice) }

  func casting(to dtype: DType) throws -> any StateDict {
    ScaledStateDict(source, by: factor, manifest: try manifest.casting(to: dtype))
  }
}
