extension Fabric {
  /// Runs a phase that any rank may fail in, and makes its failure everybody's.
  ///
  /// `body` must not call a collective: a rank that throws would leave the others in it. Where
  /// models are dealt to processes, it runs on another thread while this one exchanges blocks with
  /// the others, so that any model can be read in it. Every process needs to call this method.
  ///
  /// - Returns: what `body` returned on this rank.
  /// - Throws: `AgreedError`, the same on every rank, when `body` threw on any.
  public func agreeing<R>(_ body: () throws -> R) throws -> R {
    let outcome = try outcomeWhileServing(body)
    if case .failure(let error) = outcome {
      try agree(on: error)
    } else {
      try agree(on: nil)
    }
    return try outcome.get()
  }

  /// Runs `body` on rank 0 alone, and makes its failure everybody's.
  ///
  /// - Throws: `AgreedError`, the same on every rank, when `body` threw.
  public func onGlobalZero(_ body: () throws -> Void) throws {
    try agreeing { if isGlobalZero { try body() } }
  }

  /// Computes bytes on rank 0 and gives them to every rank.
  ///
  /// - Throws: `AgreedError`, the same on every rank, when `body` threw.
  public func fromGlobalZero(_ body: () throws -> [UInt8]) throws -> [UInt8] {
    let bytes = try agreeing { isGlobalZero ? try body() : [] }
    return try broadcast(bytes, from: 0)
  }

  private func outcomeWhileServing<R>(
    _ body: () throws -> R
  ) throws -> Result<R, any Error> {
    guard let exchange else { return Result { try body() } }
    var outcome: Result<R, any Error> = .failure(ExchangeError.closed)
    try serve(exchange) { outcome = Result { try body() } }
    return outcome
  }

  private func agree(on error: (any Error)?) throws {
    // The lowest failing rank speaks for all.
    var failing: [Int64] = [error == nil ? Int64.max : Int64(globalRank)]
    try allReduce(&failing, .min)
    guard failing[0] != .max else { return }
    let rank = Int(failing[0])
    var message: [UInt8] = []
    if rank == globalRank, let error {
      message = [UInt8(truncatingIfNeeded: FusionCore.exitStatus(of: error))]
      message += Array("\(error)".utf8)
    }
    message = try broadcast(message, from: rank)
    throw AgreedError(
      rank: rank, exitStatus: Int32(message.first ?? 1),
      description: String(decoding: message.dropFirst(), as: UTF8.self))
  }
}
