import Checkpoints
import FusionCore
import Tensors

extension BaseModelPool {
  /// Writes a model, with the configuration files of `_pretrained_` or of the first model.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter path: a directory, or one file when it ends in `.safetensors`.
  /// - Throws: `AgreedError`; nothing is left under the final name then.
  @discardableResult
  public func saveModel(
    _ model: any StateDict, to path: String, options: SaveOptions = SaveOptions(),
    overwrite: Bool = false
  ) throws -> ModelSaver.Saved {
    try ModelSaver(world: world, options: options, overwrite: overwrite)
      .save(model, to: path, sideFilesFrom: try world.agreeing { try sideFileDirectory() })
  }

  /// The directory of `_pretrained_`, or of the first model, where configuration files are.
  public func sideFileDirectory() throws -> String? {
    (try loadPretrainedOrFirstModel() as? Checkpoint)?.directory
  }
}
