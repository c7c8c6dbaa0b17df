/// Who makes the passes over inputs: each at once, or several together.
protocol PassRunner: Sendable {
  /// Makes a pass.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func run(_ pass: ElementwisePass, in world: any Fabric) throws

  /// Where passes are noted that are not to be made; nil where they are made.
  var notes: PassNotes? { get }
}

extension PassRunner {
  var notes: PassNotes? { nil }
}

/// Makes every pass at once.
struct SinglePasses: PassRunner {
  func run(_ pass: ElementwisePass, in world: any Fabric) throws {
    try ElementwisePass.run([pass], in: world)
  }
}

/// Makes passes the way that the pool says at that time.
final class PoolPasses: PassRunner, @unchecked Sendable {
  private weak var pool: BaseModelPool?

  init(_ pool: BaseModelPool) { self.pool = pool }

  func run(_ pass: ElementwisePass, in world: any Fabric) throws {
    try (pool?.passes ?? SinglePasses()).run(pass, in: world)
  }

  var notes: PassNotes? { pool?.passes.notes }
}
