import ConfigTree

/// Expands the overrides of a sweep into the overrides of its jobs.
public struct SweepExpander: Sendable {
  /// Looks up the options of a group, for `glob`.
  private let options: @Sendable (String) -> [String]

  /// The most jobs that a sweep may have.
  public var maximumJobs = 100_000

  /// - Parameter options: The options of a group, sorted.
  public init(options: @escaping @Sendable (String) -> [String]) {
    self.options = options
  }

  /// An expander that looks groups up in the composer's search path.
  public init(composer: ConfigComposer) {
    self.init { group in
      ConfigRepository(sources: composer.sources, limits: composer.limits).options(of: group)
    }
  }

  /// The overrides of every job of a sweep that was composed as a whole.
  ///
  /// What `hydra.sweeper.params` says comes before the command line, which may say otherwise.
  ///
  /// - Parameter sweep: A composition for the mode `multirun`.
  /// - Throws: ``ConfigError`` for parameters that are no overrides, for intervals, and for sweeps that
  ///   are too large.
  public func jobs(of sweep: Composition) throws(ConfigError) -> [[String]] {
    let resolver = InterpolationResolver(context: sweep.resolverContext)
    var texts: [String] = []
    let params = try resolver.select(sweep.root, at: "hydra.sweeper.params", resolves: true)
    for (key, value) in params?.dictionary ?? [:] { texts.append("\(key)=\(value.pythonText)") }
    return try jobs(try Override.parse(texts + sweep.taskOverrides))
  }

  /// The overrides of every job: the cartesian product of all values, the first key slowest.
  ///
  /// - Parameter overrides: The job's overrides, those of `hydra.sweeper.params` first.
  /// - Throws: ``ConfigError`` for intervals, and for sweeps that are too large.
  public func jobs(_ overrides: [Override]) throws(ConfigError) -> [[String]] {
    var keys: [String] = []
    var values: [String: [String]] = [:]
    for override in overrides {
      let key = override.keyElement
      if values[key] == nil { keys.append(key) }
      values[key] = try texts(of: override).map { "\(key)=\($0)" }
    }
    var jobs: [[String]] = [[]]
    for key in keys {
      let choices = values[key] ?? []
      let (count, isTooMany) = jobs.count.multipliedReportingOverflow(by: choices.count)
      guard !isTooMany, count <= maximumJobs else {
        throw .tooManyJobs(limit: maximumJobs)
      }
      jobs = jobs.flatMap { job in choices.map { job + [$0] } }
    }
    return jobs
  }

  /// The values of an override as they are written again.
  private func texts(of override: Override) throws(ConfigError) -> [String] {
    switch override.value {
    case nil: return ["null"]
    case .choice(let sweep)?:
      let values = sweep.isShuffled ? sweep.values.shuffled() : sweep.values
      return values.map(\.overrideText)
    case .range(let sweep)?:
      guard ConfigNumber.double(sweep.step) != 0 else { throw .zeroStep(override.input) }
      guard let numbers = sweep.numbers(limit: maximumJobs) else {
        throw .tooManyJobs(limit: maximumJobs)
      }
      let texts = numbers.map { ConfigNode($0).pythonText }
      return sweep.isShuffled ? texts.shuffled() : texts
    case .interval?: throw .unsupportedSweep("INTERVAL_SWEEP")
    case .glob(let glob)?: return glob.filter(options(override.key))
    case let value?: return [value.overrideText]
    }
  }
}

extension RangeSweep {
  /// The numbers of the range; `nil` if there are too many. A step of zero yields none.
  func numbers(limit: Int) -> [ConfigValue]? {
    if case .int(let from) = start, case .int(let to) = stop, case .int(let by) = step {
      guard by != 0 else { return [] }
      var result: [ConfigValue] = []
      var number = from
      while by > 0 ? number < to : number > to {
        guard result.count < limit else { return nil }
        result.append(.int(number))
        let (next, overflow) = number.addingReportingOverflow(by)
        if overflow { break }
        number = next
      }
      return result
    }
    let bounds = [start, stop, step].map(ConfigNumber.double)
    guard bounds.allSatisfy(\.isFinite), bounds[2] != 0 else { return [] }
    var number = PythonDecimal(bounds[0])
    let to = PythonDecimal(bounds[1])
    let by = PythonDecimal(bounds[2])
    var result: [ConfigValue] = []
    while bounds[2] > 0 ? number < to : to < number {
      guard result.count < limit else { return nil }
      result.append(.float(number.double))
      number = number + by
    }
    return result
  }
}
