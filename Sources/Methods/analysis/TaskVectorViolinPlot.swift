import ConfigTree
import FusionCore
import Tensors

/// Writes how the values of task vectors are distributed, as a table and two pictures: of the
/// values, and of their magnitudes.
///
/// Source of the picture: Shen et al., "Efficient and effective weight-ensembling mixture of
/// experts for multi-task model merging", 2024, https://arxiv.org/abs/2410.21804.
public final class TaskVectorViolinPlot: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TaskVectorViolinPlot",
      "fusion_bench.method.analysis.TaskVectorViolinPlot",
      "fusion_bench.method.analysis.task_vector_violin_plot.TaskVectorViolinPlot",
    ]
  }

  /// Accepted for FusionBench's configurations: a checkpoint does not say what was trained.
  @Parameter("trainable_only") public var trainableOnly = true
  /// How many elements to show, chosen at random; null or 0 for all, which are held in memory.
  @Parameter("max_points_per_model") public var maxPointsPerModel: Int? = 1000
  /// `figsize`, width and height in inches; other options have no effect.
  @Parameter("fig_kwargs") public var figureOptions = ConfigNode(.null)
  /// The folder to write to; null for the log folder.
  @Parameter("output_path") public var outputPath: String? = nil
  /// Seed of the choice; null takes the program's, or 0.
  @Parameter("seed") public var seed: Int? = nil

  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Sets the folder.
  public convenience init(outputPath: String) {
    self.init()
    self.outputPath = outputPath
  }

  /// Refuses a negative number of points, and what is no size.
  public override func validate() throws {
    try checkPoints(maxPointsPerModel)
    _ = try pixels()
  }

  /// Writes `task_vector_violin.csv`, `.svg` and `task_vector_violin_abs.svg`, and gives the
  /// pre-trained model back.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or the
  ///   files cannot be written.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let size = try world.agreeing { try pixels() }
    let folder = try world.agreeing { try reportFolder(outputPath) }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let sample =
      ElementSample(inputs, most: maxPointsPerModel, seed: seed(seed))
      ?? ElementSample(all: inputs)
    let values = try profile("sample") { try sample.taskVectors(of: inputs, in: world) }
    try world.onGlobalZero {
      let names = inputs.modelNames
      var table = CSVTable(header: names)
      for point in values[0].indices { table.add(values.map { "\($0[point])" }) }
      try folder.write(table.text(), to: "task_vector_violin.csv")
      let plain = ViolinPlot(
        title: "Distribution of task vector values", axis: "task vector values",
        series: Array(zip(names, values)).map { ($0.0, $0.1) }, size: size)
      try folder.write(plain.drawing().text(), to: "task_vector_violin.svg")
      let magnitudes = ViolinPlot(
        title: "Distribution of task vector magnitudes", axis: "magnitudes",
        series: Array(zip(names, values)).map { ($0.0, $0.1.map(\.magnitude)) }, size: size)
      try folder.write(magnitudes.drawing().text(), to: "task_vector_violin_abs.svg")
    }
    return .model(try world.agreeing { try modelpool.loadPretrainedModel() })
  }

  /// Pixels, 100 to the inch.
  private func pixels() throws -> (width: Double, height: Double) {
    guard let figure = figureOptions["figsize"], !figure.isNull else { return (640, 480) }
    let sizes = try [Double].decode(figure, key: "fig_kwargs.figsize")
    guard sizes.count == 2, sizes.allSatisfy({ (1...1000).contains($0) }) else {
      throw ParameterError.invalid(
        key: "fig_kwargs.figsize", value: "\(sizes)",
        requirement: "must be width and height in inches, from 1 to 1000")
    }
    return (sizes[0] * 100, sizes[1] * 100)
  }
}
