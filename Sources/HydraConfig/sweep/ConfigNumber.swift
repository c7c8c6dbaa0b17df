import ConfigTree

/// Arithmetic on values that are integers or floats, as Python does it. Integers that leave 64 bits
/// become floats.
enum ConfigNumber {
  static func double(_ value: ConfigValue) -> Double {
    switch value {
    case .int(let number): Double(number)
    case .float(let number): number
    case .bigInteger(let digits): PythonNumber.float(digits) ?? .infinity
    case .bool(let flag): flag ? 1 : 0
    default: .nan
    }
  }

  static func sum(_ left: ConfigValue, _ right: ConfigValue) -> ConfigValue {
    if case .int(let a) = left, case .int(let b) = right {
      let (sum, overflow) = a.addingReportingOverflow(b)
      if !overflow { return .int(sum) }
    }
    return .float(double(left) + double(right))
  }

  static func negated(_ value: ConfigValue) -> ConfigValue {
    if case .int(let number) = value, number != Int.min { return .int(-number) }
    return .float(-double(value))
  }

  static func magnitude(_ value: ConfigValue) -> ConfigValue {
    double(value) < 0 ? negated(value) : value
  }
}
