import MPIModule

func reductionCase(_ world: Communicator) throws {
  for type in sampleTypes {
    try checkReductions(type, world)
  }
  for type in integerTypes {
    try checkBitwiseOr(type, world)
  }
  try expectEqual(try world.allReduce(world.rank, op: .max), world.size - 1, "one value")
}

private func checkReductions<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator
) throws {
  let operations: [(MPIReduction<Element>, (Int, Int) -> Int)] = [
    (.sum, { $0 + $1 }), (.min, { min($0, $1) }), (.max, { max($0, $1) }),
  ]
  for count in [0, 1, 10] {
    for (operation, combine) in operations {
      let what = "\(type) \(operation) of \(count)"
      let mine = samples(type, rank: world.rank, count: count)
      let expected = reduced(type, ranks: world.size, count: count, by: combine)
      for sleeping in [false, true] {
        var values = mine
        try world.allReduce(&values, op: operation, sleeping: sleeping)
        try expectEqual(values, expected, "allReduce \(what)")
      }
      for root in 0..<world.size {
        var values = mine
        try world.reduce(&values, op: operation, to: root)
        try expectEqual(values, world.rank == root ? expected : mine, "reduce \(what)")
      }
    }
  }
  try checkReduceScatter(type, world)
}

private func checkReduceScatter<Element: SampleElement>(
  _ type: Element.Type, _ world: Communicator
) throws {
  // Unequal blocks, one of them empty.
  let counts = (0..<world.size).map { $0 * 5 }
  let total = counts.reduce(0, +)
  let start = counts[..<world.rank].reduce(0, +)
  let expected = reduced(type, ranks: world.size, count: total, by: +)
  let own = try world.reduceScatter(
    samples(type, rank: world.rank, count: total), counts: counts, op: .sum)
  try expectEqual(own, Array(expected[start..<start + counts[world.rank]]), "reduceScatter \(type)")
}

private func checkBitwiseOr<Element: SampleElement & FixedWidthInteger>(
  _ type: Element.Type, _ world: Communicator
) throws {
  var values = (0..<10).map { $0 % world.size == world.rank ? ~Element(sample: $0) : 0 }
  try world.allReduce(&values, op: .bitwiseOr)
  try expectEqual(values, (0..<10).map { ~Element(sample: $0) }, "bitwiseOr \(type)")
}
