import ConfigTree

/// A natural number of any size, built digit by digit, for integers that do not fit 64 bits.
struct BigDecimal {
  /// Groups of nine decimal digits, least significant first.
  private var groups: [UInt64] = [0]
  private static let base: UInt64 = 1_000_000_000

  init?(_ digits: Substring, radix: UInt64) {
    guard !digits.isEmpty else { return nil }
    if digits.utf8.count <= 15, let small = UInt64(digits, radix: Int(radix)) {
      append(small, times: 1)
      return
    }
    for character in digits {
      guard let digit = character.hexDigitValue, UInt64(digit) < radix else { return nil }
      append(UInt64(digit), times: radix)
    }
  }

  /// Reads `1:30:00`.
  init?(sexagesimal digits: Substring) {
    for part in digits.split(separator: ":", omittingEmptySubsequences: false) {
      guard let value = UInt64(part), value < Self.base else { return nil }
      append(value, times: 60)
    }
  }

  private mutating func append(_ value: UInt64, times factor: UInt64) {
    var carry = value
    for index in groups.indices {
      let product = groups[index] * factor + carry
      groups[index] = product % Self.base
      carry = product / Self.base
    }
    while carry > 0 {
      groups.append(carry % Self.base)
      carry /= Self.base
    }
  }

  private var text: String {
    var result = String(groups.last ?? 0)
    for group in groups.dropLast().reversed() {
      let digits = String(group)
      result += String(repeating: "0", count: 9 - digits.count) + digits
    }
    return result
  }

  func configValue(isNegative: Bool) -> ConfigValue {
    let digits = (isNegative ? "-" : "") + text
    if let number = Int(digits) { return .int(number) }
    return .bigInteger(digits)
  }
}
