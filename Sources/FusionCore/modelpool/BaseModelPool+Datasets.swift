import ConfigTree

extension BaseModelPool {
  /// Names of the data sets to train on.
  public var trainDatasetNames: [String] { names(trainDatasets) }
  /// Names of the data sets to validate on.
  public var valDatasetNames: [String] { names(valDatasets) }
  /// Names of the data sets to test on.
  public var testDatasetNames: [String] { names(testDatasets) }
  /// Whether there are data sets to train on.
  public var hasTrainDatasets: Bool { !trainDatasetNames.isEmpty }
  /// Whether there are data sets to validate on.
  public var hasValDatasets: Bool { !valDatasetNames.isEmpty }
  /// Whether there are data sets to test on.
  public var hasTestDatasets: Bool { !testDatasetNames.isEmpty }

  /// Opens a data set to train on.
  ///
  /// - Throws: `PoolError.unknownDataset`, and what opening throws.
  public func loadTrainDataset(_ name: String) throws -> any Dataset {
    try dataset(name, of: trainDatasets, split: "train")
  }

  /// Opens a data set to validate on.
  ///
  /// - Throws: `PoolError.unknownDataset`, and what opening throws.
  public func loadValDataset(_ name: String) throws -> any Dataset {
    try dataset(name, of: valDatasets, split: "val")
  }

  /// Opens a data set to test on.
  ///
  /// - Throws: `PoolError.unknownDataset`, and what opening throws.
  public func loadTestDataset(_ name: String) throws -> any Dataset {
    try dataset(name, of: testDatasets, split: "test")
  }

  private func names(_ node: ConfigNode?) -> [String] {
    guard case .dictionary(let entries)? = node?.value else { return [] }
    return entries.keys.map(\.description)
  }

  private func dataset(_ name: String, of node: ConfigNode?, split: String) throws -> any Dataset {
    guard let config = node?[name] else {
      throw PoolError.unknownDataset(name, split: split, available: names(node))
    }
    return try loadDataset(config, name: name, split: split)
  }
}
