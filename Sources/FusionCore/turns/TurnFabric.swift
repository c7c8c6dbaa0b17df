/// A fabric for bodies that take turns: every message is sent from the thread that owns the fabric.
final class TurnFabric: Fabric {
  private let base: any Fabric
  private let turns: Turns

  init(_ base: any Fabric, _ turns: Turns) {
    self.base = base
    self.turns = turns
  }

  var globalRank: Int { base.globalRank }
  var worldSize: Int { base.worldSize }
  var localRank: Int { base.localRank }
  var localWorldSize: Int { base.localWorldSize }
  var nodeRank: Int { base.nodeRank }
  var defaultThreads: Int { base.defaultThreads }
  var threads: Int {
    get { base.threads }
    set { base.threads = newValue }
  }
  var exchange: BlockExchange? {
    get { base.exchange }
    set { base.exchange = newValue }
  }
  var backend: String { base.backend }

  func barrier() throws { try turns.onCaller { try self.base.barrier() } }

  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try turns.onCaller { try self.base.broadcast(bytes, from: root) }
  }

  func allReduce(_ values: inout [Int64], _ operation: ReduceOperation) throws {
    values = try turns.onCaller { [values, self] in
      var values = values
      try base.allReduce(&values, operation)
      return values
    }
  }

  func allReduce(_ values: inout [Double], _ operation: ReduceOperation) throws {
    values = try turns.onCaller { [values, self] in
      var values = values
      try base.allReduce(&values, operation)
      return values
    }
  }

  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try turns.onCaller { try self.base.allGather(bytes) }
  }

  func join(_ bytes: UnsafeMutableRawBufferPointer) throws {
    try turns.onCaller { try self.base.join(bytes) }
  }

  func serve(_ exchange: BlockExchange, while body: () -> Void) throws {
    try withoutActuallyEscaping(body) { body in
      try turns.onCaller { try self.base.serve(exchange, while: body) }
    }
  }

  func split(color: Int) throws -> any Fabric {
    TurnFabric(try turns.onCaller { try self.base.split(color: color) }, turns)
  }
}
