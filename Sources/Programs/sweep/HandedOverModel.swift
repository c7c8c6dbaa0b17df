import Tensors

/// A model that one process holds and others know the table of.
struct HandedOverModel: StateDict {
  let manifest: Manifest
  let label: String
  /// The process that holds it.
  let owner: Int
  /// The values, on that process.
  var values: (any StateDict)?

  /// Everything is its owner's to read.
  func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    part == owner ? manifest.slices(limit: limit) : []
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    guard let values else { preconditionFailure("read by the owner alone") }
    try values.read(slice, into: destination)
  }
}
