/// A number of bytes as users write it: `5GB`, `500MB`, `1.5 GB` (powers of 1000), `2GiB`
/// (powers of 1024), or plain bytes.
public enum ByteSize {
  private static let units: [(name: String, bytes: Int)] = [
    ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40),
    ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("B", 1), ("", 1),
  ]

  /// The bytes that `text` names.
  ///
  /// - Throws: `CheckpointError.invalidSize` for anything but a positive number with a unit.
  public static func parse(_ text: String) throws -> Int {
    let upper = text.filter { $0 != " " }.uppercased()
    for unit in units where upper.hasSuffix(unit.name) {
      let number = upper.dropLast(unit.name.count)
      guard !number.isEmpty, number.utf8.allSatisfy(isNumberByte) else { break }
      if let whole = Int(number) {
        let (bytes, overflow) = whole.multipliedReportingOverflow(by: unit.bytes)
        if !overflow, bytes > 0 { return bytes }
      } else if let fraction = Double(number) {
        let bytes = (fraction * Double(unit.bytes)).rounded(.down)
        if bytes >= 1, bytes < 9e18 { return Int(bytes) }
      }
      break
    }
    throw CheckpointError.invalidSize(text)
  }

  /// So many bytes with three digits and a unit (powers of 1000): `1.41 TB`.
  public static func text(_ bytes: Int) -> String {
    let names = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < names.count - 1 {
      value /= 1000
      unit += 1
    }
    let decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    let digits = "\(Int((value * [1, 10, 100][decimals]).rounded()))"
    return digits.dropLast(decimals) + (decimals == 0 ? "" : ".") + digits.suffix(decimals) + " "
      + names[unit]
  }

  /// Just so many bytes as `parse` reads them, with the largest unit that leaves a whole number:
  /// `2GB`, `1500MB`.
  public static func exactText(_ bytes: Int) -> String {
    let fitting = units.filter {
      $0.name.hasSuffix("B") && !$0.name.hasSuffix("IB") && bytes % $0.bytes == 0
    }
    let unit = fitting.max { $0.bytes < $1.bytes }
    return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
  }
}
