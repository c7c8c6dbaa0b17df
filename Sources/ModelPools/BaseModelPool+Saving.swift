import Checkpoints
import FusionCore
import Tensors

extension BaseModelPool {
  /// Writes a model, with the configuration files of `_pretrained_` or of the first model; into a
  /// whole one where the pool hands out parts of models.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter path: a directory, or one file when it ends in `.safetensors`.
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  @discardableResult
  public func saveModel(
    _ model: any StateDict, to path: String, options: SaveOptions = SaveOptions(),
    overwrite: Bool = false
  ) throws -> SavedModel {
    try ModelSaver(world: world).save(
      SaveRequest(
        try world.agreeing { try completed(model) }, to: path, options: options,
        rules: SaveRules(overwrite: overwrite), sources: sources,
        sideFiles: try world.agreeing { try sideFileModel() }))
  }

  /// The checkpoints that were opened so far and that this process reads, in pool order.
  public var sources: [SourceFiles] {
    openedModels.compactMap { name, model in
      guard let stored = model.origin as? any StoredModel, !(stored is RemoteModel) else {
        return nil
      }
      return SourceFiles(name: name, checkpoint: stored)
    }
  }

  /// `_pretrained_`, or the first model, whose configuration files belong to what is merged; nil
  /// where it is not on disk.
  ///
  /// - Throws: what opening that model throws.
  public func sideFileModel() throws -> (any StoredModel)? {
    try loadPretrainedOrFirstModel().origin as? any StoredModel
  }

  /// Refuses an output before any work is done: one that exists, or that a model is read from.
  ///
  /// - Throws: `CheckpointError.outputExists`, `SaveError.inputIsOutput`.
  public func checkOutput(_ path: String, overwrite: Bool) throws {
    try SafetensorsWriter.checkTarget(path, overwrite: overwrite)
    guard let output = FileIdentity.of(path) else { return }
    for name in allModelNames {
      guard let source = try? modelPath(name) else { continue }
      if FileIdentity.of(Paths.expandingTilde(source)) == output {
        throw SaveError.inputIsOutput(model: name, path: path)
      }
    }
  }
}
