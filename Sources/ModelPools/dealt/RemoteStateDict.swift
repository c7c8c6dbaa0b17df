import FusionCore
import Tensors

/// Tensors that another process reads, and sends what is asked for.
protocol RemoteStateDict: StateDict {
  /// Where they come from.
  var blocks: RemoteBlocks { get }
  /// The part that stands for the first tensor; the others follow.
  var firstPart: Int { get }
}

extension RemoteStateDict {
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
      part: firstPart + slice.tensor, slice.elements,
      unit: manifest.tensors[slice.tensor].dtype.byteCount, into: destination)
  }
}
