import Testing

@testable import DataSets

struct OpenDataSetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes one-pixel images with one label.
  private func writeIDX(_ prefix: String, label: UInt8, gzip: Bool = false) throws {
    let write = gzip ? folder.writeGzip : folder.write
    _ = try write(idx([1, 1, 1], [5]), prefix + "images-idx3-ubyte" + (gzip ? ".gz" : ""))
    _ = try write(idx([1], [label]), prefix + "labels-idx1-ubyte" + (gzip ? ".gz" : ""))
  }

  @Test func `the asked part is chosen by the names that MNIST uses`() throws {
    try writeIDX("t10k-", label: 1, gzip: true)
    try writeIDX("train-", label: 2)
    #expect(try openDataSet(path: folder.path).label(0) == 1)
    #expect(try openDataSet(path: folder.path, split: .train).label(0) == 2)
    #expect(
      try openDataSet(path: folder.path + "/train-images-idx3-ubyte", split: .test).label(0) == 2)
  }

  @Test func `a folder with one pair of files is taken as it is`() throws {
    try writeIDX("letters-", label: 3)
    #expect(try openDataSet(path: folder.path, split: .train).label(0) == 3)
  }

  @Test func `several pairs of which none is the asked part are an error`() throws {
    try writeIDX("a-", label: 3)
    try writeIDX("b-", label: 4)
    #expect(
      throws: DataSetError.severalDataSets(
        path: folder.path, files: ["a-images-idx3-ubyte", "b-images-idx3-ubyte"])
    ) {
      try openDataSet(path: folder.path)
    }
  }

  @Test func `missing labels are named`() throws {
    let images = try folder.write(idx([1, 1, 1], [5]), to: "t10k-images-idx3-ubyte")
    #expect(
      throws: DataSetError.missingLabels(
        images: images, expected: folder.path + "/t10k-labels-idx1-ubyte")
    ) {
      try openDataSet(path: folder.path)
    }
  }

  @Test func `class folders are found, also below a folder named for the part`() throws {
    let png = try Fixtures.bytes("png/gray.png")
    try folder.write(png, to: "plain/x/1.png")
    try folder.write(png, to: "parts/test/y/1.png")
    try folder.write(png, to: "parts/train/z/1.png")
    #expect(try openDataSet(path: folder.path + "/plain").classNames == ["x"])
    #expect(try openDataSet(path: folder.path + "/parts").classNames == ["y"])
    #expect(try openDataSet(path: folder.path + "/parts", split: .train).classNames == ["z"])
  }

  @Test func `an empty folder, a missing folder and another file are no data sets`() throws {
    let file = try folder.write([1], to: "file/notes.txt")
    let empty = folder.path + "/file"
    let missing = folder.path + "/missing"
    #expect(throws: DataSetError.notADataSet(path: empty)) { try openDataSet(path: empty) }
    #expect(throws: DataSetError.notADataSet(path: file)) { try openDataSet(path: file) }
    #expect(
      throws: DataSetError.unreadable(path: missing, reason: "no such file or folder")
    ) {
      try openDataSet(path: missing)
    }
  }
}
