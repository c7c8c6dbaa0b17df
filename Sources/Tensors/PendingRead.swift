/// A read that was begun: the values are on their way.
public protocol PendingRead: Sendable {
  /// Waits for the values. Must be called before the destination is let go of.
  ///
  /// - Throws: when they could not be had.
  func finish() throws
}

/// A slice of a state dict, and where its elements go.
public struct SliceRead {
  /// What is read.
  public let source: any StateDict
  /// The elements.
  public let slice: Slice
  /// Exactly as many bytes as they have.
  public let destination: UnsafeMutableRawBufferPointer

  /// Describes a read.
  public init(
    _ source: any StateDict, _ slice: Slice, into destination: UnsafeMutableRawBufferPointer
  ) {
    self.source = source
    self.slice = slice
    self.destination = destination
  }

  /// Makes several reads, so that those that wait for another process wait together.
  ///
  /// - Throws: one of the errors of the reads, once none is under way any more.
  public static func all(_ reads: [SliceRead]) throws {
    var pending: [any PendingRead] = []
    var outcome = Result {
      for read in reads {
        if let begun = try read.source.begin(read.slice, into: read.destination) {
          pending.append(begun)
        }
      }
    }
    for read in pending {
      let finished = Result { try read.finish() }
      if case .success = outcome { outcome = finished }
    }
    try outcome.get()
  }
}
