internal import CMPI

/// A message or barrier that was begun; complete once `test` says so.
///
/// It must be tested until it is complete, and its memory must stay until then.
public final class PendingMessage {
  private var request: cmpi_request
  private let name: String
  private let rank: Int
  private var byteCount: Int?

  init(_ request: cmpi_request, name: String, rank: Int) {
    self.request = request
    self.name = name
    self.rank = rank
  }

  /// Whether it is complete; lets MPI work on messages meanwhile.
  ///
  /// - Returns: nil, or once it is complete the number of bytes that a received message had.
  /// - Throws: `MPIError`.
  public func test() throws -> Int? {
    if let byteCount { return byteCount }
    try checkRunning(name)
    var isDone = false
    var bytes: Int64 = 0
    try check(name, rank: rank, cmpi_test(&request, &isDone, &bytes))
    if isDone { byteCount = Int(bytes) }
    return byteCount
  }
}
