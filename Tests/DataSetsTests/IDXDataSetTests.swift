import Testing

@testable import DataSets

struct IDXDataSetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [false, true])
  func `gray images and labels are read, plain and gzip`(isGzip: Bool) throws {
    let pixels = (0..<24).map { UInt8($0 * 10) }
    let write = isGzip ? folder.writeGzip : folder.write
    let set = try IDXDataSet(
      images: write(idx([2, 3, 4], pixels), "i"), labels: write(idx([2], [7, 200]), "l"))
    #expect(set.count == 2)
    #expect(set.classNames == nil)
    #expect([set.label(0), set.label(1)] == [7, 200])
    #expect(
      set.image(1) == Image(width: 4, height: 3, channels: 1, samples: Array(pixels[12..<24])))
  }

  @Test func `colour images are read`() throws {
    let set = try IDXDataSet(
      images: folder.write(idx([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]), to: "i"),
      labels: folder.write(idx([1], [0]), to: "l"))
    #expect(set.image(0) == Image(width: 2, height: 1, channels: 3, samples: [1, 2, 3, 4, 5, 6]))
  }

  @Test func `a file cut anywhere is an error that names it`() throws {
    let whole = idx([2, 2, 2], [UInt8](0..<8))
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole[0..<length]), to: "cut")
      let error = try #require(dataSetError { _ = try IDXFile(path: path) })
      switch error {
      case .notIDX(path, _): #expect(length < 4)
      case .truncated(path, _, length): #expect(length >= 4)
      default: Issue.record("\(error)")
      }
    }
  }

  @Test func `a gzip file cut anywhere is an error`() throws {
    let path = try folder.writeGzip(idx([1, 40, 40], (0..<1600).map { UInt8($0 % 251) }), to: "z")
    let whole = try [UInt8](contents(of: path))
    for length in 0..<whole.count {
      let cut = try folder.write(Array(whole[0..<length]), to: "cut")
      #expect(throws: DataSetError.self) { try IDXFile(path: cut) }
    }
  }

  @Test func `a gzip file with a wrong checksum is damaged`() throws {
    let path = try folder.writeGzip(idx([4], [1, 2, 3, 4]), to: "z")
    var bytes = try contents(of: path)
    bytes[bytes.count - 8] ^= 1
    let damaged = try folder.write(bytes, to: "damaged")
    guard case .damagedGzip(damaged, _) = dataSetError({ _ = try IDXFile(path: damaged) }) else {
      Issue.record("the checksum was not looked at")
      return
    }
  }

  @Test func `more data than declared is an error, packed or not`() throws {
    let long = idx([2], [1, 2, 3])
    for path in [try folder.write(long, to: "p"), try folder.writeGzip(long, to: "z")] {
      #expect(throws: DataSetError.trailingBytes(path: path, expected: 10)) {
        try IDXFile(path: path)
      }
    }
  }

  @Test(arguments: [[Int(UInt32.max), Int(UInt32.max), Int(UInt32.max)], [1 << 31, 4, 1]])
  func `sizes that the file cannot hold are refused before memory is taken`(shape: [Int]) throws {
    let path = try folder.write(idx(shape, [0]), to: "huge")
    #expect(throws: DataSetError.tooLarge(path: path, shape: shape, limit: 17)) {
      try IDXFile(path: path)
    }
  }

  @Test func `other element types are refused`() throws {
    let path = try folder.write([0, 0, 13, 1, 0, 0, 0, 0], to: "floats")
    #expect(throws: DataSetError.notIDX(path: path, magic: [0, 0, 13, 1])) {
      try IDXFile(path: path)
    }
  }

  @Test func `as many labels as images are needed`() throws {
    let images = try folder.write(idx([2, 1, 1], [1, 2]), to: "i")
    let labels = try folder.write(idx([3], [1, 2, 3]), to: "l")
    #expect(
      throws: DataSetError.countMismatch(images: images, count: 2, labels: labels, found: 3)
    ) {
      try IDXDataSet(images: images, labels: labels)
    }
  }

  @Test(arguments: [[6], [2, 3], [1, 1, 3, 2], [2, 0, 3]])
  func `images of another rank are refused`(shape: [Int]) throws {
    let bytes = [UInt8](repeating: 0, count: shape.reduce(1, *))
    let images = try folder.write(idx(shape, bytes), to: "i")
    let labels = try folder.write(idx([shape[0]], .init(repeating: 0, count: shape[0])), to: "l")
    guard
      case .wrongIDXKind(images, _, shape) = dataSetError({
        _ = try IDXDataSet(images: images, labels: labels)
      })
    else {
      Issue.record("shape \(shape) was accepted")
      return
    }
  }

  @Test func `labels of another rank are refused`() throws {
    let images = try folder.write(idx([1, 1, 1], [1]), to: "i")
    #expect(throws: DataSetError.self) { try IDXDataSet(images: images, labels: images) }
  }
}
