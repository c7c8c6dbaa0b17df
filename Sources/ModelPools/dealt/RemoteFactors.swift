import FusionCore
import Tensors

/// The factors of an adapter that another process reads: parts of its model that follow the tensors.
struct RemoteFactors: StateDict {
  let label: String
  let manifest: Manifest
  /// The part that stands for the first factor.
  let first: Int
  let blocks: RemoteBlocks

  /// Waits for the values.
  ///
  /// - Throws: `ExchangeError`.
  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    try ask(slice, into: destination).finish()
  }

  /// Asks for the values.
  func begin(
    _ slice: Slice, into destination: UnsafeMutableRawBufferPointer
  ) throws -> (any PendingRead)? {
    ask(slice, into: destination)
  }

  private func ask(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) -> RemoteRead {
    blocks.ask(
      part: first + slice.tensor, slice.elements,
      unit: manifest.tensors[slice.tensor].dtype.byteCount, into: destination)
  }
}
