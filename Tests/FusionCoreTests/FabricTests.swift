import FusionCore
import FusionTestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct FabricTests {
  @Test("the world of one keeps the contract of a fabric")
  func local() throws {
    try checkFabric(LocalFabric())
    let fabric = LocalFabric(threads: 3)
    #expect(fabric.threads == 3 && fabric.backend == "local" && fabric.worldSize == 1)
    #expect(fabric.split(color: 4).threads == 3)
  }

  @Test("worlds of threads keep the contract of a fabric", arguments: [1, 2, 3, 4])
  func threads(_ ranks: Int) throws {
    let sizes = try ThreadFabric.run(ranks: ranks) { fabric in
      try checkFabric(fabric)
      return fabric.worldSize
    }
    #expect(sizes == Array(repeating: ranks, count: ranks))
  }

  @Test(
    "the checker finds a fabric that breaks the contract", arguments: BrokenFabric.Fault.allCases)
  func checkerFinds(_ fault: BrokenFabric.Fault) {
    let outcomes = ThreadFabric.outcomes(ranks: 2) { try checkFabric(BrokenFabric($0, fault)) }
    let found = outcomes.contains { outcome in
      if case .failure(let error) = outcome { !(error is ThreadFabricError) } else { false }
    }
    #expect(found)
  }

  @Test("threads in different collectives are an error, not a hang")
  func mismatch() {
    let outcomes = ThreadFabric.outcomes(ranks: 2) { fabric in
      if fabric.isGlobalZero { try fabric.barrier() } else { _ = try fabric.allGather([1]) }
    }
    for outcome in outcomes {
      #expect(throws: ThreadFabricError.mismatch(["barrier", "allGather"])) { try outcome.get() }
    }
  }

  @Test("a thread that ends while others wait is an error, not a hang")
  func abandoned() {
    let outcomes = ThreadFabric.outcomes(ranks: 3) { fabric in
      if fabric.globalRank != 1 { try fabric.barrier() }
    }
    #expect(throws: ThreadFabricError.abandoned(by: 1)) { try outcomes[0].get() }
    #expect(throws: ThreadFabricError.abandoned(by: 1)) { try outcomes[2].get() }
  }

  @Test("an error without a status of its own ends the command with 1")
  func statuses() {
    struct Plain: Error {}
    #expect(exitStatus(of: Plain()) == 1)
    #expect(exitStatus(of: AgreedError(rank: 0, exitStatus: 2, description: "x")) == 2)
    #expect(exitStatus(of: ParameterError.noTarget(role: "method", nil)) == 2)
    #expect(exitStatus(of: PoolError.noModels) == 2)
  }
}

/// A world of threads with one fault.
final class BrokenFabric: Fabric {
  enum Fault: CaseIterable, Sendable {
    case rank, broadcastsOwnBytes, sumsForMaximum, gathersBackwards, joinsBySum, ignoresColor,
      bringsNoBlocks
  }

  private let sound: any Fabric
  private let fault: Fault

  init(_ sound: any Fabric, _ fault: Fault) {
    self.sound = sound
    self.fault = fault
  }

  var globalRank: Int { fault == .rank ? sound.worldSize - 1 - sound.globalRank : sound.globalRank }
  var worldSize: Int { sound.worldSize }
  var localRank: Int { sound.localRank }
  var localWorldSize: Int { sound.localWorldSize }
  var nodeRank: Int { sound.nodeRank }
  var defaultThreads: Int { sound.defaultThreads }
  var threads: Int {
    get { sound.threads }
    set { sound.threads = newValue }
  }
  var exchange: BlockExchange? {
    get { sound.exchange }
    set { sound.exchange = newValue }
  }
  var backend: String { sound.backend }

  func barrier() throws { try sound.barrier() }
  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    let received = try sound.broadcast(bytes, from: root)
    return fault == .broadcastsOwnBytes ? bytes : received
  }
  func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) throws {
    try sound.allReduce(&values, broken(operation))
  }
  func allReduce(_ values: inout [Double], _ operation: ReduceOperation) throws {
    try sound.allReduce(&values, broken(operation))
  }
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let parts = try sound.allGather(bytes)
    return fault == .gathersBackwards ? parts.reversed() : parts
  }
  func join(_ bytes: UnsafeMutableRawBufferPointer) throws {
    guard fault == .joinsBySum, bytes.count % 4 == 0 else { return try sound.join(bytes) }
    var values = bytes.bindMemory(to: Float.self).map { Double($0) }
    try sound.allReduce(&values, .sum)
    bytes.copyBytes(from: values.map { Float($0) }.withUnsafeBytes { Array($0) })
  }
  func serve(_ exchange: BlockExchange, while body: () -> Void) throws {
    if fault == .bringsNoBlocks { body() } else { try sound.serve(exchange, while: body) }
  }
  func split(color: Int) throws -> any Fabric {
    try sound.split(color: fault == .ignoresColor ? 0 : color)
  }

  private func broken(_ operation: ReduceOperation) -> ReduceOperation {
    guard fault == .sumsForMaximum, case .max = operation else { return operation }
    return .sum
  }
}
