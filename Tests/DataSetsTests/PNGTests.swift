import Testing

@testable import DataSets

struct PNGTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["rgb", "gray", "rgba", "palette", "rgb16", "gray16", "gray1"])
  func `every kind of PNG is read as 8-bit colour`(kind: String) throws {
    let expected = try Fixtures.json("png/expected.json", as: [String: [UInt8]].self)
    let image = try PNGFile.read(path: "\(Fixtures.path)/png/\(kind).png")
    #expect([image.width, image.height, image.channels] == [4, 3, 3])
    #expect(image.samples == expected[kind])
  }

  @Test func `a PNG cut anywhere before its end chunk is an error that names it`() throws {
    let whole = try Fixtures.bytes("png/rgb.png")
    for length in 0..<whole.count - 16 {
      let path = try folder.write(Array(whole[0..<length]), to: "cut.png")
      guard case .damagedPNG(path, _) = dataSetError({ _ = try PNGFile.read(path: path) }) else {
        Issue.record("\(length) bytes of \(whole.count) were accepted")
        return
      }
    }
  }

  @Test func `a PNG with any byte changed is read or refused, never fatal`() throws {
    let whole = try Fixtures.bytes("png/palette.png")
    var refused = 0
    for position in whole.indices {
      var bytes = whole
      bytes[position] ^= 0x55
      let path = try folder.write(bytes, to: "changed.png")
      if dataSetError({ _ = try PNGFile.read(path: path) }) != nil { refused += 1 }
    }
    #expect(refused > whole.count / 2)
  }

  @Test func `a PNG that declares too many pixels is refused`() throws {
    var bytes = try Fixtures.bytes("png/gray1.png")
    // Width and height 0x8000, with the checksum of that header.
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x80, 0, 0, 0, 0x80, 0])
    bytes.replaceSubrange(29..<33, with: checksum(of: bytes[12..<29]))
    let path = try folder.write(bytes, to: "huge.png")
    #expect(
      throws: DataSetError.imageTooLarge(
        path: path, width: 1 << 15, height: 1 << 15, limit: 1 << 26)
    ) {
      try PNGFile.read(path: path)
    }
  }

  @Test func `images are ordered by class and then by name`() throws {
    let png = try Fixtures.bytes("png/gray.png")
    for name in ["b/1.png", "b/10.png", "b/2.PNG", "B/x.png", "a/z.png"] {
      try folder.write(png, to: name)
    }
    try folder.write([1], to: "b/.hidden")
    try folder.write([1], to: "readme.txt")
    let set = try PNGFolderDataSet(path: folder.path)
    #expect(set.classNames == ["B", "a", "b"])
    #expect((0..<set.count).map(set.label) == [0, 1, 2, 2, 2])
    #expect(try set.image(4).width == 4)
  }

  @Test func `another kind of file among the images is an error`() throws {
    try folder.write([0], to: "a/picture.jpg")
    #expect(throws: DataSetError.notAPNG(path: folder.path + "/a/picture.jpg")) {
      try PNGFolderDataSet(path: folder.path)
    }
  }

  /// CRC-32 as PNG writes it.
  private func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    value = ~value
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }
}
