import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct LayoutTests {
  private func manifest(_ sizes: [Int]) throws -> Manifest {
    try Manifest(
      try sizes.enumerated().map {
        try TensorInfo(name: TensorName("t\($0)"), dtype: .uint8, shape: [$1])
      })
  }

  @Test("Shards are filled in order; a tensor above the limit gets one of its own")
  func groups() throws {
    let cases: [(sizes: [Int], limit: Int, groups: [[Int]])] = [
      ([], 5, [[]]),
      ([3], 5, [[0]]),
      ([6], 5, [[0]]),
      ([2, 3, 1], 5, [[0, 1], [2]]),
      ([1, 6, 1], 5, [[1], [0, 2]]),
      ([6, 6, 2, 6, 2, 2], 10, [[0], [1, 2], [3, 4, 5]]),
      ([0, 5, 0, 1], 5, [[0, 1, 2], [3]]),
      ([6, 7], 5, [[0], [1]]),
    ]
    for (sizes, limit, groups) in cases {
      #expect(
        SafetensorsLayout.groups(try manifest(sizes), limit: limit) == groups, "\(sizes)")
    }
  }

  @Test("One shard is called model.safetensors, several are numbered and have an index")
  func names() throws {
    let one = try SafetensorsLayout(try manifest([2, 3]), maxShardSize: 5)
    #expect(one.shards.map(\.name) == ["model.safetensors"])
    #expect(one.index == nil)
    let two = try SafetensorsLayout(try manifest([2, 3]), maxShardSize: 4)
    #expect(
      two.shards.map(\.name)
        == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"])
    let index = String(decoding: try #require(two.index), as: UTF8.self)
    #expect(
      index == """
        {
          "metadata": {
            "total_size": 5
          },
          "weight_map": {
            "t0": "model-00001-of-00002.safetensors",
            "t1": "model-00002-of-00002.safetensors"
          }
        }

        """)
  }

  @Test("Placements lie one after the other behind an eight-byte aligned header")
  func placements() throws {
    let layout = try SafetensorsLayout(try Golden.allDTypes().manifest)
    let shard = layout.shards[0]
    var offset = shard.header.count
    #expect(offset % 8 == 0)
    for position in shard.tensors {
      let info = layout.manifest.tensors[position]
      #expect(layout.placements[position] == .init(shard: 0, offset: offset))
      #expect(offset % info.dtype.byteCount == 0)
      let slice = Slice(tensor: position, elements: min(1, info.count)..<info.count)
      #expect(layout.location(of: slice).bytes.upperBound == offset + info.byteCount)
      offset += info.byteCount
    }
    #expect(shard.size == offset)
    #expect(layout.byteCount == offset)
  }

  @Test("The order of the manifest changes no byte of a header")
  func orderIndependence() throws {
    let tensors = try Golden.allDTypes().manifest.tensors
    let straight = try SafetensorsLayout(try Manifest(tensors))
    let reversed = try SafetensorsLayout(try Manifest(tensors.reversed()))
    #expect(straight.shards[0].header == reversed.shards[0].header)
  }

  @Test("The name that the format reserves is refused")
  func reservedName() throws {
    let reserved = try Manifest([
      try TensorInfo(name: "__metadata__", dtype: .uint8, shape: [1])
    ])
    #expect(
      failure { _ = try SafetensorsLayout(reserved) } == .reservedName("__metadata__"))
  }

  @Test(
    "Sizes are read as Hugging Face writes them",
    arguments: [
      ("5GB", 5_000_000_000), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("1 kb", 1000),
      ("1.5MB", 1_500_000), ("123", 123), ("7B", 7), ("1TiB", 1 << 40), ("4KiB", 4096),
      ("0.5tb", 500_000_000_000),
    ])
  func sizes(_ text: String, _ expected: Int) throws {
    #expect(try ByteSize.parse(text) == expected)
  }

  @Test(
    "Other sizes are refused",
    arguments: [
      "", "GB", "-5GB", "+5", "0", "0GB", "5XB", "5G B5", "1e3", "nan", "inf", "0x10", "1..5GB",
      "9223372036854775807KB", "99999999999999999999", ".", "5GBB",
    ])
  func badSizes(_ text: String) {
    #expect(failure { _ = try ByteSize.parse(text) } == .invalidSize(text))
  }

  @Test(
    "sizes are written with three digits, or so that they can be read back",
    arguments: [
      (1, "1 B", "1B"), (999, "999 B", "999B"), (4100, "4.10 kB", "4100B"),
      (2_000_000_000, "2.00 GB", "2GB"), (1_500_000_000, "1.50 GB", "1500MB"),
      (99_960, "100 kB", "99960B"), (999_500, "1.00 MB", "999500B"), (0, "0 B", "0TB"),
    ])
  func sizeTexts(_ bytes: Int, _ text: String, _ exact: String) throws {
    #expect(ByteSize.text(bytes) == text && ByteSize.exactText(bytes) == exact)
    if bytes > 0 { #expect(try ByteSize.parse(exact) == bytes) }
  }
}
