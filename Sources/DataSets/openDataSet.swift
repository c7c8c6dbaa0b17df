import Foundation

/// Opens a data set, whose kind is told by what is there: a folder of IDX files, the IDX file of
/// the images, a folder of class folders of PNG files, or a folder of such folders named `test`
/// and `train`.
///
/// - Parameter split: which part, where there are several. A data set that has no such parts is
///   taken as it is.
/// - Throws: `DataSetError`.
public func openDataSet(path: String, split: DataSplit = .test) throws -> any ImageDataSet {
  guard FileManager.default.fileExists(atPath: path) else {
    throw DataSetError.unreadable(path: path, reason: "no such file or folder")
  }
  guard Folder.isFolder(path) else {
    return try openIDX(images: path)
  }
  let entries = try Folder.entries(of: path)
  let images = entries.filter { imageSuffix(of: $0) != nil }
  if let chosen = try choose(images, of: split, in: path) {
    return try openIDX(images: "\(path)/\(chosen)")
  }
  let hasParts = DataSplit.allCases.contains { entries.contains($0.rawValue) }
  if hasParts, Folder.isFolder("\(path)/\(split.rawValue)") {
    return try openDataSet(path: "\(path)/\(split.rawValue)", split: split)
  }
  return try PNGFolderDataSet(path: path)
}

private let imageSuffixes = ["images-idx3-ubyte", "images-idx4-ubyte"].flatMap { [$0, $0 + ".gz"] }

/// The part of a name by which a file of images is known.
private func imageSuffix(of name: String) -> String? {
  imageSuffixes.first { name.hasSuffix($0) }
}

/// The file of the asked part; the only file where there is only one; nil where there is none.
private func choose(_ images: [String], of split: DataSplit, in path: String) throws -> String? {
  for prefix in split.prefixes {
    if let match = images.first(where: { $0.hasPrefix(prefix) }) { return match }
  }
  guard images.count < 2 else {
    throw DataSetError.severalDataSets(path: path, files: images)
  }
  return images.first
}

/// The data set of a file of images, with the labels beside it.
private func openIDX(images: String) throws -> any ImageDataSet {
  guard let suffix = imageSuffix(of: images) else { throw DataSetError.notADataSet(path: images) }
  let labels = String(images.dropLast(suffix.count)) + "labels-idx1-ubyte"
  let candidates = [labels, labels + ".gz"]
  guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
    throw DataSetError.missingLabels(images: images, expected: labels)
  }
  return try IDXDataSet(images: images, labels: found)
}
