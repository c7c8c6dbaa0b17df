/// What saving does about what is there already, and about what it finds in the values.
public struct SaveRules: Sendable {
  /// Whether a complete output may be replaced.
  public var overwrite: Bool
  /// Whether to go on with what an interrupted run left, and to leave what can be gone on with
  /// after an error.
  public var resume: Bool
  /// Whether a NaN or an infinity in the output is an error.
  public var strictFinite: Bool
  /// All that the bytes depend on beside names, types and shapes: method, parameters, seed, state
  /// of the inputs. Without it an output cannot be resumed.
  public var plan: String?

  /// The defaults: nothing is replaced or resumed, every value is allowed.
  public init(
    overwrite: Bool = false, resume: Bool = false, strictFinite: Bool = false, plan: String? = nil
  ) {
    self.overwrite = overwrite
    self.resume = resume
    self.strictFinite = strictFinite
    self.plan = plan
  }
}
