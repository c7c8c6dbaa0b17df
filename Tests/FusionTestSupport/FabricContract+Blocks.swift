import Foundation
import FusionCore
import Threading

/// Hands out bytes that follow from who holds a block and which it is.
private struct SampleBlocks: BlockSource {
  let rank: Int

  /// The byte at an element of a part.
  static func byte(of rank: Int, _ block: Block, _ element: Int) -> UInt8 {
    UInt8(
      truncatingIfNeeded: 31 &* rank &+ 7 &* block.object &+ 3 &* block.part &+ element
        &+ element >> 8)
  }

  func read(_ block: Block, into destination: UnsafeMutableRawBufferPointer) throws {
    if block.object < 0 { throw BlockFailure(rank: rank) }
    for (place, element) in block.elements.enumerated() {
      destination[place] = Self.byte(of: rank, block, element)
    }
  }
}

/// An error with a status of its own.
private struct BlockFailure: Error, ExitStatusProviding, CustomStringConvertible {
  let rank: Int
  var exitStatus: Int32 { 3 }
  var description: String { "rank \(rank)'s disk: 'ø' is gone" }
}

/// Checks that blocks of other processes arrive while a body runs, and only then.
func checkBlocks(_ fabric: any Fabric) throws {
  let rank = fabric.globalRank
  let others = (0..<fabric.worldSize).filter { $0 != rank }
  let exchange = BlockExchange(SampleBlocks(rank: rank))

  try require(fabric.exchange == nil, fabric, "there is an exchange from the start")
  fabric.exchange = exchange
  try require(fabric.exchange === exchange, fabric, "the exchange was not kept")
  defer { fabric.exchange = nil }

  // Some ask for much at once and others for nothing; bodies end at different times.
  let sizes = [1, 4096, 70_001]
  for round in 0..<3 {
    try fabric.agreeing {
      try Parallel(threads: 3).forEach(rank == round ? 0 : 3 * (rank + 1)) { item in
        for owner in others {
          try checkBlock(
            Block(object: item, part: round, elements: item..<item + sizes[item % sizes.count]),
            of: owner, exchange)
        }
      }
    }
  }
  try fabric.agreeing {
    if let owner = others.last {
      let all = 5..<5 + BlockExchange.largestBlock
      try checkBlock(Block(object: 0, part: 1, elements: all), of: owner, exchange)
    }
  }
  let brought = exchange.bytesFetched
  try require(
    (brought > 0) == !others.isEmpty, fabric, "\(brought) bytes are said to have been fetched")

  // Many blocks are asked for before any is waited for.
  try fabric.agreeing {
    guard let owner = others.last else { return }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 500 * 100, alignment: 16)
    defer { room.deallocate() }
    let fetches = (0..<500).map { number in
      exchange.fetch(
        Block(object: 1, part: 2, elements: number..<number + 100), of: owner,
        into: .init(rebasing: room[number * 100..<(number + 1) * 100]))
    }
    for fetch in fetches { try exchange.wait(for: fetch) }
    for (number, fetch) in fetches.enumerated() {
      guard
        fetch.destination[99] == SampleBlocks.byte(of: owner, fetch.block, number + 99)
      else { throw FabricViolation(description: "rank \(rank): block \(number) is another one") }
    }
  }

  // An owner that fails: everybody learns its words, and nothing is left behind.
  if let owner = others.first {
    do {
      try fabric.agreeing {
        try checkBlock(Block(object: -1, part: 0, elements: 0..<5000), of: owner, exchange)
      }
      throw FabricViolation(description: "rank \(rank): a block that cannot be read was brought")
    } catch let error as AgreedError {
      let expected = BlockFailure(rank: fabric.worldSize == 1 ? 0 : 1)
      try require(
        error.description == expected.description && error.exitStatus == 3, fabric,
        "the owner's error became '\(error)' with status \(error.exitStatus)")
    }
  }
  try fabric.agreeing {
    if let owner = others.first {
      try checkBlock(Block(object: 1, part: 0, elements: 3..<9), of: owner, exchange)
    }
  }

  // Outside there is nobody to bring it, and no hang.
  var byte: UInt8 = 0
  try withUnsafeMutableBytes(of: &byte) { byte in
    let fetch = exchange.fetch(
      Block(object: 1, part: 0, elements: 0..<1), of: others.first ?? 0, into: byte)
    do {
      try exchange.wait(for: fetch)
    } catch ExchangeError.closed {
      return
    }
    throw FabricViolation(description: "rank \(rank): a block was brought with nobody to bring it")
  }
  let group = try fabric.split(color: 0)
  try require(group.exchange == nil, fabric, "a group exchanges blocks of the world")
}

private func checkBlock(_ block: Block, of owner: Int, _ exchange: BlockExchange) throws {
  let bytes = UnsafeMutableRawBufferPointer.allocate(
    byteCount: block.elements.count, alignment: 16)
  defer { bytes.deallocate() }
  try exchange.wait(for: exchange.fetch(block, of: owner, into: bytes))
  let wrong = bytes.indices.first {
    bytes[$0] != SampleBlocks.byte(of: owner, block, block.elements.lowerBound + $0)
  }
  if let wrong {
    throw FabricViolation(description: "byte \(wrong) of \(block) of rank \(owner) is wrong")
  }
}
