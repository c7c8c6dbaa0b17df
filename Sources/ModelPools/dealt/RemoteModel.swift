import Checkpoints
import FusionCore
import Tensors

/// A model that another process reads, and sends what is asked for.
///
/// It can be read where processes exchange blocks, in `Fabric.agreeing`.
final class RemoteModel: StoredModel, AdaptedStateDict, RemoteStateDict {
  let label: String
  let directory: String
  let manifest: Manifest
  let storedFiles: [StoredFile]
  let isDequantized: Bool
  let sharedTensors: [(alias: TensorName, primary: TensorName)]
  let adapter: LowRankAdapter?
  /// None: another process reads them.
  var files: [any TensorFile] { [] }
  let blocks: RemoteBlocks
  let firstPart = 0

  private let configurationFile: String?
  private let besides: [StoredFile]

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
    let blocks = RemoteBlocks(number: number, owner: owner, exchange: exchange)
    self.blocks = blocks
    let first = manifest.tensors.count
    adapter = try description.adapter?.adapter { label, manifest in
      RemoteFactors(label: label, manifest: manifest, firstPart: first, blocks: blocks)
    }
  }

  func configurationText() throws -> [UInt8]? { configurationFile.map { Array($0.utf8) } }

  func sideFiles() throws -> [StoredFile] { besides }

  /// Fetches the files from their owner.
  func copySideFiles(to target: String, fsync: Bool) throws -> [String] {
    try SideFiles.write(besides, to: target, fsync: fsync) { file, offset, bytes in
      guard let position = besides.firstIndex(of: file) else { return }
      try blocks.ask(
        part: ModelBlocks.part(ofSideFile: position), offset..<offset + bytes.count, unit: 1,
        into: bytes
      ).finish()
    }
  }
}
