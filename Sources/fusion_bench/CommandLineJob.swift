import FusionCore

/// What one start of the command does.
protocol CommandLineJob {
  /// Whether it prints text and runs nothing.
  var onlyPrints: Bool { get }

  /// The text that it prints then.
  func text() throws -> String

  /// Runs it. Every process of `world` needs to call this method.
  func run(in world: any Fabric) throws
}
