import FusionCore

/// What a fabric did against its contract.
public struct FabricViolation: Error, CustomStringConvertible {
  /// The rank, and what is wrong, in one line.
  public let description: String
}

/// Checks that `fabric` keeps the contract of `Fabric`.
///
/// Every process needs to call this function.
///
/// - Throws: `FabricViolation` at the first thing that is not as it should be.
public func checkFabric(_ fabric: any Fabric) throws {
  try checkPlace(of: fabric)
  try checkBarrierAndBroadcast(fabric)
  try checkReductions(fabric)
  try checkGathering(fabric)
  try checkJoin(fabric)
  try checkAgreement(fabric)
  try checkBlocks(fabric)
  try checkSplit(fabric)
}

/// Throws `FabricViolation` unless `condition` holds.
func require(_ condition: Bool, _ fabric: any Fabric, _ what: @autoclosure () -> String) throws {
  guard !condition else { return }
  throw FabricViolation(description: "rank \(fabric.globalRank) of \(fabric.worldSize): \(what())")
}

private func checkPlace(of fabric: any Fabric) throws {
  try require(fabric.worldSize > 0, fabric, "the world is empty")
  try require(
    (0..<fabric.worldSize).contains(fabric.globalRank), fabric, "globalRank is out of range")
  try require(
    (1...fabric.worldSize).contains(fabric.localWorldSize), fabric, "localWorldSize is out of range"
  )
  try require(
    (0..<fabric.localWorldSize).contains(fabric.localRank), fabric, "localRank is out of range")
  try require(
    (0..<fabric.worldSize).contains(fabric.nodeRank), fabric, "nodeRank is out of range")
  try require(fabric.threads > 0, fabric, "threads is \(fabric.threads)")
  try require(!fabric.backend.isEmpty, fabric, "backend has no name")
  try require(fabric.isGlobalZero == (fabric.globalRank == 0), fabric, "isGlobalZero is wrong")
  let ranks = try fabric.allGather(Array("\(fabric.globalRank)".utf8)).map {
    String(decoding: $0, as: UTF8.self)
  }
  try require(
    ranks == (0..<fabric.worldSize).map { "\($0)" }, fabric, "the ranks are \(ranks)")
}

private func checkBarrierAndBroadcast(_ fabric: any Fabric) throws {
  try fabric.barrier()
  try fabric.barrier()
  for root in 0..<fabric.worldSize {
    for count in [0, 1, 1000, 1_048_576 + 7] {
      var sent = [UInt8](repeating: UInt8(truncatingIfNeeded: root + 1), count: count)
      for position in stride(from: 0, to: count, by: 997) {
        sent[position] = UInt8(truncatingIfNeeded: position)
      }
      // What the others hold, and how much, does not matter.
      let held = fabric.globalRank == root ? sent : Array(repeating: 0xEE, count: count / 2 + 3)
      let received = try fabric.broadcast(held, from: root)
      try require(
        received == sent, fabric,
        "broadcast of \(count) bytes from rank \(root) gave \(received.count) bytes, or other ones")
    }
  }
}

private func checkReductions(_ fabric: any Fabric) throws {
  let size = fabric.worldSize
  let rank = fabric.globalRank
  let operations: [ReduceOperation] = [.sum, .min, .max]
  // What rank r contributes: sums are exact, and the third one just fits.
  func integers(_ r: Int) -> [Int64] {
    [Int64(r + 1), Int64(-r), r == 0 ? .max - Int64(size) : 1, Int64(r % 2), 1 << 40]
  }
  func numbers(_ r: Int) -> [Double] {
    [Double(r) + 0.5, -Double(r), r == size - 1 ? 0x1p-1000 : 0, Double(r % 2), 0x1p60]
  }
  for operation in operations {
    var found = integers(rank)
    try fabric.allReduce(&found, operation)
    let expected = combined((0..<size).map(integers), operation, sum: +)
    try require(
      found == expected, fabric, "allReduce \(operation) of integers gave \(found), not \(expected)"
    )

    var values = numbers(rank)
    try fabric.allReduce(&values, operation)
    let wanted = combined((0..<size).map(numbers), operation, sum: +)
    try require(
      values == wanted, fabric, "allReduce \(operation) of numbers gave \(values), not \(wanted)")
  }
  var none: [Int64] = []
  try fabric.allReduce(&none, .sum)
  var nothing: [Double] = []
  try fabric.allReduce(&nothing, .max)
  try require(none.isEmpty && nothing.isEmpty, fabric, "allReduce of nothing gave something")

  var many = (0..<30_000).map { Int64($0 + rank) }
  try fabric.allReduce(&many, .sum)
  let offset = (0..<size).reduce(0, +)
  let wrong = many.indices.first { many[$0] != Int64($0 * size + offset) }
  try require(wrong == nil, fabric, "allReduce of 30000 integers is wrong at \(wrong ?? 0)")
}

private func combined<T: Comparable>(
  _ rows: [[T]], _ operation: ReduceOperation, sum: (T, T) -> T
) -> [T] {
  rows[0].indices.map { column in
    let values = rows.map { $0[column] }
    return values.dropFirst().reduce(values[0]) { a, b in
      switch operation {
      case .sum: sum(a, b)
      case .min: a < b ? a : b
      case .max: a > b ? a : b
      }
    }
  }
}

private func checkGathering(_ fabric: any Fabric) throws {
  func part(_ r: Int, _ unit: Int) -> [UInt8] {
    Array(repeating: UInt8(truncatingIfNeeded: r + 1), count: (fabric.worldSize - 1 - r) * unit)
  }
  for unit in [0, 1, 70_001] {
    let found = try fabric.allGather(part(fabric.globalRank, unit))
    let expected = (0..<fabric.worldSize).map { part($0, unit) }
    try require(
      found == expected, fabric,
      "allGather gave parts of \(found.map(\.count)) bytes, not of \(expected.map(\.count)), or other bytes"
    )
  }
}

private func checkJoin(_ fabric: any Fabric) throws {
  let size = fabric.worldSize
  // What a sum of numbers would lose: negative zero, NaN payloads, infinities, subnormals.
  let patterns: [UInt32] = [
    0x8000_0000, 0x7FC0_0001, 0xFFFF_FFFF, 0x7F80_0000, 0x0000_0001, 0x3F80_0000,
  ]
  let expected = (0..<size * 1000).map { patterns[$0 % patterns.count] }
  var values = expected.indices.map { $0 / 1000 == fabric.globalRank ? expected[$0] : 0 }
  try values.withUnsafeMutableBytes { try fabric.join($0) }
  let wrong = values.indices.first { values[$0] != expected[$0] }
  try require(wrong == nil, fabric, "join changed the bits of element \(wrong ?? 0)")

  var odd = (0..<13).map { UInt8($0 % size == fabric.globalRank ? $0 + 200 : 0) }
  try odd.withUnsafeMutableBytes { try fabric.join($0) }
  try require(odd == (200..<213).map { UInt8($0) }, fabric, "join of 13 bytes gave \(odd)")

  var none: [UInt8] = []
  try none.withUnsafeMutableBytes { try fabric.join($0) }
}
