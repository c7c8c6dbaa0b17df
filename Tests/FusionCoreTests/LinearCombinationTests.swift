import FusionCore
import FusionTestSupport
import Tensors
import Testing

/// Weighted sums straight of stored elements against the same sums block by block.
@Suite struct LinearCombinationTests {
  /// Values of very different sizes, with awkward ones among them, around the borders of runs.
  private func model(
    _ seed: UInt64, _ dtype: DType, counts: [Int] = [1, 1023, 1025, 70_001]
  ) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: seed)
    let awkward: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 1e-45, 1e-39, 3e38, -3e38, 6e-8]
    return try InMemoryStateDict(
      counts.enumerated().map { position, count in
        let values = (0..<count).map { index in
          if index > 2, random.next() % 997 == 0 {
            return awkward[Int(random.next() % UInt64(awkward.count))]
          }
          let exponent = Int(random.next() % 12) - 8
          let mantissa = Double(Int64(bitPattern: random.next())) * 0x1p-63
          return Double(sign: .plus, exponent: exponent, significand: mantissa)
        }
        return try Tensor(
          TensorName("t\(position)"), dtype: dtype, shape: [count], values: values)
      })
  }

  private func expectSame(
    _ inputs: ElementwiseInputs, _ sum: LinearCombination, as output: DType? = nil
  ) throws {
    let block = ElementwiseMerge(inputs, label: "by blocks") { block in
      for term in sum.terms { block.sum.add(block.models[term.model], weight: term.weight) }
      block.sum.divide(by: sum.divisor)
      if let factor = sum.factorOntoBase { block.sum.scale(by: factor, onto: block.base) }
    }
    let direct = ElementwiseMerge(inputs, label: "direct", combination: sum)
    let prepared = ElementwiseMerge(
      inputs.preparing { _ in }, label: "prepared", combination: sum)
    for position in inputs.manifest.tensors.indices {
      let expected = try bits(block, position, output)
      #expect(try bits(direct, position, output) == expected)
      #expect(try bits(prepared, position, output) == expected)
    }
  }

  /// The bits of a tensor's values, those of NaN made alike.
  private func bits(
    _ merge: ElementwiseMerge, _ position: Int, _ output: DType?
  ) throws -> [UInt64] {
    let typed = try output.map { try merge.casting(to: $0) } ?? merge
    return try typed.tensor(at: position).doubles().map {
      $0.isNaN ? Double.nan.bitPattern : $0.bitPattern
    }
  }

  @Test(
    "means of any number of models",
    arguments: [DType.float32, .float16, .bfloat16, .float64, .float8e4m3, .float8e5m2])
  func means(_ dtype: DType) throws {
    for count in [1, 2, 3, 4, 5, 9] {
      let models = try (0..<count).map { ("m\($0)", try model(UInt64($0 + 1), dtype)) }
      try expectSame(try ElementwiseInputs(models: models), .mean(of: count))
    }
  }

  @Test(
    "scaled sums of task vectors on the base",
    arguments: [DType.float32, .float16, .bfloat16, .float64, .float8e4m3])
  func taskVectors(_ dtype: DType) throws {
    for count in [1, 2, 3, 4, 6] {
      let models = try (0..<count).map { ("m\($0)", try model(UInt64($0 + 1), dtype)) }
      for quantity in [ElementwiseInputs.Quantity.taskVectors, .jointTaskVectors] {
        let inputs = try ElementwiseInputs(
          models: models, base: try model(77, dtype), quantity: quantity)
        try expectSame(inputs, .sum(of: count, ontoBase: 0.3))
      }
    }
  }

  @Test(
    "sums of bfloat16 values of every size, from the smallest to the largest, and of 0",
    arguments: [-136 ... -120, -75 ... -50, -20...3, -2...1, 110...127])
  func everySize(_ exponents: ClosedRange<Int>) throws {
    func model(_ seed: UInt64) throws -> InMemoryStateDict {
      var random = SampleNumbers(seed: seed)
      return try InMemoryStateDict(
        [15, 16, 1040, 5003].enumerated().map { position, count in
          let values = (0..<count).map { _ in
            let exponent = exponents.randomElement(using: &random) ?? 0
            let mantissa = 1 + Double(random.next() % 128) / 128
            let sign: FloatingPointSign = random.next() % 2 == 0 ? .plus : .minus
            let isZero = random.next() % 9 == 0
            return isZero
              ? Double(signOf: sign == .plus ? 1 : -1, magnitudeOf: 0)
              : Double(sign: sign, exponent: exponent, significand: mantissa)
          }
          return try Tensor(
            TensorName("t\(position)"), dtype: .bfloat16, shape: [count], values: values)
        })
    }
    for count in [1, 3, 4, 9] {
      let models = try (0..<count).map { ("m\($0)", try model(UInt64($0 + 1))) }
      let values = try ElementwiseInputs(models: models)
      let weights = [Double?](repeating: 1, count: count)
      for divisor in [1, Double(count), 0.25, -2, 0x1p41] {
        try expectSame(values, LinearCombination(weights: weights, divisor: divisor))
      }
      let changes = try ElementwiseInputs(
        models: models, base: try model(77), quantity: .taskVectors)
      for factor in [0.3, 1, -0.5, 1e-7, 0] {
        try expectSame(changes, .sum(of: count, ontoBase: factor))
        try expectSame(
          changes, LinearCombination(weights: weights, divisor: 4, ontoBase: factor))
      }
      try expectSame(changes, LinearCombination(weights: weights, divisor: 3))
    }
  }

  @Test("models of different types, with weights, into every type")
  func mixedTypes() throws {
    let types: [DType] = [
      .bfloat16, .bfloat16, .float16, .float32, .float8e5m2, .float32, .float32, .bfloat16,
    ]
    let models = try types.enumerated().map {
      ("m\($0)", try model(UInt64($0 + 1), $1, counts: [2049]))
    }
    let weights: [Double?] = [0.5, -1.25, nil, 1, 0, 0.1, 1e-3, 3]
    for base in [DType.bfloat16, .float16, .float32, .float64] {
      let base = try model(99, base, counts: [2049])
      let changes = try ElementwiseInputs(models: models, base: base, quantity: .taskVectors)
      let values = try ElementwiseInputs(models: models)
      for output in [DType.float16, .bfloat16, .float32, .float64, .float8e4m3] {
        try expectSame(
          changes, LinearCombination(weights: weights, divisor: 7, ontoBase: -0.7), as: output)
        try expectSame(values, LinearCombination(weights: weights, divisor: 0.5), as: output)
      }
    }
  }

  @Test("without a weight a model takes no part, not even with NaN; with a weight of 0 it does")
  func leftOut() throws {
    let a = try InMemoryStateDict([Tensor("w", shape: [2], values: [1, 2])])
    let b = try InMemoryStateDict([Tensor("w", shape: [2], values: [.nan, 4])])
    let inputs = try ElementwiseInputs(models: [("a", a), ("b", b)])
    func merged(_ weights: [Double?]) throws -> [Double] {
      try ElementwiseMerge(
        inputs, label: "sum", combination: LinearCombination(weights: weights)
      ).tensor("w").doubles()
    }
    #expect(try merged([3, nil]) == [3, 6])
    let hidden = try merged([3, 0])
    #expect(hidden[0].isNaN && hidden[1] == 6)
  }

  @Test("every tensor has its own weights, in whatever slices it is read")
  func perTensor() throws {
    let (a, b) = (try model(1, .bfloat16), try model(2, .bfloat16))
    let inputs = try ElementwiseInputs(models: [("a", a), ("b", b)])
    let merge = ElementwiseMerge.weighted(inputs, label: "sum") { tensor in
      LinearCombination(weights: [Double(tensor), 1])
    }
    let whole = try merge.allBytes()
    for limit in [997, 4096, 65_537] {
      #expect(try merge.bytes(of: merge.manifest.slices(limit: limit)) == whole)
    }
    for tensor in 0..<4 {
      let alone = ElementwiseMerge(
        inputs, label: "sum", combination: LinearCombination(weights: [Double(tensor), 1]))
      #expect(try bits(merge, tensor, nil) == bits(alone, tensor, nil))
    }
  }

  @Test("read together with a merge by blocks, both are as if read alone")
  func together() throws {
    let models = try (0..<3).map { ("m\($0)", try model(UInt64($0 + 1), .bfloat16)) }
    let inputs = try ElementwiseInputs(
      models: models, base: try model(9, .bfloat16), quantity: .taskVectors)
    let merges = [
      ElementwiseMerge(inputs, label: "largest") { $0.setLargestMagnitude() },
      ElementwiseMerge(inputs, label: "a", combination: .sum(of: 3, ontoBase: 0.3)),
      ElementwiseMerge(inputs, label: "b", combination: .sum(of: 2, ontoBase: 1)),
    ]
    #expect(StateDictGroup.groups(of: merges) == [[0, 1, 2]])
    let group = StateDictGroup(merges)
    let slice = Slice(tensor: 3, elements: 5..<69_000)
    let bytes = merges.map { _ in
      UnsafeMutableRawBufferPointer.allocate(byteCount: slice.count * 2, alignment: 64)
    }
    defer { for buffer in bytes { buffer.deallocate() } }
    try group.read(slice, into: bytes)
    for (merge, found) in zip(merges, bytes) {
      #expect(try merge.bytes(of: [slice]) == Array(found))
    }
  }
}
