extension BaseAlgorithm {
  /// The seed of a method's random choices: its own where it has one, else the program's, else 0.
  public func seed(_ own: Int?) -> Int { own ?? program?.seed ?? 0 }
}
