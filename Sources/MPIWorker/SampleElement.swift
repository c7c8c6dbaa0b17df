import MPIModule

/// An element that the cases can make from a small number; every sum of theirs is exact.
protocol SampleElement: MPIElement, Equatable, Comparable {
  init(sample: Int)
}

extension SampleElement where Self: BinaryInteger {
  init(sample: Int) { self.init(truncatingIfNeeded: sample) }
}

extension SampleElement where Self: BinaryFloatingPoint {
  init(sample: Int) { self.init(sample) }
}

extension Float: SampleElement {}
extension Double: SampleElement {}
extension Int8: SampleElement {}
extension Int16: SampleElement {}
extension Int32: SampleElement {}
extension Int64: SampleElement {}
extension Int: SampleElement {}
extension UInt8: SampleElement {}
extension UInt16: SampleElement {}
extension UInt32: SampleElement {}
extension UInt64: SampleElement {}
extension UInt: SampleElement {}

let integerTypes: [any (SampleElement & FixedWidthInteger).Type] = [
  Int8.self, Int16.self, Int32.self, Int64.self, Int.self, UInt8.self, UInt16.self, UInt32.self,
  UInt64.self, UInt.self,
]
let sampleTypes: [any SampleElement.Type] = integerTypes + [Float.self, Double.self]

/// A number in 1...25 that tells ranks and positions apart.
func sample(_ rank: Int, _ index: Int) -> Int { (rank * 7 + index * 3) % 25 + 1 }

func samples<Element: SampleElement>(
  _ type: Element.Type, rank: Int, count: Int
) -> [Element] {
  (0..<count).map { Element(sample: sample(rank, $0)) }
}

/// The reduction of `samples` over the ranks, computed here.
func reduced<Element: SampleElement>(
  _ type: Element.Type, ranks: Int, count: Int, by combine: (Int, Int) -> Int
) -> [Element] {
  (0..<count).map { index in
    let first = sample(0, index)
    return Element(sample: (1..<ranks).reduce(first) { combine($0, sample($1, index)) })
  }
}
