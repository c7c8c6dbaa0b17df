import Tensors

/// A state dict whose norm is known.
public struct MeasuredStateDict: StateDict {
  /// The state dict.
  public let model: any StateDict
  /// The Euclidean norm of all its floating-point values.
  public let norm: Double

  /// Puts the two together.
  public init(_ model: any StateDict, norm: Double) {
    self.model = model
    self.norm = norm
  }

  /// The state dict's.
  public var manifest: Manifest { model.manifest }
  /// The state dict's.
  public var label: String { model.label }

  /// What reading the state dict takes.
  public func work(of slice: Slice) -> ReadingWork { model.work(of: slice) }

  /// Reads the state dict.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    try model.read(slice, into: destination)
  }
}
