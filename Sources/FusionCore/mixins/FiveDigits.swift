import Foundation

/// `value` with five significant digits, as Python's `format(value, ".5")`: `0.78125`, `16.0`,
/// `1.2346e+05`.
public func fiveDigits(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  let parts = String(format: "%.4e", abs(value)).split(separator: "e")
  let exponent = Int(parts[1]) ?? 0
  var digits = parts[0].filter { $0 != "." }
  while digits.count > 1, digits.last == "0" { digits.removeLast() }
  let sign = value.sign == .minus ? "-" : ""
  if exponent < -4 || exponent > 3 {
    let fraction = digits.dropFirst()
    let power = String(format: "%02d", abs(exponent))
    return sign + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
      + (exponent < 0 ? "e-" : "e+") + power
  }
  if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
  let whole = digits.prefix(exponent + 1)
  let fraction = digits.dropFirst(exponent + 1)
  return sign + whole + String(repeating: "0", count: exponent + 1 - whole.count) + "."
    + (fraction.isEmpty ? "0" : fraction)
}
