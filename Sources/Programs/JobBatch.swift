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
    let before = Checkpoint.bytesRead
    let merged = try merge(open)
    var read = Checkpoint.bytesRead - before
    for (position, outcome) in zip(open, merged) { outcomes[position] = outcome.map { $0 } }
    var models = outcomes.map { outcome in outcome.map { $0 ?? [] } }
    try together(&models, where: { programs[$0.job].needsNorm }) { models in
      let group = StateDictGroup(try world.agreeing { try models.map { try $0.stored() } })
      let before = Checkpoint.bytesRead
      for (model, norm) in zip(models, try world.norms(group)) { model.norm = norm }
      // Otherwise the pool's models were read, not outputs.
      if !models.contains(where: { $0.savedPath != nil }) { read += Checkpoint.bytesRead - before }
      return models.map { _ in .success(()) }
    }
    if open.count > 1 { try noteReading(read, by: open) }
    return models
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
    // What was saved is evaluated from there.
    try together(&models, where: { $0.savedPath == nil && programs[$0.job].needsValues }) {
      models in
      let copies = try world.materialise(
        StateDictGroup(models.map(\.model)), on: models.map(\.evaluator))
      for (model, copy) in zip(models, copies) { model.model = copy ?? model.model }
      return models.map { _ in .success(()) }
    }
    return models
  }

  /// Says how much was read for several jobs together.
  private func noteReading(_ bytes: Int, by jobs: [Int]) throws {
    guard let pool = programs[jobs[0]].parts?.pool else { return }
    var read = [Int64(bytes)]
    try world.allReduce(&read, .sum)
    let size = pool.openedModels.reduce(0) { $0 + $1.model.manifest.byteCount }
    guard world.isGlobalZero, size > 0 else { return }
    let times = fiveDigits(Double(read[0]) / Double(size))
    Log.line(
      "\(jobs.count) jobs were merged together: \(read[0]) bytes were read of models of \(size) "
        + "bytes (\(times) times)")
  }

  private func save(
    _ models: [MergedModel], _ programs: [FabricModelFusionProgram]
  ) throws -> [Outcome<Void>] {
    let requests = try models.map { try programs[$0.job].saveRequest($0) }
    let saver = ModelSaver(
      world: world, showsProgress: programs[0].parts?.options.progress ?? false)
    return try zip(models, saver.save(requests)).map { model, saved in
      try world.outcome {
        let saved = try saved.get()
        model.savedPath = saved.path
        try programs[model.job].note(model, saved)
      }
    }
  }

  /// Does a step for the models of all jobs: together for those that are read together, and where
  /// that fails for each job alone, so that the failure is that job's.
  ///
  /// - Parameter step: gives what it came to for each model; what it throws concerns them all.
  private func together(
    _ jobs: inout [Outcome<[MergedModel]>], where isWanted: (MergedModel) -> Bool,
    _ step: ([MergedModel]) throws -> [Outcome<Void>]
  ) throws {
    for (job, outcome) in jobs.enumerated() {
      for model in (try? outcome.get()) ?? [] { model.job = job }
    }
    let models = jobs.flatMap { (try? $0.get()) ?? [] }.filter(isWanted)
    for members in StateDictGroup.groups(of: models.map(\.model)) {
      let group = members.map { models[$0] }
      let all = try world.outcome { try step(group) }
      let members = Set(group.map(\.job)).sorted()
      for job in members {
        let own = group.filter { $0.job == job }
        let outcome: Outcome<Void>
        switch all {
        case .success(let each):
          let failed = zip(group, each).first {
            if case .failure = $1 { $0.job == job } else { false }
          }
          outcome = failed?.1 ?? .success(())
        case .failure(let error):
          outcome =
            members.count == 1
            ? .failure(error)
            : try world.outcome { try step(own).forEach { try $0.get() } }
        }
        if case .failure(let error) = outcome { jobs[job] = .failure(error) }
      }
    }
  }
}
