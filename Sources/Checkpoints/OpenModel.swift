import Tensors

/// Opens a model as it takes part in a merge.
///
/// What `Checkpoint.open` opens, and besides: a directory with a LoRA adapter (`adapter_config.json`)
/// is `base` with the adapter applied, and 8-bit weights with scales are read as what they stand for.
/// Nothing is computed before it is read.
///
/// - Parameters:
///   - path: as for `Checkpoint.open`.
///   - base: gives the model that an adapter is applied to; nil means the one that the adapter
///     names itself.
/// - Throws: `CheckpointError`, `TorchError`, `AdapterError`, `QuantizationError`, and what `base`
///   throws.
public func openModel(
  _ path: String, base: () throws -> (any StateDict)? = { nil }
) throws -> any StoredModel {
  guard let directory = try AdapterDirectory(path) else {
    return try DequantizedModel.wrapping(try Checkpoint.open(path))
  }
  let config = try AdapterConfig(path: directory.config)
  if let model = try base() { return try AdaptedModel(path, model, directory, config) }
  guard let name = config.baseModel else {
    throw AdapterError.noBase(path: directory.config)
  }
  guard try AdapterDirectory(name) == nil else {
    throw AdapterError.baseIsAdapter(path: directory.config, base: name)
  }
  let model = try DequantizedModel.wrapping(try Checkpoint.open(name))
  return try AdaptedModel(path, model, directory, config)
}
