import FusionCore
import Tensors

/// A model whose tensors are tensors of other models under names of its own: nothing is computed or
/// copied, reads go to the model that holds the values.
struct RedirectedStateDict: ConfiguredStateDict {
  /// One tensor and where its values are.
  struct Entry {
    let name: TensorName
    /// Which of the sources.
    let source: Int
    /// The tensor's position in that source's manifest.
    let position: Int
  }

  let manifest: Manifest
  let label: String
  let configuration: JSONValue?
  private let sources: [any StateDict]
  private let entries: [Entry]

  /// - Parameters:
  ///   - sources: the models that hold the values.
  ///   - entries: the tensors, in order.
  ///   - configuration: what its `config.json` says; nil for that of the pool.
  /// - Throws: `TensorError.duplicateName`, `.tooLarge`.
  init(
    _ entries: [Entry], of sources: [any StateDict], label: String,
    configuration: JSONValue? = nil
  ) throws {
    manifest = try Manifest(
      entries.map { entry in
        let info = sources[entry.source].manifest.tensors[entry.position]
        return try TensorInfo(name: entry.name, dtype: info.dtype, shape: info.shape)
      })
    self.sources = sources
    self.entries = entries
    self.label = label
    self.configuration = configuration
  }

  /// Reads from the model that holds the tensor.
  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let entry = entries[slice.tensor]
    try sources[entry.source].read(
      Slice(tensor: entry.position, elements: slice.elements), into: destination)
  }

  /// What the model that holds the tensor takes.
  func work(of slice: Slice) -> ReadingWork {
    let entry = entries[slice.tensor]
    return sources[entry.source].work(
      of: Slice(tensor: entry.position, elements: slice.elements))
  }

  /// The same tensors of the sources in another type: a source that is a merge rounds its sums once.
  func casting(to dtype: DType) throws -> any StateDict {
    try RedirectedStateDict(
      entries, of: try sources.map { try $0.casting(to: dtype) }, label: label,
      configuration: configuration)
  }
}
