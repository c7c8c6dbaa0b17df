/// Who makes the passes over inputs: each at once, or several together.
protocol PassRunner: Sendable {
  /// Makes a pass.
  ///
  /// - Throws: `AgreedError` when reading failed on any rank.
  func run(_ pass: ElementwisePass, in world: any Fabric) throws
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
}
