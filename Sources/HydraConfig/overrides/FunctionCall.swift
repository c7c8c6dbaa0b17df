import ConfigTree

/// A function of the override grammar with its arguments.
struct FunctionCall {
  var name: String
  var positional: [OverrideValue] = []
  var named: [(name: String, value: OverrideValue)] = []

  init(name: String) {
    self.name = name
  }
}

/// Why a function has no result: the Python exception that Hydra reports, and its text.
struct FunctionFailure: Error {
  var exception: String
  var message: String

  init(_ exception: String, _ message: String) {
    self.exception = exception
    self.message = message
  }
}

extension FunctionCall {
  private static let names = [
    "bool", "choice", "float", "glob", "int", "interval", "range", "shuffle", "sort", "str", "tag",
  ]

  /// Runs the function.
  func evaluate() throws(FunctionFailure) -> OverrideValue {
    var call = self
    call.positional = positional.map(\.unquoted)
    call.named = named.map { ($0.name, $0.value.unquoted) }
    switch name {
    case "int", "float", "str", "bool": return try call.cast()
    case "choice": return try call.choice()
    case "range": return try call.range()
    case "interval": return try call.interval()
    case "glob": return try call.glob()
    case "sort": return try call.sort()
    case "shuffle": return try call.shuffle()
    case "tag": return try call.tag()
    default:
      throw FunctionFailure(
        "HydraException",
        "Unknown function '\(name)'\nAvailable: \(Self.names.joined(separator: ","))\n")
    }
  }
}

// MARK: - Binding

extension FunctionCall {
  /// Distributes the arguments over parameters, as Python does for a function without variadic ones.
  func bind(
    _ parameters: [String], required: Int
  ) throws(FunctionFailure) -> [String: OverrideValue] {
    guard positional.count <= parameters.count else {
      throw FunctionFailure("TypeError", "too many positional arguments")
    }
    var result: [String: OverrideValue] = [:]
    for (name, value) in zip(parameters, positional) { result[name] = value }
    for name in parameters.prefix(positional.count) where named.contains(where: { $0.name == name })
    {
      throw FunctionFailure("TypeError", "multiple values for argument '\(name)'")
    }
    for (name, value) in named { result[name] = value }
    for name in parameters.prefix(required) where result[name] == nil {
      throw FunctionFailure("TypeError", "missing a required argument: '\(name)'")
    }
    for (name, _) in named where !parameters.contains(name) {
      throw FunctionFailure("TypeError", "got an unexpected keyword argument '\(name)'")
    }
    return result
  }

  /// The named arguments of a function whose other arguments are variadic.
  func bindNamed(_ parameters: [String]) throws(FunctionFailure) -> [String: OverrideValue] {
    var result: [String: OverrideValue] = [:]
    for (name, value) in named {
      guard parameters.contains(name) else {
        throw FunctionFailure("TypeError", "got an unexpected keyword argument '\(name)'")
      }
      result[name] = value
    }
    return result
  }

  /// Checks the variadic arguments.
  func requireTypes(
    _ type: String, _ isAllowed: (OverrideValue) -> Bool
  ) throws(FunctionFailure) {
    for (index, value) in positional.enumerated() {
      try requireType(value, "args[\(index)]", type, isAllowed)
    }
  }

  func requireType(
    _ value: OverrideValue?, _ name: String, _ type: String, _ isAllowed: (OverrideValue) -> Bool
  ) throws(FunctionFailure) {
    guard let value, !isAllowed(value) else { return }
    throw FunctionFailure(
      "TypeError",
      "mismatch type argument \(name): \(value.pythonTypeName) is incompatible with \(type)")
  }
}

extension OverrideValue {
  var isNumber: Bool {
    switch self {
    case .scalar(.int), .scalar(.bigInteger), .scalar(.float), .scalar(.bool): true
    default: false
    }
  }

  var isNull: Bool { self == .scalar(.null) }

  var isSweepOfValues: Bool {
    switch self {
    case .choice, .range: true
    default: false
    }
  }

  /// A value, or several values in an order of their own.
  var isOrdered: Bool {
    switch self {
    case .scalar(.null), .interval, .glob: false
    default: true
    }
  }
}
