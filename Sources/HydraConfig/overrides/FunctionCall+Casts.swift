import ConfigTree

extension FunctionCall {
  enum CastTarget: String { case int, float, str, bool }

  func cast() throws(FunctionFailure) -> OverrideValue {
    guard let target = CastTarget(rawValue: name) else {
      throw FunctionFailure("HydraException", "Unknown function '\(name)'")
    }
    let value = try bindNamed(["value"])["value"].flatMap { $0.isNull ? nil : $0 }
    let type =
      "Optional[Union[str, int, float, bool, List[Any], Dict[str, Any], QuotedString, Sweep]]"
    try requireTypes(type) { if case .glob = $0 { false } else { true } }
    try requireType(value, "value", type) { if case .glob = $0 { false } else { true } }
    guard positional.isEmpty || value == nil else {
      throw FunctionFailure("TypeError", "cannot use both position and named arguments")
    }
    if let value { return try Self.cast(value, to: target) }
    switch positional.count {
    case 0: throw FunctionFailure("TypeError", "No positional args or value specified")
    case 1: return try Self.cast(positional[0], to: target)
    default:
      guard !positional.contains(where: \.isSweep) else {
        throw FunctionFailure("AssertionError", "")
      }
      return try Self.cast(.choice(ChoiceSweep(values: positional, isSimple: true)), to: target)
    }
  }

  static func cast(
    _ value: OverrideValue, to target: CastTarget
  ) throws(FunctionFailure) -> OverrideValue {
    switch value {
    case .quoted(let text, _): return .scalar(try cast(.string(text), to: target))
    case .scalar(let scalar): return .scalar(try cast(scalar, to: target))
    case .list(let items): return .list(try cast(items, to: target))
    case .dictionary(let entries):
      var result: [OverrideEntry] = []
      for entry in entries {
        result.append(OverrideEntry(key: entry.key, value: try cast(entry.value, to: target)))
      }
      return .dictionary(result)
    case .choice(let sweep):
      var result = ChoiceSweep(values: [], isSimple: sweep.isSimple)
      for value in sweep.values {
        let choice = try cast(value, to: target)
        guard !choice.isSweep else { throw FunctionFailure("AssertionError", "") }
        result.values.append(choice)
      }
      return .choice(result)
    case .range(let sweep):
      guard target == .int || target == .float else {
        throw FunctionFailure("ValueError", "Range can only be cast to int or float")
      }
      return .range(
        RangeSweep(
          start: try cast(sweep.start, to: target), stop: try cast(sweep.stop, to: target),
          step: try cast(sweep.step, to: target)))
    case .interval(let sweep):
      guard target == .int || target == .float else {
        throw FunctionFailure("ValueError", "Intervals cannot be cast to \(target)")
      }
      return .interval(
        IntervalSweep(
          start: try cast(sweep.start, to: target), end: try cast(sweep.end, to: target),
          tags: sweep.tags))
    case .glob: throw FunctionFailure("AssertionError", "")
    }
  }

  private static func cast(
    _ values: [OverrideValue], to target: CastTarget
  ) throws(FunctionFailure) -> [OverrideValue] {
    var result: [OverrideValue] = []
    for value in values { result.append(try cast(value, to: target)) }
    return result
  }

  private static func cast(
    _ value: ConfigValue, to target: CastTarget
  ) throws(FunctionFailure) -> ConfigValue {
    switch target {
    case .int: try int(value)
    case .float: try float(value)
    case .str: try str(value)
    case .bool: try bool(value)
    }
  }

  private static func int(_ value: ConfigValue) throws(FunctionFailure) -> ConfigValue {
    switch value {
    case .int, .bigInteger: return value
    case .bool(let flag): return .int(flag ? 1 : 0)
    case .float(let number):
      if number.isNaN {
        throw FunctionFailure("ValueError", "cannot convert float NaN to integer")
      }
      if number.isInfinite {
        throw FunctionFailure("OverflowError", "cannot convert float infinity to integer")
      }
      let whole = number.rounded(.towardZero)
      if let int = Int(exactly: whole) { return .int(int) }
      return .bigInteger(PythonDecimal(whole).integerText)
    case .string(let text):
      guard let digits = PythonNumber.integerDigits(text) else {
        throw FunctionFailure(
          "ValueError",
          "invalid literal for int() with base 10: \(PythonText.literal(text))")
      }
      return Int(digits).map { .int($0) } ?? .bigInteger(digits)
    default: throw FunctionFailure("AssertionError", "")
    }
  }

  private static func float(_ value: ConfigValue) throws(FunctionFailure) -> ConfigValue {
    switch value {
    case .float: return value
    case .int(let number): return .float(Double(number))
    case .bool(let flag): return .float(flag ? 1 : 0)
    case .bigInteger(let digits):
      let number = PythonNumber.float(digits) ?? .infinity
      guard number.isFinite else {
        throw FunctionFailure("OverflowError", "int too large to convert to float")
      }
      return .float(number)
    case .string(let text):
      guard let number = PythonNumber.float(text) else {
        throw FunctionFailure(
          "ValueError", "could not convert string to float: \(PythonText.literal(text))")
      }
      return .float(number)
    default: throw FunctionFailure("AssertionError", "")
    }
  }

  private static func str(_ value: ConfigValue) throws(FunctionFailure) -> ConfigValue {
    switch value {
    case .bool(let flag): .string(flag ? "true" : "false")
    case .null: throw FunctionFailure("AssertionError", "")
    default: .string(ConfigNode(value).pythonText)
    }
  }

  private static func bool(_ value: ConfigValue) throws(FunctionFailure) -> ConfigValue {
    switch value {
    case .bool: return value
    case .int(let number): return .bool(number != 0)
    case .bigInteger: return .bool(true)
    case .float(let number): return .bool(number != 0)
    case .string(let text):
      switch text.lowercased() {
      case "true": return .bool(true)
      case "false": return .bool(false)
      default: throw FunctionFailure("ValueError", "Cannot cast '\(text)' to bool")
      }
    default: return .bool(false)
    }
  }
}
