import Checkpoints
import Foundation
import FusionCore
import Tensors

/// What the process that reads a model tells the others about it.
struct ModelDescription: Codable {
  /// A tensor of its manifest.
  struct TensorEntry: Codable {
    let name: String
    let dtype: String
    let shape: [Int]
  }

  /// Why it could not be opened.
  struct Failure: Codable, Error, CustomStringConvertible, ExitStatusProviding {
    let description: String
    let exitStatus: Int32
  }

  var label = ""
  var directory = ""
  var tensors: [TensorEntry] = []
  var files: [StoredFile] = []
  var sideFiles: [StoredFile] = []
  var isDequantized = false
  /// Names of tensors that are one: a later name and the first one.
  var shared: [[String]] = []
  /// The text of `config.json`.
  var configuration: String?
  /// What its adapter adds; nil for a whole model.
  var adapter: AdapterDescription?
  /// Sizes and times of the files at its path.
  var state: String?
  var failure: Failure?

  /// Describes a model that was opened.
  ///
  /// - Parameter path: the path of its entry in the pool.
  /// - Throws: what looking at the files beside it throws.
  init(_ model: any StoredModel, path: String) throws {
    label = model.label
    directory = model.directory
    tensors = Self.entries(of: model.manifest)
    files = model.storedFiles
    sideFiles = try model.sideFiles()
    isDequantized = model.isDequantized
    shared = model.sharedTensors.map { [$0.alias.string, $0.primary.string] }
    configuration = try model.configurationText().map { String(decoding: $0, as: UTF8.self) }
    adapter = (model as? any AdaptedStateDict)?.adapter.map { AdapterDescription($0) }
    state = InputState.describe(path)
  }

  /// Tells of an error.
  init(_ error: any Error) {
    failure = Failure(
      description: "\(error)", exitStatus: FusionCore.exitStatus(of: error))
  }

  /// Its table of tensors.
  ///
  /// - Throws: `TensorError`; what made it impossible to open the model.
  func manifest() throws -> Manifest {
    if let failure { throw failure }
    return try Self.manifest(of: tensors)
  }

  /// The entries of a table of tensors.
  static func entries(of manifest: Manifest) -> [TensorEntry] {
    manifest.tensors.map {
      TensorEntry(name: $0.name.string, dtype: $0.dtype.rawValue, shape: $0.shape)
    }
  }

  /// The table of tensors that entries describe.
  ///
  /// - Throws: `TensorError`.
  static func manifest(of tensors: [TensorEntry]) throws -> Manifest {
    try Manifest(
      tensors.map { tensor in
        try TensorInfo(
          name: TensorName(tensor.name), dtype: DType(rawValue: tensor.dtype) ?? .uint8,
          shape: tensor.shape)
      })
  }
}
