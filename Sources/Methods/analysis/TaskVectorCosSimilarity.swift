import FusionCore
import Tensors

/// Writes the cosine similarities of all pairs of task vectors, as a table and a picture:
/// cos(a, b) = τ_a·τ_b / (‖τ_a‖ ‖τ_b‖).
public final class TaskVectorCosSimilarity: BaseAlgorithm, SimpleProfilerMixin {
  /// FusionBench's names.
  public override class var targets: [String] {
    [
      "fusion_bench.method.TaskVectorCosSimilarity",
      "fusion_bench.method.analysis.TaskVectorCosSimilarity",
      "fusion_bench.method.analysis.task_vector_cos_similarity.TaskVectorCosSimilarity",
    ]
  }

  /// Whether to draw the picture.
  @Parameter("plot_heatmap") public var plotHeatmap = true
  /// Accepted for FusionBench's configurations: a checkpoint does not say what was trained.
  @Parameter("trainable_only") public var trainableOnly = true
  /// How many elements to compare, chosen at random; null or 0 for all.
  @Parameter("max_points_per_model") public var maxPointsPerModel: Int? = nil
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

  /// Refuses a negative number of points.
  public override func validate() throws { try checkPoints(maxPointsPerModel) }

  /// Writes `task_vector_cos_similarity.csv` and `.svg`, and gives the pre-trained model back.
  ///
  /// - Throws: when `_pretrained_` or the models are missing, they do not fit together, or the
  ///   files cannot be written.
  public override func run(_ modelpool: BaseModelPool) throws -> FusionResult {
    let folder = try world.agreeing { try reportFolder(outputPath) }
    let inputs = try profile("load models") {
      try modelpool.loadPretrainedModelAndTaskVectors()
    }
    let similarities = try profile("compare") { try cosines(of: inputs) }
    try world.onGlobalZero {
      let names = inputs.modelNames
      var table = CSVTable(header: [""] + names)
      for (name, row) in zip(names, similarities) { table.add([name] + row.map { "\($0)" }) }
      try folder.write(table.text(), to: "task_vector_cos_similarity.csv")
      if plotHeatmap {
        let map = HeatMap(title: "Cosine similarities", labels: names, values: similarities)
        try folder.write(map.drawing().text(), to: "task_vector_cos_similarity.svg")
      }
    }
    return .model(try world.agreeing { try modelpool.loadPretrainedModel() })
  }

  /// The similarity of every pair of models.
  private func cosines(of inputs: ElementwiseInputs) throws -> [[Double]] {
    let products = try products(of: inputs)
    return products.indices.map { a in
      products.indices.map { b in
        // A vector of length 0 is like no other, as PyTorch has it.
        let lengths = [a, b].map { max(products[$0][$0].squareRoot(), 1e-8) }
        return products[min(a, b)][max(a, b)] / (lengths[0] * lengths[1])
      }
    }
  }

  /// τ_a·τ_b of every pair of models.
  private func products(of inputs: ElementwiseInputs) throws -> [[Double]] {
    let count = inputs.modelCount
    if let sample = ElementSample(inputs, most: maxPointsPerModel, seed: seed(seed)) {
      let values = try sample.taskVectors(of: inputs, in: world)
      return values.map { x in
        values.map { y in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
      }
    }
    let sums = try inputs.tensorSums(in: world, count: count * count) { block, sums in
      for a in 0..<count {
        for b in a..<count { sums[a * count + b] += block.models[a].dot(block.models[b]) }
      }
    }
    return (0..<count).map { a in
      (0..<count).map { b in sums.reduce(0) { $0 + $1[a * count + b] } }
    }
  }
}
