extension Fabric {
  /// What `body` came to: its value, or the error that every rank knows of.
  ///
  /// - Throws: an error of this rank alone.
  public func outcome<R>(_ body: () throws -> R) throws -> Result<R, AgreedError> {
    do {
      return .success(try body())
    } catch let error as AgreedError {
      return .failure(error)
    }
  }

  /// The error of `body` that every rank knows of, if it has one.
  ///
  /// - Throws: an error of this rank alone.
  public func failure(_ body: () throws -> Void) throws -> AgreedError? {
    if case .failure(let error) = try outcome(body) { error } else { nil }
  }
}
