import Tensors
import Testing

/// The shapes of a manifest, a grain and a limit.
struct SliceCase: CustomTestStringConvertible, Sendable {
  let shapes: [[Int]]
  let grain: Grain
  let limit: Int
  var testDescription: String { "\(shapes), \(grain), limit \(limit)" }

  static let shapes: [[[Int]]] = [
    [],
    [[]],
    [[0]],
    [[], [0], []],
    [[1024]],
    [[1023], [1], [1025], [0, 5], []],
    [[5000, 3], [7], [], [2, 3, 500], [0], [1]],
    [[1, 100_000], [100_000, 1], [333, 333]],
    [[10_000_000], [3]],
  ]
  static let all = shapes.flatMap { shapes in
    [Grain.element, .row, .tensor].flatMap { grain in
      [Int.max, 1000, 1, 1 << 16].compactMap { limit in
        // One element at a time is only for small tables.
        limit == 1 && shapes.contains { $0.reduce(1, *) > 20_000 }
          ? nil : SliceCase(shapes: shapes, grain: grain, limit: limit)
      }
    }
  }
}

@Suite struct SlicesTests {
  private func manifest(_ shapes: [[Int]]) throws -> Manifest {
    try Manifest(
      shapes.enumerated().map {
        try TensorInfo(name: TensorName("t\($0)"), dtype: .float32, shape: $1)
      })
  }

  @Test("parts are ascending, disjoint and complete", arguments: SliceCase.all)
  func partition(_ sample: SliceCase) throws {
    let manifest = try manifest(sample.shapes)
    for parts in 1...7 {
      var next = Array(repeating: 0, count: manifest.tensors.count)
      var last = -1
      for part in 0..<parts {
        for slice in manifest.slices(
          part: part, of: parts, grain: sample.grain, limit: sample.limit)
        {
          // The parts follow each other too, so that one sweep shows everything.
          #expect(slice.tensor >= last)
          #expect(slice.elements.lowerBound == next[slice.tensor])
          #expect(slice.count > 0)
          last = slice.tensor
          next[slice.tensor] = slice.elements.upperBound
        }
      }
      #expect(next == manifest.tensors.map(\.count))
    }
  }

  @Test(
    "no slice is longer than the limit or a unit, and none cuts a unit", arguments: SliceCase.all)
  func units(_ sample: SliceCase) throws {
    let manifest = try manifest(sample.shapes)
    for part in 0..<3 {
      for slice in manifest.slices(part: part, of: 3, grain: sample.grain, limit: sample.limit) {
        let tensor = manifest.tensors[slice.tensor]
        let unit =
          switch sample.grain {
          case .element: 1
          case .row: tensor.shape.last ?? 1
          case .tensor: tensor.count
          }
        #expect(slice.count <= max(sample.limit, unit))
        #expect(slice.elements.lowerBound % unit == 0 && slice.elements.upperBound % unit == 0)
      }
    }
  }

  @Test("the plan is the same each time")
  func deterministic() throws {
    let shapes = [[5000, 3], [7], [], [2, 3, 500], [0], [10, 1000]]
    let a = try manifest(shapes).slices(part: 1, of: 3, grain: .row, limit: 500)
    #expect(try a == manifest(shapes).slices(part: 1, of: 3, grain: .row, limit: 500))
    #expect(!a.isEmpty)
  }

  @Test(
    "borders of the element grain fall on multiples of 1024 of the long vector", arguments: 2...7)
  func borders(_ parts: Int) throws {
    let manifest = try manifest([[100_001], [], [50_000, 3]])
    for part in 1..<parts {
      let first = try #require(manifest.slices(part: part, of: parts).first)
      #expect((manifest.elementOffsets[first.tensor] + first.elements.lowerBound) % 1024 == 0)
    }
  }

  @Test("parts of a large table are equal to within 1024 elements", arguments: 2...7)
  func balance(_ parts: Int) throws {
    let manifest = try manifest([[1_000_000], [768, 768], [3], [500_000]])
    let sizes = (0..<parts).map { part in
      manifest.slices(part: part, of: parts).reduce(0) { $0 + $1.count }
    }
    let (least, most) = (try #require(sizes.min()), try #require(sizes.max()))
    #expect(most - least <= 2048, "\(sizes)")
  }

  @Test("more elements than memory are cut without overflow", arguments: [1, 2, 3, 7, 1000])
  func huge(_ parts: Int) throws {
    let count = Int.max / 4
    let manifest = try manifest([[count / 2], [count / 4, 2]])
    for grain in [Grain.element, .row, .tensor] {
      let slices = (0..<parts).flatMap { manifest.slices(part: $0, of: parts, grain: grain) }
      #expect(slices.reduce(0) { $0 + $1.count } == manifest.elementCount)
      #expect(slices.count <= parts + 1)
    }
    let first = manifest.slices(part: 0, of: parts, limit: manifest.elementCount / 3 + 1)
    #expect(first.first?.elements.lowerBound == 0)
  }
}
