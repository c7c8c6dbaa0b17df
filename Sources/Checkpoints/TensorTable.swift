import Tensors

/// The tables of all files of a model as one.
final class TensorTable: Sendable {
  /// Names, types and shapes: file by file.
  let manifest: Manifest
  /// For every tensor its file and its position in that file's table.
  let locations: [(file: Int, position: Int)]

  /// Joins the tables.
  ///
  /// - Throws: `TensorError.duplicateName`, `.tooLarge`.
  init(_ files: [any TensorFile]) throws {
    var tensors: [TensorInfo] = []
    var locations: [(file: Int, position: Int)] = []
    for (number, file) in files.enumerated() {
      let held = file.manifest.tensors
      tensors.append(contentsOf: held)
      locations.append(contentsOf: held.indices.map { (number, $0) })
    }
    self.locations = locations
    manifest = files.count == 1 ? files[0].manifest : try Manifest(tensors)
  }

  /// The file that holds the tensor called `name`.
  func holder(of name: TensorName) -> Int? {
    manifest.position(of: name).map { locations[$0].file }
  }
}
