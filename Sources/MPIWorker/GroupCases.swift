import MPIModule

func splitCase(_ world: Communicator) throws {
  let copy = try world.dup()
  try expectEqual([copy.rank, copy.size], [world.rank, world.size], "dup")
  try expectEqual(copy.chunkElements, world.chunkElements, "the chunk of the dup")

  // Odd and even ranks, in reverse order.
  let parity = world.rank % 2
  let members = (0..<world.size).filter { $0 % 2 == parity }
  let half = try world.split(color: parity, key: world.size - world.rank)
  try expectEqual(half?.size, members.count, "size of the half")
  try expectEqual(
    try half?.allGather([world.rank]), members.reversed(), "ranks of the half")

  let alone = try world.split(color: world.rank == 0 ? 0 : nil, key: 0)
  try expectEqual(alone?.size, world.rank == 0 ? 1 : nil, "split without some ranks")

  let node = try world.splitShared()
  try expectEqual([node.rank, node.size], [world.rank, world.size], "shared")
  let placement = MPIPlacement(
    localRank: world.rank, localSize: world.size, nodeRank: 0, nodeCount: 1)
  try expectEqual(try world.placement(), placement, "placement")
}

func agreementCase(_ world: Communicator) throws {
  let last = world.size - 1
  try expectEqual(
    try world.agree(status: 0), MPIAgreement(status: 0, rank: 0), "all went well")
  try expectEqual(
    try world.agree(status: world.rank == last ? 7 : 0), MPIAgreement(status: 7, rank: last),
    "the last rank failed")
  try expectEqual(
    try world.agree(status: world.rank == 0 ? 0 : 4),
    MPIAgreement(status: world.size > 1 ? 4 : 0, rank: world.size > 1 ? 1 : 0),
    "all but rank 0 failed alike")
}
