import Checkpoints
import ConfigTree
import DataSets
import FusionCore
import Networks
import OrderedCollections
import Tensors

/// Classifies images with a CLIP vision model and a given zero-shot head per task.
///
/// The report has FusionBench's shape: `model_info`, `accuracy` and `loss` per task, and their
/// unweighted means over tasks as `average`. A task's loss is the mean of its batches' means.
public final class CLIPVisionModelTaskPool: BaseTaskPool {
  /// FusionBench's names.
  public override class var targets: [String] {
    ["fusion_bench.taskpool.CLIPVisionModelTaskPool", "fusion_bench.CLIPVisionModelTaskPool"]
  }

  /// For each task its images: an IDX file or folder, or a folder of class folders of PNG files.
  @Parameter("test_datasets") public var testDatasets: OrderedDictionary<String, TaskDataset> = [:]
  /// For each task its zero-shot head, a safetensors file; other names may be given too.
  @Parameter("heads") public var heads: OrderedDictionary<String, String> = [:]
  /// Directory, or name in the local Hugging Face cache, whose config.json describes the network.
  @Parameter("base_model") public var baseModel: String? = nil
  /// Directory whose preprocessor_config.json says how images are prepared; null for `base_model`.
  @Parameter("processor") public var processor = ModelReference.none
  /// FusionBench's name of `base_model`.
  @Parameter("clip_model") public var clipModel = ModelReference.none
  /// How images are put into batches.
  @Parameter("dataloader_kwargs") public var dataloaderArguments = ConfigNode(.null)
  /// Whether to evaluate the first batch of each task only.
  @Parameter("fast_dev_run") public var fastDevRun = false
  /// Where the network runs.
  @Parameter("device") public var device = "cpu"

  /// Accepted for FusionBench's configurations: images are prepared by `processor`.
  @Parameter("data_processor") public var dataProcessor = ModelReference.none
  /// Only null is accepted: features of layers are not saved.
  @Parameter("layer_wise_feature_save_path") public var layerFeaturePath: String? = nil
  /// Without effect while features are not saved.
  @Parameter("layer_wise_feature_first_token_only") public var layerFeatureFirstTokenOnly = true
  /// Without effect while features are not saved.
  @Parameter("layer_wise_feature_max_num") public var layerFeatureCount: Int? = nil
  /// Accepted for FusionBench's configurations: the network is always put on `device`.
  @Parameter("move_to_device") public var movesToDevice = true

  /// Images that were prepared for one model serve the next one, up to 512 MB of them.
  private let pixels = PixelCache(limit: 512 << 20)
  private let loader = DataLoaderOptions()

  /// The folder of config.json; nil where nothing names it.
  private func networkFolder() throws -> String? {
    try (baseModel ?? clipModel.path).map { try ModelFolder.find($0) }
  }

  /// The folder of preprocessor_config.json.
  private func processorFolder(_ network: String) throws -> String {
    try processor.path.map { try ModelFolder.find($0) } ?? network
  }

  /// Checks that every task has a head.
  public override func validate() throws {
    if !dataloaderArguments.isNull {
      try loader.configure(dataloaderArguments, at: "dataloader_kwargs")
    }
    // FusionBench's own files name no heads; that is told when they are needed.
    for (task, dataset) in testDatasets where !dataset.isDictionary { try checkHead(of: task) }
    if let path = layerFeaturePath {
      throw ParameterError.invalid(
        key: "layer_wise_feature_save_path", value: path,
        requirement: "features of layers are not saved; must be null")
    }
    if baseModel == nil && clipModel.path == nil && !testDatasets.isEmpty {
      throw ParameterError.invalid(
        key: "base_model", value: "null",
        requirement: "name the directory whose config.json describes the network")
    }
    guard TorchDevice(userName: device) != nil else {
      throw ParameterError.invalid(
        key: "device", value: device, requirement: "must be cpu, cuda or cuda:N")
    }
  }

  private func checkHead(of task: String) throws {
    guard heads[task] == nil else { return }
    throw ParameterError.invalid(
      key: "test_datasets", value: task,
      requirement: "the task has no head in taskpool.heads; heads are given for "
        + "\(Array(heads.keys))")
  }

