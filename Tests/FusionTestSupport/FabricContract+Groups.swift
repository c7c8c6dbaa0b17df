import FusionCore

/// An error with a status of its own and more than one line.
private struct SampleFailure: Error, ExitStatusProviding, CustomStringConvertible {
  let rank: Int
  var exitStatus: Int32 { 2 }
  var description: String { "weights.bin: rank \(rank)\nhas no 'ø'" }
}

/// An error that says nothing of a status.
private struct PlainFailure: Error, CustomStringConvertible {
  var description: String { "plain" }
}

/// Checks that a failure of some ranks is the same failure on all.
func checkAgreement(_ fabric: any Fabric) throws {
  let last = fabric.worldSize - 1
  let own = try fabric.agreeing { fabric.globalRank + 10 }
  try require(own == fabric.globalRank + 10, fabric, "agreeing gave another rank's value")

  try expectFailure(
    fabric, "agreeing", rank: last, status: 2, "weights.bin: rank \(last)\nhas no 'ø'"
  ) {
    try fabric.agreeing {
      if fabric.globalRank == last { throw SampleFailure(rank: last) }
    }
  }
  try expectFailure(
    fabric, "agreeing of all", rank: 0, status: 2, "weights.bin: rank 0\nhas no 'ø'"
  ) {
    try fabric.agreeing { throw SampleFailure(rank: fabric.globalRank) }
  }
  try expectFailure(fabric, "onGlobalZero", rank: 0, status: 1, "plain") {
    try fabric.onGlobalZero { throw PlainFailure() }
  }
  try expectFailure(fabric, "fromGlobalZero", rank: 0, status: 1, "plain") {
    _ = try fabric.fromGlobalZero { throw PlainFailure() }
  }

  var calls: [Int64] = [0]
  try fabric.onGlobalZero { calls[0] += fabric.isGlobalZero ? 1 : 100 }
  try fabric.allReduce(&calls, .sum)
  try require(calls == [1], fabric, "onGlobalZero did not run on rank 0 alone")
  let bytes = try fabric.fromGlobalZero { [UInt8(fabric.globalRank), 7, 0] }
  try require(bytes == [0, 7, 0], fabric, "fromGlobalZero gave \(bytes)")
}

private func expectFailure(
  _ fabric: any Fabric, _ name: String, rank: Int, status: Int32, _ text: String,
  _ body: () throws -> Void
) throws {
  do {
    try body()
  } catch let error as AgreedError {
    try require(error.rank == rank, fabric, "\(name) blames rank \(error.rank), not \(rank)")
    try require(
      error.exitStatus == status, fabric, "\(name) ends with \(error.exitStatus), not \(status)")
    try require(error.description == text, fabric, "\(name) says '\(error)', not '\(text)'")
    return
  }
  throw FabricViolation(description: "rank \(fabric.globalRank): \(name) did not throw")
}

/// Checks that groups are worlds of their own and leave the world usable.
func checkSplit(_ fabric: any Fabric) throws {
  let color = fabric.globalRank % 2
  let members = (0..<fabric.worldSize).filter { $0 % 2 == color }
  let group = try fabric.split(color: color)
  try require(group.worldSize == members.count, fabric, "a group has \(group.worldSize) ranks")
  try require(
    members.indices.contains(group.globalRank) && members[group.globalRank] == fabric.globalRank,
    fabric, "the rank in the group is \(group.globalRank)")
  var sum = [Int64(fabric.globalRank)]
  try group.allReduce(&sum, .sum)
  try require(
    sum == [Int64(members.reduce(0, +))], fabric, "a sum over the group \(members) is \(sum)")
  let gathered = try group.allGather([UInt8(fabric.globalRank)])
  try require(
    gathered == members.map { [UInt8($0)] }, fabric, "the group \(members) gathers \(gathered)")

  // Different numbers of collectives in the groups do not disturb each other.
  for _ in 0..<color { try group.barrier() }
  let alone = try group.split(color: group.globalRank)
  try require(alone.worldSize == 1 && alone.globalRank == 0, fabric, "a group of one is not one")
  let everyone = try fabric.split(color: 3)
  try require(
    everyone.worldSize == fabric.worldSize && everyone.globalRank == fabric.globalRank, fabric,
    "a group of all is not all")
  try fabric.barrier()
}
