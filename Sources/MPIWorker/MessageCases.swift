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

/// Messages that are begun, found by their tag, and completed while others are under way.
func pendingCase(_ world: Communicator) throws {
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size
  // One that has to be fetched by the receiver, and an empty one.
  let sizes = [300_000, 0]
  let sent = sizes.map { size in
    (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ world.rank) }
  }
  var largeArrival = [UInt8](repeating: 0, count: sizes[0] + 5)
  var emptyArrival = [UInt8](repeating: 0, count: sizes[1] + 5)
  try largeArrival.withUnsafeMutableBytes { first in
    try emptyArrival.withUnsafeMutableBytes { second in
      let arrivals = [
        try world.beginReceive(into: first, from: previous, tag: 10),
        try world.beginReceive(into: second, from: previous, tag: 11),
      ]
      try sent[0].withUnsafeBytes { large in
        try sent[1].withUnsafeBytes { empty in
          let departures = [
            try world.beginSend(large, to: next, tag: 10),
            try world.beginSend(empty, to: next, tag: 11),
          ]
          for departure in departures { while try departure.test() == nil {} }
          for (arrival, size) in zip(arrivals, sizes) {
            var count: Int?
            while count == nil { count = try arrival.test() }
            try expectEqual(count, size, "bytes that arrived")
            try expectEqual(try arrival.test(), size, "bytes that arrived, asked again")
          }
        }
      }
    }
  }
  for (bytes, size) in zip([largeArrival, emptyArrival], sizes) {
    let isRight = (0..<size).allSatisfy {
      bytes[$0] == UInt8(truncatingIfNeeded: $0 &* 7 &+ previous)
    }
    try expect(isRight && bytes.suffix(5).allSatisfy { $0 == 0 }, "\(size) other bytes arrived")
  }

  try expect(try world.probe(tag: 12) == nil, "a message was found that nobody sent")
  let text: [UInt8] = [1, 2, 3]
  try text.withUnsafeBytes { text in
    let departure = try world.beginSend(text, to: next, tag: 12)
    var found: (source: Int, byteCount: Int)?
    while found == nil { found = try world.probe(tag: 12) }
    try expect(found?.source == previous && found?.byteCount == 3, "found \(found as Any)")
    let arrived: [UInt8] = try world.receive(count: 3, from: previous, tag: 12)
    try expectEqual(arrived, [1, 2, 3], "the message that was found")
    while try departure.test() == nil {}
  }

  let barrier = try world.beginBarrier()
  while try barrier.test() == nil {}
  try expectError(
    MPIError.rankOutOfRange(call: "MPI_Isend", rank: world.size, size: world.size)
  ) { _ = try world.beginSend(.init(start: nil, count: 0), to: world.size, tag: 1) }
  try expectError(
    MPIError.tagOutOfRange(call: "MPI_Irecv", tag: -1, largest: Communicator.largestTag)
  ) { _ = try world.beginReceive(into: .init(start: nil, count: 0), from: 0, tag: -1) }
}
