import ConfigTree
import DataSets
import FusionCore

/// A pool of CLIP vision models in local directories, with their data sets.
public final class CLIPVisionModelPool: LazyStateDictPool {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.modelpool.CLIPVisionModelPool", "fusion_bench.CLIPVisionModelPool"]
  }

  /// Directory whose preprocessor_config.json says how images are prepared.
  @Parameter("processor") public var processor: ConfigNode? = nil
  /// Accepted for FusionBench's configurations; models are always local here.
  @Parameter("platform") public var platform = "hf"

  /// A value that other keys of FusionBench's files refer to by interpolation.
  @Parameter("base_model") var baseModel: String? = nil
  /// A value that other keys of FusionBench's files refer to by interpolation.
  @Parameter("corruption") var corruption: String? = nil

  /// Opens a data set: a path, or a dictionary with `path`.
  ///
  /// - Throws: `DataSetError`, and `PoolError.notAPath`.
  public override func loadDataset(
    _ config: ConfigNode, name: String, split: String
  ) throws -> any Dataset {
    for node in [config, config["path"]] {
      if case .string(let path)? = node?.value { return try openImageDataset(path, split: split) }
    }
    throw PoolError.notAPath(name)
  }
}

/// The images of a local data set.
public struct ImageDataset: Dataset {
  /// The images and their labels.
  public let images: any ImageDataSet
  /// Number of images.
  public var count: Int { images.count }
}

/// Opens a data set; validation data are taken from the part named `test`.
private func openImageDataset(_ path: String, split: String) throws -> ImageDataset {
  ImageDataset(images: try openDataSet(path: path, split: DataSplit(rawValue: split) ?? .test))
}
