/// Gives a component a profiler.
public protocol SimpleProfilerMixin: FabricMixin {
  /// The component's times.
  var profiler: SimpleProfiler { get }
}

extension SimpleProfilerMixin {
  /// Times `body` under the name `action`.
  ///
  /// - Throws: what `body` throws, and `ProfilerError.running`.
  public func profile<R>(_ action: String, _ body: () throws -> R) throws -> R {
    try profiler.start(action)
    let result = Result { try body() }
    try profiler.stop(action)
    return try result.get()
  }

  /// Prints the table on rank 0, to standard error.
  ///
  /// - Parameter title: a line above the table.
  public func printProfileSummary(title: String? = nil) {
    if world.isGlobalZero { Log.text((title.map { $0 + "\n" } ?? "") + profiler.summary() + "\n") }
  }
}
