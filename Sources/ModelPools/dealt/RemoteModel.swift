import Checkpoints
import FusionCore
import Tensors

/// A model that another process reads, and sends what is asked for.
///
/// It can be read where processes exchange blocks, in `Fabric.agreeing`.
final class RemoteModel: StoredModel {
  let label: String
  let directory: String
  let manifest: Manifest
  let storedFiles: [StoredFile]
  let isDequantized: Bool
  let sharedTensors: [(alias: TensorName, primary: TensorName)]
  /// None: another process reads them.
  var files: [any TensorFile] { [] }

  private let configurationFile: String?
  private let besides: [StoredFile]
  private let owner: Int
  private let number: Int
  private let exchange: BlockExchange

  /// Stands for the model with a number, as its owner describes it.
  ///
  /// - Throws: `TensorError`.
  init(
    _ description: ModelDescription, number: Int, owner: Int, exchange: BlockExchange
  ) throws {
    label = description.label
    directory = description.directory
    manifest = try description.manifest()
    storedFiles = description.files
    isDequantized = description.isDequantized
    sharedTensors = description.shared.map { (TensorName($0[0]), TensorName($0[1])) }
    configurationFile = description.configuration
    besides = description.sideFiles
    self.owner = owner
    self.number = number
    self.exchange = exchange
  }

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
    ask(
      part: slice.tensor, slice.elements,
      unit: manifest.tensors[slice.tensor].dtype.byteCount, into: destination)
  }

  /// Asks for elements of `unit` bytes each, in blocks that are not too large.
  private func ask(
    part: Int, _ elements: Range<Int>, unit: Int, into destination: UnsafeMutableRawBufferPointer
  ) -> RemoteRead {
    let most = BlockExchange.largestBlock / unit
    let fetches = stride(from: 0, to: elements.count, by: most).map { start in
      let end = min(start + most, elements.count)
      let first = elements.lowerBound
      return exchange.fetch(
        Block(object: number, part: part, elements: first + start..<first + end), of: owner,
        into: .init(rebasing: destination[start * unit..<end * unit]))
    }
    return RemoteRead(exchange: exchange, fetches: fetches)
  }

  func configurationText() throws -> [UInt8]? { configurationFile.map { Array($0.utf8) } }

  func sideFiles() throws -> [StoredFile] { besides }

  /// Fetches the files from their owner.
  func copySideFiles(to target: String, fsync: Bool) throws -> [String] {
    try SideFiles.write(besides, to: target, fsync: fsync) { file, offset, bytes in
      guard let position = besides.firstIndex(of: file) else { return }
      try ask(
        part: ModelBlocks.part(ofSideFile: position), offset..<offset + bytes.count, unit: 1,
        into: bytes
      ).finish()
    }
  }
}

/// Blocks of a model that are on their way.
private struct RemoteRead: PendingRead {
  let exchange: BlockExchange
  let fetches: [BlockFetch]

  func finish() throws {
    var failure: (any Error)?
    for fetch in fetches {
      do {
        try exchange.wait(for: fetch)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}
