import ConfigTree

/// A parameter of a component: a value with the key it has in configurations.
///
/// ```swift
/// @Parameter("scaling_factor") public var scalingFactor = 0.3
/// ```
@propertyWrapper
public final class Parameter<Value: ConfigRepresentable>: AnyParameter {
  /// The value, at first the default.
  public var wrappedValue: Value
  /// The key in configurations.
  public let key: String

  /// Declares a parameter with its default.
  public init(wrappedValue: Value, _ key: String) {
    self.wrappedValue = wrappedValue
    self.key = key
  }

  func decode(_ node: ConfigNode, at path: String) throws {
    wrappedValue = try Value.decode(node, key: path)
  }

  func encoded() -> ConfigNode { wrappedValue.encoded() }
}

/// What configuring needs of a parameter, whatever its type.
protocol AnyParameter {
  var key: String { get }
  func decode(_ node: ConfigNode, at path: String) throws
  func encoded() -> ConfigNode
}
