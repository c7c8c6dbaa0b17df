import FusionCore
import FusionTestSupport
import Tensors
import Testing

@Suite struct ElementwiseMergeTests {
  private func sum(_ inputs: ElementwiseInputs) -> ElementwiseMerge {
    ElementwiseMerge(inputs, label: "sum") { block in
      for model in block.models { block.sum.add(model, weight: 0.7) }
      block.sum.scale(by: 0.3, onto: block.base)
    }
  }

  /// Tensors of lengths around the borders of blocks and chunks.
  private func model(_ seed: UInt64, _ dtype: DType = .float32) throws -> InMemoryStateDict {
    var random = SampleNumbers(seed: seed)
    func values(_ count: Int) -> [Double] {
      (0..<count).map { _ in Double(Int64(bitPattern: random.next())) * 0x1p-62 }
    }
    return try InMemoryStateDict([
      Tensor("scalar", dtype: dtype, shape: [], values: values(1)),
      Tensor("empty", dtype: dtype, shape: [0, 4], values: []),
      Tensor("block", dtype: dtype, shape: [4097], values: values(4097)),
      Tensor("steps", dtype: .int64, shape: [2], values: [7, 70]),
      Tensor("chunk", dtype: dtype, shape: [3, 21_846], values: values(65_538)),
    ])
  }

  @Test(
    "the bytes do not depend on the slices that they are read in",
    arguments: [DType.float32, .bfloat16, .float16, .float64])
  func anySlices(_ dtype: DType) throws {
    let inputs = try ElementwiseInputs(
      models: [("a", model(1, dtype)), ("b", model(2, dtype))], base: model(3, dtype),
      quantity: .taskVectors)
    let merge = sum(inputs)
    let whole = try merge.allBytes()
    #expect(whole.count == merge.manifest.byteCount)
    for limit in [997, 4096, 5000, 65_536] {
      #expect(try merge.bytes(of: merge.manifest.slices(limit: limit)) == whole)
    }
    let parts = try (0..<5).map { try merge.bytes(of: merge.manifest.slices(part: $0, of: 5)) }
    #expect(parts.reduce([], +) == whole)
    // A fresh merge, read backwards.
    let again = sum(inputs)
    let backwards = try merge.manifest.slices(limit: 1000).reversed().map {
      try again.bytes(of: [$0])
    }
    #expect(backwards.reversed().reduce([], +) == whole)
  }

  @Test("values are computed as they are written down")
  func values() throws {
    let base = try InMemoryStateDict([Tensor("w", shape: [3], values: [1, 2, 3])])
    let a = try InMemoryStateDict([Tensor("w", shape: [3], values: [2, 2, 2])])
    let b = try InMemoryStateDict([Tensor("w", shape: [3], values: [1, 4, -3])])
    let inputs = try ElementwiseInputs(
      models: [("a", a), ("b", b)], base: base, quantity: .taskVectors)
    #expect(inputs.modelNames == ["a", "b"])
    let merge = ElementwiseMerge(inputs, label: "task arithmetic") { block in
      for model in block.models { block.sum.add(model) }
      block.sum.scale(by: 0.5, onto: block.base)
    }
    #expect(try merge.tensor("w").doubles() == [1.5, 3, -0.5])
    #expect(merge.label == "task arithmetic")
  }

