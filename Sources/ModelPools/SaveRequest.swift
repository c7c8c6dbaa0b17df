import Checkpoints
import Tensors

/// A model to be written, and how.
public struct SaveRequest {
  /// What is written.
  public var model: any StateDict
  /// A directory, or one file when it ends in `.safetensors`.
  public var path: String
  /// Types, sizes of files, durability.
  public var options: SaveOptions
  /// What is done about earlier outputs.
  public var rules: SaveRules
  /// The checkpoints that the model is made of; they must not change meanwhile.
  public var sources: [SourceFiles]
  /// Where configuration and tokenizer files are copied from, if any are.
  public var sideFiles: (any SideFileSource)?
  /// Makes the text of the manifest, on rank 0, from what was saved and the names of the files
  /// copied.
  public var describe: ((SavedModel, [String]) throws -> String)?

  /// Describes an output.
  public init(
    _ model: any StateDict, to path: String, options: SaveOptions = SaveOptions(),
    rules: SaveRules = SaveRules(), sources: [SourceFiles] = [],
    sideFiles: (any SideFileSource)? = nil,
    describe: ((SavedModel, [String]) throws -> String)? = nil
  ) {
    self.model = model
    self.path = path
    self.options = options
    self.rules = rules
    self.sources = sources
    self.sideFiles = sideFiles
    self.describe = describe
  }
}
