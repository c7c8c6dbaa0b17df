import Checkpoints
import ConfigTree
import FusionCore
import Methods
import ModelPools
import OrderedCollections
import TaskPools
import Tensors

/// The main program: merges the models of a pool by a method, saves the result, evaluates it.
///
/// All ranks merge and save together. Rank 0 alone prints, evaluates and writes reports; the
/// others sleep meanwhile.
public final class FabricModelFusionProgram: Component, FusionProgram, SimpleProfilerMixin {
  /// FusionBench's names.
  public static var targets: [String] {
    [
      "fusion_bench.programs.FabricModelFusionProgram",
      "fusion_bench.programs.fabric_fusion_program.FabricModelFusionProgram",
      "fusion_bench.programs.ModelFusionProgram",
    ]
  }

  /// The method.
  @Parameter("method") public var method = ConfigNode(.null)
  /// The models.
  @Parameter("modelpool") public var modelpool = ConfigNode(.null)
  /// The tasks to evaluate on; null for none.
  @Parameter("taskpool") public var taskpoolConfig = ConfigNode(.null)
  /// How the work is spread.
  @Parameter("fabric") public var fabricConfig = ConfigNode(.null)
  /// Folders; `log_dir` is where reports go.
  @Parameter("path") public var path = ConfigNode(.null)
  /// Seed of random choices; null leaves each method its own default.
  @Parameter("seed") public var seed: Int? = nil
  /// Whether to evaluate one batch per task only.
  @Parameter("fast_dev_run") public var fastDevRun = false
  /// Whether to print the configuration and end.
  @Parameter("dry_run") public var dryRun = false
  /// Whether to print the configuration first.
  @Parameter("print_config") public var printConfig = true
  /// Whether to log every component that is made.
  @Parameter("print_function_call") public var printFunctionCall = false
  /// Where the merged model is written; null for nowhere.
  @Parameter("merged_model_save_path") public var mergedModelSavePath: String? = nil
  /// How it is written, see `SaveOptions`.
  @Parameter("merged_model_save_kwargs") public var mergedModelSaveArguments = ConfigNode(.null)
  /// Whether an existing complete output may be replaced.
  @Parameter("overwrite") public var overwrite = false
  /// Whether to go on with an output that an interrupted run left.
  @Parameter("resume") public var resume = false
  /// Whether a NaN or an infinity in the merged model is an error.
  @Parameter("strict_finite") public var strictFinite = false
  /// Where the report is written; null or false for nowhere.
  @Parameter("report_save_path") public var reportSavePath = OptionalPath.path(
    "{log_dir}/program_report.json")

  /// How the jobs of a sweep are run, see `SweepOptions`.
  @Parameter("sweep") public var sweep = ConfigNode(.null)

  /// What the program is for, `_usage_` of its configuration.
  public var usage: String?
  /// Methods and pools of one's own that `_target_` may name besides the built-in ones.
  public var components: [any Component.Type] = []
  /// The processes of the job; nil in a single process.
  public var fabric: (any Fabric)?
  /// The tasks, once made, or those of another job of a sweep that has the same.
  public internal(set) var taskpool: BaseTaskPool?
  /// Whether to look at the tasks before merging.
  var preparesTaskpool = true
  /// How the models answer together, where the method made an ensemble of them.
  var combination: Ensemble.Combination?
  /// What the method adds to the report.
  var reportEntries: OrderedDictionary<String, JSONValue> = [:]
  /// The folder for what a method writes besides models.
  public var logDirectory: String? { path["log_dir"]?.string }
  /// What the configuration made.
  private(set) var parts: Parts?
  /// Times of the phases.
  public let profiler = SimpleProfiler()

  /// Makes the program with default parameters.
  public init() {}

  /// All values are checked where they are used.
  public func validate() throws {}

  /// Runs the job.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: `AgreedError`, the same on every rank, for what all can notice.
  public func run() throws {
    let outcome = try JobBatch([self], in: world).merge()[0]
    let models = try outcome.get()
    if dryRun { return }
    var report = JSONValue.null
    // The other ranks sleep meanwhile.
    try world.onGlobalZero { report = try profile("evaluate") { try evaluate(models) } }
    printProfileSummary(title: "Program")
    try world.onGlobalZero { try publish(report) }
  }

  /// Makes all parts and looks at what is there, before anything is merged.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Parameter pool: the models of another job that has the same ones.
  /// - Returns: the models that are there already or are not wanted; nil when they are to be merged.
  /// - Throws: `AgreedError`.
  func begin(sharing pool: BaseModelPool?) throws -> [MergedModel]? {
    if printConfig && world.isGlobalZero { Log.text(config.tree()) }
    let parts = try world.agreeing { try makeParts(sharing: pool) }
    self.parts = parts
    if dryRun { return [] }
    try world.agreeing { try parts.options.apply(to: world) }
    if pool == nil { try parts.pool.deal(parts.options.split) }
    let complete = try completeModels()
    try world.onGlobalZero {
      if let path = parts.paths.model, complete == nil {
        try parts.pool.checkOutput(path, overwrite: overwrite)
      }
      if preparesTaskpool { try taskpool?.prepare() }
    }
    return complete
  }
}

extension FabricModelFusionProgram {
  /// What the configuration makes.
  struct Parts {
    let pool: BaseModelPool
    let method: BaseAlgorithm
    let options: FabricOptions
    let saving: SaveOptions
    let paths: ProgramPaths
  }

  /// Where the job writes.
  var paths: ProgramPaths {
    get throws {
      try ProgramPaths(folders: path, model: mergedModelSavePath, report: reportSavePath.text)
    }
  }

  /// Makes method, pools and options.
  ///
  /// - Parameter shared: the models of another job that has the same ones.
  func makeParts(sharing shared: BaseModelPool?) throws -> Parts {
    let options = FabricOptions()
    if !fabricConfig.isNull { try options.configure(fabricConfig, at: "fabric") }
    let saving = SaveOptions()
    if !mergedModelSaveArguments.isNull {
      try saving.configure(mergedModelSaveArguments, at: "merged_model_save_kwargs")
    }
    let paths = try self.paths
    if !sweep.isNull { try SweepOptions().configure(sweep, at: "sweep") }

    let pool = try shared ?? make(modelpool, role: "modelpool", builtinModelPools)
    let method: BaseAlgorithm = try make(method, role: "method", builtinMethods)
    if taskpool == nil { taskpool = try makeTaskpool() }
    if shared == nil {
      pool.program = self
      pool.fabric = fabric
    }
    method.program = self
    method.fabric = fabric
    taskpool?.program = self
    if printFunctionCall && world.isGlobalZero {
      for component in [pool.config, method.config, taskpool?.config].compactMap({ $0 }) {
        Log.line("instantiate \(component["_target_"]?.string ?? "")")
      }
    }
    return Parts(pool: pool, method: method, options: options, saving: saving, paths: paths)
  }

  /// The tasks of the configuration, if it names any.
  func makeTaskpool() throws -> BaseTaskPool? {
    guard !taskpoolConfig.isNull else { return nil }
    return try make(taskpoolConfig, role: "taskpool", builtinTaskPools, as: BaseTaskPool.self)
  }
}
