import MPIModule

func messageCase(_ world: Communicator) throws {
  for type in sampleTypes {
    try checkExchange(type, world)
    for sleeping in [false, true] {
      try checkRing(type, world, sleeping: sleeping)
    }
  }
}

private func checkExchange<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator
) throws {
  // The message from a to b has 2a + b elements: none from 0 to 0.
  func message(from source: Int, to target: Int) -> [Element] {
    samples(type, rank: source * 5 + target, count: 2 * source + target)
  }
  let ranks = 0..<world.size
  let received = try world.allToAllV(ranks.map { message(from: world.rank, to: $0) })
  try expectEqual(
    received, ranks.map { message(from: $0, to: world.rank) }, "allToAllV \(type)")
}

/// Hands a message around the ranks and back to rank 0.
private func checkRing<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator, sleeping: Bool
) throws {
  guard world.size > 1 else { return }
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size
  let message = samples(type, rank: 3, count: 10)
  if world.rank == 0 { try world.send(message, to: next, tag: 5) }
  let received = try world.receive(
    type, count: message.count, from: previous, tag: 5, sleeping: sleeping)
  try expectEqual(received, message, "message of \(type)")
  if world.rank != 0 { try world.send(received, to: next, tag: 5) }
}

func shortMessageCase(_ world: Communicator) throws {
  if world.rank == 0 {
    try world.send([1, 2, 3], to: 1)
  } else if world.rank == 1 {
    do {
      _ = try world.receive(Int.self, count: 4, from: 0)
    } catch MPIError.call("MPI_Recv", _, _, _, 1) {
      return
    }
    throw Failure("a short message was taken for a whole one")
  }
}
