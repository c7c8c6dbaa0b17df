import ConfigTree

/// A decimal number with the arithmetic of Python's `decimal` at its default precision of 28 digits,
/// which is how Hydra counts through ranges of floats.
struct PythonDecimal {
  /// Digits, most significant first, without leading zeros; empty for zero.
  private var digits: [UInt8]
  private var exponent: Int
  private var isNegative: Bool
  private static let precision = 28

  /// The exact value of a finite number.
  init(_ number: Double) {
    isNegative = number < 0
    digits = []
    exponent = 0
    guard number.isFinite, number != 0 else { return }
    var mantissa = number.magnitude.significandBitPattern
    var power = -1074
    if number.isNormal {
      mantissa |= 1 << 52
      power = Int(number.exponent) - 52
    }
    digits = String(mantissa).utf8.map { $0 - 0x30 }
    // 2^-n is 5^n with the decimal point n places to the left.
    if power < 0 { exponent = power }
    for _ in 0..<power.magnitude { multiply(by: power < 0 ? 5 : 2) }
    trim()
  }

  private mutating func multiply(by factor: UInt8) {
    var carry: UInt8 = 0
    for index in digits.indices.reversed() {
      let product = digits[index] * factor + carry
      digits[index] = product % 10
      carry = product / 10
    }
    if carry > 0 { digits.insert(carry, at: 0) }
  }

  private mutating func trim() {
    while digits.last == 0, exponent < 0 {
      digits.removeLast()
      exponent += 1
    }
  }

  /// The number without its fraction.
  var integerText: String {
    let sign = isNegative ? "-" : ""
    let whole = exponent < 0 ? Array(digits.dropLast(-exponent)) : digits
    guard !whole.isEmpty else { return "0" }
    let zeros = String(repeating: "0", count: max(0, exponent))
    return sign + String(decoding: whole.map { $0 + 0x30 }, as: UTF8.self) + zeros
  }

  /// The nearest float.
  var double: Double {
    guard !digits.isEmpty else { return 0 }
    let text = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self) + "e\(exponent)"
    return (isNegative ? -1 : 1) * (Double(text) ?? .infinity)
  }

  /// The sum, rounded to 28 digits, halves to even.
  static func + (left: PythonDecimal, right: PythonDecimal) -> PythonDecimal {
    let exponent = min(left.exponent, right.exponent)
    let a = left.digits + [UInt8](repeating: 0, count: left.exponent - exponent)
    let b = right.digits + [UInt8](repeating: 0, count: right.exponent - exponent)
    var result = left
    result.exponent = exponent
    if left.isNegative == right.isNegative {
      result.digits = add(a, b)
    } else if isSmaller(a, b) {
      result.digits = subtract(b, a)
      result.isNegative = right.isNegative
    } else {
      result.digits = subtract(a, b)
    }
    result.round()
    return result
  }

  static func < (left: PythonDecimal, right: PythonDecimal) -> Bool {
    var negated = right
    negated.isNegative.toggle()
    let exponent = min(left.exponent, right.exponent)
    let a = left.digits + [UInt8](repeating: 0, count: left.exponent - exponent)
    let b = right.digits + [UInt8](repeating: 0, count: right.exponent - exponent)
    if a.isEmpty, b.isEmpty { return false }
    let leftIsNegative = left.isNegative && !a.isEmpty
    let rightIsNegative = right.isNegative && !b.isEmpty
    if leftIsNegative != rightIsNegative { return leftIsNegative }
    return leftIsNegative ? isSmaller(b, a) : isSmaller(a, b)
  }

  /// Compares two values that are numbers.
  static func isLess(_ left: ConfigValue, _ right: ConfigValue) -> Bool {
    if case .int(let a) = left, case .int(let b) = right { return a < b }
    return ConfigNumber.double(left) < ConfigNumber.double(right)
  }

  private static func add(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    let width = max(a.count, b.count) + 1
    var result = [UInt8](repeating: 0, count: width)
    var carry: UInt8 = 0
    for place in 0..<width {
      let sum = digit(a, place) + digit(b, place) + carry
      result[width - 1 - place] = sum % 10
      carry = sum / 10
    }
    return Array(result.drop { $0 == 0 })
  }

  private static func subtract(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    var result = a
    var borrow: UInt8 = 0
    for place in 0..<a.count {
      let taken = digit(b, place) + borrow
      let own = digit(a, place)
      borrow = own < taken ? 1 : 0
      result[a.count - 1 - place] = own + borrow * 10 - taken
    }
    return Array(result.drop { $0 == 0 })
  }

  private static func digit(_ digits: [UInt8], _ place: Int) -> UInt8 {
    place < digits.count ? digits[digits.count - 1 - place] : 0
  }

  private static func isSmaller(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    let a = a.drop { $0 == 0 }
    let b = b.drop { $0 == 0 }
    return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
  }

  private mutating func round() {
    let excess = digits.count - Self.precision
    guard excess > 0 else { return }
    let dropped = digits.suffix(excess)
    digits.removeLast(excess)
    exponent += excess
    let first = dropped.first ?? 0
    let isHalf = first == 5 && dropped.dropFirst().allSatisfy { $0 == 0 }
    let isOdd = (digits.last ?? 0) % 2 == 1
    guard first > 5 || (first == 5 && (!isHalf || isOdd)) else { return }
    digits = Self.add(digits, [1])
    if digits.count > Self.precision {
      digits.removeLast()
      exponent += 1
    }
  }
}
