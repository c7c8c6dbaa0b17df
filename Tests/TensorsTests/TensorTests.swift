import Tensors
import Testing

@Suite struct TensorTests {
  @Test("names are compared by bytes, not by what they look like")
  func canonicalEquivalence() throws {
    let composed: TensorName = "caf\u{E9}"
    let decomposed: TensorName = "cafe\u{301}"
    #expect(composed.string == decomposed.string)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    let manifest = try Manifest(
      [composed, decomposed].map { try TensorInfo(name: $0, dtype: .float32, shape: []) })
    #expect(manifest.position(of: decomposed) == 1)
  }

  @Test("names order by their bytes")
  func order() {
    let names: [TensorName] = ["a", "B", "layer.10", "layer.2", "", "é", "z", "a.b", "a"]
    #expect(
      names.sorted().map(\.string) == ["", "B", "a", "a", "a.b", "layer.10", "layer.2", "z", "é"])
  }

  @Test("a name is shown without anything invisible, and cut")
  func shown() {
    #expect("\(TensorName("a\nb\u{200B}\u{1B}"))" == "a\\nb\\u{200B}\\u{1B}")
    #expect("\(TensorName(String(repeating: "x", count: 300)))".count == 201)
    #expect("\(TensorName("wéight"))" == "wéight")
  }

  @Test("values round into the stored type and come back")
  func values() throws {
    let tensor = try Tensor("w", dtype: .bfloat16, shape: [2, 2], values: [1, 0.1, -2, 3e38])
    #expect(tensor.doubles() == [1, 0.10009765625, -2, 0x1.c4p127])
    #expect(try Tensor("n", dtype: .int8, shape: [2], values: [300, -1.5]).doubles() == [127, -1])
    #expect(try Tensor("s", shape: [], values: [4]).doubles() == [4])
    #expect(try Tensor("e", shape: [0], values: []).doubles() == [])
  }

  @Test("a wrong number of values or bytes is an error")
  func wrongCounts() throws {
    #expect(throws: TensorError.wrongByteCount("w", expected: 8, found: 12)) {
      try Tensor("w", shape: [2], values: [1, 2, 3])
    }
    let info = try TensorInfo(name: "w", dtype: .int64, shape: [1])
    #expect(throws: TensorError.wrongByteCount("w", expected: 8, found: 7)) {
      try Tensor(info, bytes: [UInt8](repeating: 0, count: 7))
    }
    #expect(
      "\(TensorError.wrongByteCount("w", expected: 8, found: 7))"
        == "tensor 'w': 7 bytes given where its shape and type need 8")
  }

  @Test("bytes that filling leaves out are zero")
  func zeroed() throws {
    let tensor = try Tensor(TensorInfo(name: "w", dtype: .uint8, shape: [5])) { $0[1] = 7 }
    #expect(tensor.withBytes { Array($0) } == [0, 7, 0, 0, 0])
  }

  @Test("what filling throws comes through")
  func fillingThrows() throws {
    let info = try TensorInfo(name: "w", dtype: .uint8, shape: [5])
    #expect(throws: TensorError.duplicateName("x")) {
      try Tensor(info) { _ in throw TensorError.duplicateName("x") }
    }
  }

  @Test("a state dict reads any run of a tensor, and whole tensors by name")
  func reading() throws {
    let dict = try InMemoryStateDict([
      Tensor("a", shape: [2, 3], values: [0, 1, 2, 3, 4, 5]), Tensor("e", shape: [0], values: []),
      Tensor("n", dtype: .int64, shape: [], values: [9]),
    ])
    var part = [Float](repeating: -1, count: 3)
    part.withUnsafeMutableBytes { dict.read(Slice(tensor: 0, elements: 2..<5), into: $0) }
    #expect(part == [2, 3, 4])
    #expect(try dict.tensor("a").doubles() == [0, 1, 2, 3, 4, 5])
    #expect(try dict.tensor("e").doubles() == [])
    #expect(try dict.tensor(at: 2).doubles() == [9])
    #expect(throws: TensorError.missing("b", in: "state dict in memory", didYouMean: nil)) {
      try dict.tensor("b")
    }
  }

  @Test("a cast state dict rounds floats alone, whatever slices it is read in")
  func casting() throws {
    let count = 40_000
    let values = (0..<count).map { Double($0) * 0.001 - 7 }
    let dict = try InMemoryStateDict([
      Tensor("w", dtype: .float64, shape: [count], values: values),
      Tensor("n", dtype: .int32, shape: [2], values: [70_000, -5]),
    ])
    let cast = try dict.casting(to: .float16)
    let expected = try Tensor("w", dtype: .float16, shape: [count], values: values)
    #expect(cast.manifest.tensors.map(\.dtype) == [.float16, .int32])
    #expect(try cast.tensor("w").doubles() == expected.doubles())
    #expect(try cast.tensor("n").doubles() == [70_000, -5])
    var pieces: [UInt8] = []
    for slice in cast.manifest.slices(limit: 999) where slice.tensor == 0 {
      var bytes = [UInt8](repeating: 0, count: slice.count * 2)
      try bytes.withUnsafeMutableBytes { try cast.read(slice, into: $0) }
      pieces += bytes
    }
    #expect(pieces == expected.withBytes { Array($0) })
  }

  @Test("types have one name in files and any of PyTorch's in configurations")
  func typeNames() {
    let sizes: [DType: Int] = [
      .float64: 8, .float32: 4, .float16: 2, .bfloat16: 2, .float8e4m3: 1, .float8e5m2: 1,
      .int64: 8, .int32: 4, .int16: 2, .int8: 1, .uint64: 8, .uint32: 4, .uint16: 2, .uint8: 1,
      .bool: 1,
    ]
    for dtype in DType.allCases {
      #expect(dtype.byteCount == sizes[dtype])
      #expect(DType(rawValue: dtype.rawValue) == dtype)
      #expect(DType(userName: dtype.torchName) == dtype)
      #expect(DType(userName: "torch." + dtype.torchName) == dtype)
      let first = dtype.rawValue.first
      #expect(dtype.isFloatingPoint == (first == "F" || dtype == .bfloat16))
    }
    let short: [(String, DType)] = [
      ("fp64", .float64), ("double", .float64), ("fp32", .float32), ("float", .float32),
      ("fp16", .float16), ("half", .float16), ("bf16", .bfloat16), ("torch.half", .float16),
    ]
    for (name, dtype) in short { #expect(DType(userName: name) == dtype) }
    for name in ["", "F32", "torch.", "float33", "BF16", "torch.torch.float"] {
      #expect(DType(userName: name) == nil)
    }
    #expect(
      DType.allCases.map(\.rawValue) == [
        "F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "I64", "I32", "I16", "I8", "U64", "U32",
        "U16", "U8", "BOOL",
      ])
  }
}
