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

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
  }
}
