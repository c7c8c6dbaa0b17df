#if FUSION_BENCH_LIBTORCH
  import Foundation
  import Networks
  import Testing

  struct TorchTensorTests {
    private let library: TorchLibrary
    /// `[2, 3]`.
    private let values: [Float] = [1, -2, 0.5, 3, 0, -1]
    private let tensor: TorchTensor

    init() throws {
      library = try TorchLibrary.load()
      tensor = try TorchTensor(values, shape: [2, 3], library: library)
    }

    private func make(_ values: [Float], _ shape: [Int]) throws -> TorchTensor {
      try TorchTensor(values, shape: shape, library: library)
    }

    @Test func `values and shape come back`() throws {
      #expect(tensor.shape == [2, 3])
      #expect(try tensor.floats() == values)
      #expect(try TorchTensor([3, -4], library: library).integers() == [3, -4])
      #expect(try make([], [0, 3]).floats() == [])
      #expect(try make([7], []).shape == [])
    }

    @Test func `shape and number of values must agree`() {
      #expect(throws: NetworkError.wrongInput(expected: [4], found: [1])) { try make([1], [4]) }
    }

    @Test func `views keep the order of the elements`() throws {
      #expect(try tensor.transpose(0, 1).floats() == [1, 3, -2, 0, 0.5, -1])
      #expect(try tensor.reshape([3, 2]).shape == [3, 2])
      #expect(try tensor.reshape([3, 2]).floats() == values)
      #expect(try tensor.select(1, dimension: 0).floats() == [3, 0, -1])
      #expect(try make([1, 2], [2, 1]).expand([2, 2]).floats() == [1, 1, 2, 2])
      #expect(
        try tensor.cat(make([9, 8], [2, 1]), dimension: 1).floats() == [1, -2, 0.5, 9, 3, 0, -1, 8])
    }

    @Test func `sums, products and layers are the textbook's`() throws {
      #expect(try tensor.add(make([1, 2, 3], [3])).floats() == [2, 0, 3.5, 4, 2, 2])
      #expect(try tensor.scale(by: 2).floats() == values.map { $0 * 2 })
      #expect(try tensor.matmul(make([1, 0, 1], [3, 1])).floats() == [1.5, 2])
      let weight = try make([1, 0, 1, 0, 1, 0], [2, 3])
      #expect(try tensor.linear(weight).floats() == [1.5, -2, 2, 0])
      #expect(try tensor.linear(weight, bias: make([10, 20], [2])).floats() == [11.5, 18, 12, 20])
      let picture = try make((0..<16).map(Float.init), [1, 1, 4, 4])
      let kernel = try make([1, 0, 0, 1], [1, 1, 2, 2])
      #expect(try picture.conv2d(kernel, stride: 2).floats() == [5, 9, 21, 25])
      #expect(
        try picture.conv2d(kernel, bias: make([1], [1]), stride: 2).floats() == [6, 10, 22, 26])
      #expect(try picture.conv2d(kernel, stride: 3, padding: 1).shape == [1, 1, 2, 2])
    }

    @Test(arguments: [
      (asking: 1, tokens: 1, heads: 1, size: 1), (1, 17, 4, 32), (7, 17, 2, 5), (50, 50, 3, 16),
    ])
    func `attention is the softmax of queries and keys times values, head by head`(
      asking: Int, tokens: Int, heads: Int, size: Int
    ) throws {
      let images = 2
      let hidden = heads * size
      func wave(_ count: Int, _ step: Double) -> [Float] {
        (0..<count).map { Float(2 * sin(Double($0) * step)) }
      }
      let queries = wave(images * asking * hidden, 0.7)
      let keys = wave(images * tokens * hidden, 1.3)
      let values = wave(images * tokens * hidden, 2.1)
      var expected: [Float] = []
      for image in 0..<images {
        for token in 0..<asking {
          for head in 0..<heads {
            func row(_ values: [Float], _ row: Int) -> ArraySlice<Float> {
              values[row * hidden + head * size..<row * hidden + (head + 1) * size]
            }
            let weights = (0..<tokens).map { other in
              exp(
                zip(row(queries, image * asking + token), row(keys, image * tokens + other))
                  .reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(size).squareRoot())
            }
            let total = weights.reduce(0, +)
            for i in 0..<size {
              let sum = (0..<tokens).reduce(0.0) { sum, other in
                let values = row(values, image * tokens + other)
                return sum + weights[other] * Double(values[values.startIndex + i])
              }
              expected.append(Float(sum / total))
            }
          }
        }
      }
      let output = try make(queries, [images, asking, hidden]).attention(
        keys: make(keys, [images, tokens, hidden]), values: make(values, [images, tokens, hidden]),
        heads: heads)
      #expect(output.shape == [images, asking, hidden])
      #expect(distance(try output.floats(), expected) < 1e-5)
    }

    @Test func `attention refuses shapes that do not fit`() throws {
      let tokens = try make([1, 2, 3, 4], [1, 2, 2])
      #expect(throws: NetworkError.self) {
        try tokens.attention(keys: tokens, values: tokens, heads: 3)
      }
      #expect(throws: NetworkError.self) {
        try tokens.attention(keys: tokens, values: tensor, heads: 1)
      }
      let none = try make([], [1, 0, 2])
      #expect(throws: NetworkError.self) {
        try tokens.attention(keys: none, values: none, heads: 1)
      }
    }

    @Test func `quick GELU keeps its precision over the whole range`() throws {
      let x = (-4000...4000).map { Float($0) / 100 } + [-1e30, 1e30, .infinity]
      let expected = x.map { Float(Double($0) / (1 + exp(-1.702 * Double($0)))) }
      let found = try make(x, [x.count]).quickGELU().floats()
      for (found, expected) in zip(found, expected) where expected.isFinite {
        #expect(abs(found - expected) <= 1e-6 * max(abs(expected), 1e-2))
      }
      #expect(found.last == .infinity)
      #expect(try make([.nan], [1]).quickGELU().floats()[0].isNaN)
    }

    @Test(arguments: [1, 5, 8, 21, 128])
    func `a layer norm takes rows of any length`(size: Int) throws {
      let x = (0..<3 * size).map { Float(sin(Double($0) * 0.9) * 3 + 10) }
      let weight = (0..<size).map { Float($0 % 3) - 0.5 }
      let bias = (0..<size).map { Float($0 % 5) }
      let expected = (0..<3).flatMap { row in
        let values = x[row * size..<(row + 1) * size].map(Double.init)
        let mean = values.reduce(0, +) / Double(size)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
        return values.indices.map {
          Float((values[$0] - mean) / (variance + 1e-5).squareRoot()) * weight[$0] + bias[$0]
        }
      }
      let found = try make(x, [3, size]).layerNorm(
        make(weight, [size]), bias: make(bias, [size]), epsilon: 1e-5)
      #expect(found.shape == [3, size])
      #expect(distance(try found.floats(), expected) < 1e-4)
      let long = try make([Float](repeating: 1, count: size + 1), [size + 1])
      #expect(throws: NetworkError.self) {
        try make(x, [3, size]).layerNorm(long, bias: long, epsilon: 1e-5)
      }
    }

    @Test func `functions agree with their formulas`() throws {
      let x = values.map(Double.init)
      let gelu = x.map { Float($0 * (1 + erf($0 / 2.0.squareRoot())) / 2) }
      #expect(distance(try tensor.gelu().floats(), gelu) < 1e-6)
      let quick = x.map { Float($0 / (1 + exp(-1.702 * $0))) }
      #expect(distance(try tensor.quickGELU().floats(), quick) < 1e-6)
      let rows = [Array(x[0..<3]), Array(x[3..<6])]
      let logs = rows.flatMap { row in
        let sum = log(row.map { exp($0) }.reduce(0, +))
        return row.map { Float($0 - sum) }
      }
      #expect(distance(try tensor.logSoftmax(dimension: 1).floats(), logs) < 1e-6)
      #expect(distance(try tensor.softmax(dimension: 1).floats(), logs.map { exp($0) }) < 1e-6)
      let units = rows.flatMap { row in
        row.map { Float($0 / row.map { $0 * $0 }.reduce(0, +).squareRoot()) }
      }
      #expect(distance(try tensor.normalize(dimension: 1).floats(), units) < 1e-6)
      #expect(try tensor.argmax(dimension: 1).integers() == [0, 0])
      let targets = try TorchTensor([2, 0], library: library)
      let loss = try tensor.crossEntropy(targets).floats()
      #expect(distance(loss, [-(logs[2] + logs[3]) / 2]) < 1e-6)
    }

    @Test func `layer normalisation works on the last dimension`() throws {
      let found = try make([1, 3, 10, 30], [2, 2])
        .layerNorm(make([2, 2], [2]), bias: make([1, 0], [2]), epsilon: 0)
      #expect(distance(try found.floats(), [-1, 2, -1, 2]) < 1e-6)
    }

    @Test func `an operation on shapes that do not fit is an error in one line`() throws {
      let error = caught(NetworkError.self) { _ = try tensor.matmul(tensor) }
      guard case .operationFailed("matmul of [2, 3]", let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.contains("shape"))
      #expect(!reason.contains("\n"))
      #expect(throws: NetworkError.self) { try tensor.select(2, dimension: 0) }
      #expect(throws: NetworkError.self) { try tensor.reshape([4, -1]) }
      #expect(throws: NetworkError.self) {
        try tensor.crossEntropy(TorchTensor([0, 3], library: library))
      }
    }
  }
#endif
