/// What can be wrong with the table of models.
public enum PoolError: Error, Equatable, ExitStatusProviding {
  case noModels
  case noPretrained(available: [String])
  case unknownModel(String, available: [String])
  case unknownDataset(String, split: String, available: [String])
  case duplicateModel(String)
  case invalidName(String)
  case notAPath(String)
  case cannotLoad(String, pool: String)
  case datasetsUnsupported(pool: String)
  case noLayers(String, prefix: String)

  /// 2: the configuration names the models.
  public var exitStatus: Int32 { 2 }
}