  /// Opens libtorch, the network's description, heads and data sets.
  ///
  /// - Throws: what opening throws.
  public override func prepare() throws {
    do {
      for task in testDatasets.keys { try checkHead(of: task) }
    } catch let error as ParameterError {
      throw error.under("taskpool.")
    }
    let library = try TorchLibrary.load()
    guard let folder = try networkFolder() else { return }
    let config = try CLIPVisionConfig(path: "\(folder)/config.json")
    _ = try CLIPImagePreprocessor(path: "\(try processorFolder(folder))/preprocessor_config.json")
    for (task, dataset) in testDatasets {
      _ = try CLIPZeroShotHead(
        try Checkpoint.open(heads[task] ?? ""), hiddenSize: config.hiddenSize, library: library)
      _ = try openDataSet(path: dataset.path, split: dataset.split)
    }
  }

  /// Evaluates `model` on every task.
  ///
  /// - Throws: when libtorch, the network's description, a head or a data set cannot be had, or the
  ///   model does not fit the network.
  public override func evaluate(_ model: any StateDict) throws -> JSONValue {
    try evaluate(try network(of: model), modelInfo(model), on: testDatasets)
  }

  /// Evaluates `model` on the tasks of some names, on all where there is no such task.
  ///
  /// - Throws: as for all tasks.
  public override func evaluate(_ model: any StateDict, tasks: [String]) throws -> JSONValue {
    let chosen = testDatasets.filter { tasks.contains($0.key) }
    return try evaluate(
      try network(of: model), modelInfo(model), on: chosen.isEmpty ? testDatasets : chosen)
  }

  /// Evaluates models that answer together on every task: their pooled features are combined before
  /// projection and head.
  ///
  /// - Throws: as for one model.
  public override func evaluate(_ ensemble: Ensemble) throws -> JSONValue {
    let models = ensemble.members.map(\.model)
    let network = CLIPVisionEnsemble(
      try network(of: models[0]), try models.dropFirst().map(network(of:)),
      combine: { ensemble.combine($0) })
    return try evaluate(network, modelInfo(models), on: testDatasets)
  }

  private func network(of model: any StateDict) throws -> CLIPVisionTransformer {
    let library = try TorchLibrary.load()
    return try CLIPVisionTransformer(
      try CLIPVisionConfig(path: "\(try networkFolder() ?? "")/config.json"), weights: model,
      library: library, device: TorchDevice(userName: device) ?? .cpu)
  }

  private func evaluate(
    _ network: any ImageEncoder, _ info: JSONValue, on tasks: OrderedDictionary<String, TaskDataset>
  ) throws -> JSONValue {
    let folder = try networkFolder() ?? ""
    let preprocessor = try CLIPImagePreprocessor(
      path: "\(try processorFolder(folder))/preprocessor_config.json")

    var report: OrderedDictionary<String, JSONValue> = ["model_info": info]
    var results: [ClassificationResult] = []
    for (task, dataset) in tasks {
      let head = try CLIPZeroShotHead(
        try Checkpoint.open(heads[task] ?? ""), hiddenSize: network.config.hiddenSize,
        library: network.library, device: network.device)
      let evaluator = try ClassificationEvaluator(
        model: network, head: head, preprocessor: preprocessor, batchSize: loader.batchSize,
        firstBatchOnly: fastDevRun || program?.fastDevRun == true,
        threads: threads ?? usableCores(), cache: pixels)
      let result = try evaluator.evaluate(try openDataSet(path: dataset.path, split: dataset.split))
      results.append(result)
      report[task] = entry(accuracy: Double(result.accuracy), loss: Double(result.loss))
    }
    if !results.isEmpty {
      let count = Double(results.count)
      report["average"] = entry(
        accuracy: results.reduce(0) { $0 + Double($1.accuracy) } / count,
        loss: results.reduce(0) { $0 + Double($1.loss) } / count)
    }
    return .object(report)
  }

  private func entry(accuracy: Double, loss: Double) -> JSONValue {
    .object(["accuracy": .number(accuracy), "loss": .number(loss)])
  }
}
