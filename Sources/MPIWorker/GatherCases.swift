import MPIModule

func broadcastCase(_ world: Communicator) throws {
  for type in sampleTypes {
    for root in 0..<world.size {
      for sleeping in [false, true] {
        try checkBroadcast(type, world, root: root, sleeping: sleeping)
      }
    }
  }
}

private func checkBroadcast<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator, root: Int, sleeping: Bool
) throws {
  for count in [0, 1, 10] {
    let expected = samples(type, rank: root, count: count)
    var values = world.rank == root ? expected : samples(type, rank: 9, count: world.rank)
    try world.broadcast(&values, root: root, sleeping: sleeping)
    try expectEqual(values, expected, "broadcast \(type) of \(count) from \(root)")
  }
}

func gatherCase(_ world: Communicator) throws {
  for type in sampleTypes {
    try checkGathers(type, world)
  }
}

private func checkGathers<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator
) throws {
  let equal = (0..<world.size).map { samples(type, rank: $0, count: 7) }
  try expectEqual(
    try world.allGather(equal[world.rank]), equal.flatMap(\.self), "allGather \(type)")

  // Unequal blocks, the first of them empty.
  let unequal = (0..<world.size).map { samples(type, rank: $0, count: $0 * 4) }
  try expectEqual(try world.allGatherV(unequal[world.rank]), unequal, "allGatherV \(type)")
  for root in 0..<world.size {
    let expected = world.rank == root ? unequal : []
    try expectEqual(
      try world.gatherV(unequal[world.rank], root: root), expected, "gatherV \(type) to \(root)")
  }
}
