import Tensors
import Testing

@Suite struct ManifestTests {
  private func info(_ name: TensorName, _ shape: [Int], _ dtype: DType = .float32) throws
    -> TensorInfo
  {
    try TensorInfo(name: name, dtype: dtype, shape: shape)
  }

  @Test("a tensor's count is the product of its shape, 1 for a scalar")
  func counts() throws {
    #expect(try info("a", []).count == 1)
    #expect(try info("a", [3, 0, 5]).count == 0)
    #expect(try info("a", [2, 3, 4], .float64).byteCount == 192)
    #expect(try info("a", [7], .bool).byteCount == 7)
  }

  @Test(
    "a size that overflows is an error that names the tensor",
    arguments: [[Int.max, 2], [1 << 32, 1 << 32], [Int.max / 4 + 1], [1 << 31, 1 << 31, 2]])
  func overflow(_ shape: [Int]) {
    #expect(throws: TensorError.tooLarge("big", shape: shape)) {
      try TensorInfo(name: "big", dtype: .float32, shape: shape)
    }
    #expect(
      "\(TensorError.tooLarge("big", shape: [9, 9]))"
        == "tensor 'big': shape [9, 9] overflows the number of bytes")
  }

  @Test("a negative size is an error that names the tensor")
  func negative() {
    #expect(throws: TensorError.negativeSize("w", shape: [2, -1])) { try info("w", [2, -1]) }
    #expect(
      "\(TensorError.negativeSize("w", shape: [2, -1]))"
        == "tensor 'w': negative size in shape [2, -1]")
  }

  @Test("the largest size that fits is accepted")
  func largest() throws {
    #expect(try info("a", [Int.max / 8], .float64).byteCount == Int.max / 8 * 8)
    #expect(throws: TensorError.self) { try info("a", [Int.max / 8 + 1], .float64) }
    #expect(throws: TensorError.self) { try info("a", [Int.max / 4]).with(dtype: .float64) }
    #expect(try info("a", [Int.max / 4]).with(dtype: .bfloat16).byteCount == Int.max / 4 * 2)
  }

  @Test("offsets, totals and positions follow the order given")
  func table() throws {
    let manifest = try Manifest([
      info("b", [2, 3]), info("a", [], .int64), info("c", [0]), info("d", [4]),
    ])
    #expect(manifest.elementOffsets == [0, 6, 7, 7, 11])
    #expect(manifest.elementCount == 11)
    #expect(manifest.byteCount == 24 + 8 + 16)
    #expect(manifest.position(of: "a") == 1)
    #expect(manifest.position(of: "A") == nil)
    #expect(try Manifest([]).elementCount == 0)
  }

  @Test("a name listed twice is an error")
  func duplicate() throws {
    let twice = [try info("a", [1]), try info("a", [2])]
    #expect(throws: TensorError.duplicateName("a")) { try Manifest(twice) }
    #expect("\(TensorError.duplicateName("a"))" == "tensor 'a' is listed twice")
  }

  @Test("sizes that add up past the largest integer are an error")
  func sumOverflows() throws {
    let half = Int.max / 8
    let tensors = [
      try info("a", [half], .float64), try info("b", [half], .float64), try info("c", [9]),
    ]
    #expect(throws: TensorError.tooLarge("b", shape: [half])) { try Manifest(tensors) }
  }

  @Test("casting a manifest leaves integers alone")
  func casting() throws {
    let manifest = try Manifest([info("a", [2]), info("n", [], .int64), info("m", [3], .bool)])
    let cast = try manifest.casting(to: .bfloat16)
    #expect(cast.tensors.map(\.dtype) == [.bfloat16, .int64, .bool])
    #expect(cast.tensors.map(\.shape) == manifest.tensors.map(\.shape))
    #expect(cast != manifest)
  }
}
