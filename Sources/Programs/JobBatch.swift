import Checkpoints
import FusionCore
import ModelPools
import Tensors

/// Jobs that are merged together: a single one, or those of a sweep that read the same models.
///
/// What may fail for one job does not fail the others: every step gives an outcome for each.
struct JobBatch {
  /// What a job came to, or the error that every rank knows of.
  typealias Outcome<Value> = Result<Value, AgreedError>

  /// The jobs. Where there are several they have one configuration but for the method's parameters
  /// and where they write.
  let programs: [FabricModelFusionProgram]
  private let world: any Fabric
  private let evaluators: Int

  /// Jobs for the processes of `world`.
  ///
  /// - Parameter evaluators: how many ranks evaluate models, job by job in turn.
  init(_ programs: [FabricModelFusionProgram], in world: any Fabric, evaluators: Int = 1) {
    self.evaluators = evaluators
    self.programs = programs
    self.world = world
    for program in programs { program.fabric = world }
  }

  /// Merges, and saves what is to be saved. Every process needs to call this method.
  ///
  /// - Returns: for each job its models, ready to be evaluated on the rank that each names.
  /// - Throws: an error of this rank alone.
  func merge() throws -> [Outcome<[MergedModel]>] {
    var outcomes = try begin()
    let open = outcomes.indices.filter {
      if case .success(nil) = outcomes[$0] { true } else { false }
    }
    let merged = try merge(open)
    for (position, outcome) in zip(open, merged) { outcomes[position] = outcome.map { $0 } }
    return outcomes.map { outcome in outcome.map { $0 ?? [] } }
  }

  /// Makes all parts and looks at what is there: nil for a job that is still to be merged.
  private func begin() throws -> [Outcome<[MergedModel]?>] {
    var pool: BaseModelPool?
    return try programs.map { program in
      try world.outcome {
        let models = try program.begin(sharing: pool)
        pool = pool ?? program.parts?.pool
        return models
      }
    }
  }

  private func merge(_ open: [Int]) throws -> [Outcome<[MergedModel]>] {
    let programs = open.map { self.programs[$0] }
    let before = Checkpoint.bytesRead
    guard let pool = programs.first?.parts?.pool else { return [] }
    for program in programs { try program.profiler.start("merge") }
    let results = try MethodGroup.run(
      programs.compactMap { $0.parts?.method }, on: pool, in: world)
    if let method = programs[0].parts?.method as? any SimpleProfilerMixin, programs.count == 1 {
      method.printProfileSummary(title: "Method")
    }
    var models = try zip(programs, results).map { program, result in
      try world.outcome { try program.models(of: try result.get()) }
    }
    for (job, outcome) in models.enumerated() {
      for model in (try? outcome.get()) ?? [] { model.evaluator = job % evaluators }
    }
    for program in programs {
      try program.profiler.stop("merge")
      try program.profiler.start("save")
    }
    try together(&models, where: { $0.path != nil }) { try save($0, programs) }
    for program in programs { try program.profiler.stop("save") }
    try together(&models, where: { programs[$0.job].needsNorm }) { models in
      let group = StateDictGroup(try world.agreeing { try models.map { try $0.stored() } })
      for (model, norm) in zip(models, try world.norms(group)) { model.norm = norm }
    }
    // What was saved is evaluated from there.
    try together(&models, where: { $0.savedPath == nil && programs[$0.job].needsValues }) {
      models in
      let copies = try world.materialise(
        StateDictGroup(models.map(\.model)), on: models.map(\.evaluator))
      for (model, copy) in zip(models, copies) { model.model = copy ?? model.model }
    }
    if programs.count > 1 { try noteReading(of: pool, by: programs.count, since: before) }
    return models
  }

  /// Says how much was read for several jobs together.
  private func noteReading(of pool: BaseModelPool, by jobs: Int, since before: Int) throws {
    var read = [Int64(Checkpoint.bytesRead - before)]
    try world.allReduce(&read, .sum)
    let size = pool.openedModels.reduce(0) { $0 + $1.model.manifest.byteCount }
    guard world.isGlobalZero, size > 0 else { return }
    let times = fiveDigits(Double(read[0]) / Double(size))
    Log.line(
      "\(jobs) jobs were merged together: \(read[0]) bytes were read of models of \(size) bytes "
        + "(\(times) times)")
  }

  private func save(_ models: [MergedModel], _ programs: [FabricModelFusionProgram]) throws {
    let requests = try models.map { try programs[$0.job].saveRequest($0) }
    let saver = ModelSaver(
      world: world, showsProgress: programs[0].parts?.options.progress ?? false)
    for (model, saved) in zip(models, try saver.save(requests)) {
      model.savedPath = saved.path
      try programs[model.job].note(model, saved)
    }
  }

  /// Does a step for the models of all jobs: together for those that are read together, and where
  /// that fails for each job alone, so that the failure is that job's.
  private func together(
    _ jobs: inout [Outcome<[MergedModel]>], where isWanted: (MergedModel) -> Bool,
    _ step: ([MergedModel]) throws -> Void
  ) throws {
    for (job, outcome) in jobs.enumerated() {
      for model in (try? outcome.get()) ?? [] { model.job = job }
    }
    let models = jobs.flatMap { (try? $0.get()) ?? [] }.filter(isWanted)
    for members in StateDictGroup.groups(of: models.map(\.model)) {
      let group = members.map { models[$0] }
      var failure = try world.failure { try step(group) }
      guard failure != nil else { continue }
      for job in Set(group.map(\.job)).sorted() {
        let alone = group.filter { $0.job == job && $0.savedPath == nil }
        if alone.count < group.count { failure = try world.failure { try step(alone) } }
        if let failure { jobs[job] = .failure(failure) }
      }
    }
  }
}