  @Test("integer and bool tensors are the reference's, and differences are noted")
  func integersAreCopied() throws {
    func model(_ steps: [Double], mask: Double, scale: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("mask", dtype: .bool, shape: [1], values: [mask]),
        Tensor("steps", dtype: .int64, shape: [2], values: steps),
        Tensor("same", dtype: .uint8, shape: [2], values: [4, 5]),
        Tensor("w", shape: [1], values: [scale]),
      ])
    }
    let inputs = try ElementwiseInputs(
      models: [("a", model([1, 2], mask: 1, scale: 2)), ("b", model([1, 3], mask: 0, scale: 4))])
    let merge = ElementwiseMerge(inputs, label: "sum") { block in
      for model in block.models { block.sum.add(model) }
    }
    #expect(try inputs.differingIntegers(in: LocalFabric()) == [])
    #expect(try merge.tensor("steps").doubles() == [1, 2])
    #expect(try inputs.differingIntegers(in: LocalFabric()) == ["steps"])
    #expect(try merge.tensor("mask").doubles() == [1])
    #expect(try merge.tensor("same").doubles() == [4, 5])
    #expect(try merge.tensor("w").doubles() == [6])
    #expect(try inputs.differingIntegers(in: LocalFabric()) == ["mask", "steps"])
  }

  @Test("an integer tensor of another width is noted as different")
  func integerWidths() throws {
    let a = try InMemoryStateDict([Tensor("n", dtype: .int64, shape: [1], values: [5])])
    let b = try InMemoryStateDict([Tensor("n", dtype: .int32, shape: [1], values: [5])])
    let inputs = try ElementwiseInputs(models: [("a", a), ("b", b)])
    let merge = ElementwiseMerge(inputs, label: "nothing") { _ in }
    #expect(try merge.tensor("n").doubles() == [5])
    #expect(try inputs.differingIntegers(in: LocalFabric()) == ["n"])
  }

  @Test("tensors that are kept come from the reference unchanged")
  func keeping() throws {
    let base = try InMemoryStateDict([
      Tensor("a", shape: [1], values: [1]), Tensor("b", shape: [1], values: [2]),
    ])
    let inputs = try ElementwiseInputs(models: [("m", base)], base: base)
    let merge = ElementwiseMerge(inputs, label: "zero", keeping: [1]) { _ in }
    #expect(try merge.tensor("a").doubles() == [0])
    #expect(try merge.tensor("b").doubles() == [2])
    let cast = try merge.casting(to: .float64)
    #expect(cast.manifest.tensors.map(\.dtype) == [.float64, .float64])
    #expect(try cast.tensor("b").doubles() == [2])
  }

  @Test("casting rounds the sums once, not what was rounded already")
  func casting() throws {
    // 1 + 2^-8 + 2^-30 rounds up in bfloat16, but down from float32's 1 + 2^-8.
    let a = try InMemoryStateDict([Tensor("w", shape: [1], values: [1 + 0x1p-8])])
    let b = try InMemoryStateDict([Tensor("w", shape: [1], values: [0x1p-30])])
    let merge = ElementwiseMerge(
      try ElementwiseInputs(models: [("a", a), ("b", b)]), label: "sum"
    ) { block in for model in block.models { block.sum.add(model) } }
    #expect(try merge.tensor("w").doubles() == [1 + 0x1p-8])
    #expect(try merge.casting(to: .bfloat16).tensor("w").doubles() == [1 + 0x1p-7])
    #expect(try merge.casting(to: .float64).tensor("w").doubles() == [1 + 0x1p-8 + 0x1p-30])
  }

  @Test("models of other types and another order of tensors fit; the reference's types come out")
  func mixedTypes() throws {
    let a = try InMemoryStateDict([
      Tensor("x", dtype: .bfloat16, shape: [2], values: [1, 2]),
      Tensor("y", dtype: .float32, shape: [1], values: [3]),
    ])
    let b = try InMemoryStateDict([
      Tensor("y", dtype: .float64, shape: [1], values: [4 + 0x1p-40]),
      Tensor("x", dtype: .float16, shape: [2], values: [0.5, 0.25]),
    ])
    let merge = ElementwiseMerge(
      try ElementwiseInputs(models: [("a", a), ("b", b)]), label: "sum"
    ) { block in for model in block.models { block.sum.add(model) } }
    #expect(merge.manifest == a.manifest)
    #expect(try merge.tensor("x").doubles() == [1.5, 2.25])
    #expect(try merge.tensor("y").doubles() == [7])
    let wide = try merge.casting(to: .float64)
    #expect(try wide.tensor("y").doubles() == [7 + 0x1p-40])
    // float16's 2^-24 added to 1 survives in float32, in which the two halves meet.
    #expect(wide.manifest.tensors.map(\.name) == ["x", "y"])
  }

  @Test("task vectors have the precision of the types that meet")
  func precision() throws {
    func one(_ dtype: DType, _ value: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([Tensor("w", dtype: dtype, shape: [1], values: [value])])
    }
    func delta(_ model: InMemoryStateDict, _ base: InMemoryStateDict) throws -> Double {
      let inputs = try ElementwiseInputs(models: [("m", model)], base: base, quantity: .taskVectors)
      let merge = ElementwiseMerge(inputs, label: "delta") { $0.sum.add($0.models[0]) }
      return try merge.casting(to: .float64).tensor("w").doubles()[0]
    }
    // 1 + 2^-12: needs more than 11 bits.
    #expect(try delta(one(.float16, 1), one(.float16, -0x1p-12)) == 1)
    #expect(try delta(one(.bfloat16, 1), one(.bfloat16, -0x1p-12)) == 1)
    #expect(try delta(one(.float16, 1), one(.bfloat16, -0x1p-12)) == 1 + 0x1p-12)
    #expect(try delta(one(.float32, 1), one(.float16, -0x1p-12)) == 1 + 0x1p-12)
    #expect(try delta(one(.float8e5m2, 1), one(.float8e5m2, -0x1p-12)) == 1 + 0x1p-12)
    #expect(try delta(one(.float32, 1), one(.float32, -0x1p-40)) == 1)
    #expect(try delta(one(.float64, 1), one(.float32, -0x1p-40)) == 1 + 0x1p-40)
  }

  @Test("joint task vectors have one precision over all tensors")
  func jointPrecision() throws {
    func model(_ half: Double, _ single: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("h", dtype: .float16, shape: [1], values: [half]),
        Tensor("s", dtype: .float32, shape: [1], values: [single]),
      ])
    }
    let inputs = try ElementwiseInputs(
      models: [("m", model(1, 1))], base: model(-0x1p-12, 0), quantity: .jointTaskVectors)
    let merge = ElementwiseMerge(inputs, label: "delta") { $0.sum.add($0.models[0]) }
    #expect(try merge.casting(to: .float64).tensor("h").doubles() == [1 + 0x1p-12])
  }
}
