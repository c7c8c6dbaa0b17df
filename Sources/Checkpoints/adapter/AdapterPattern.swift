/// Values for some modules, by names as `rank_pattern` and `alpha_pattern` have them: the end of a
/// module's path, or all of it after `^`. The first that fits counts.
struct AdapterPattern {
  /// The most entries.
  static let limit = 4096

  let entries: [(name: String, value: Double)]

  /// The value for the module at `path`.
  func value(for path: String) -> Double? {
    entries.first { name, _ in
      name.hasPrefix("^") ? path == name.dropFirst() : path == name || path.hasSuffix("." + name)
    }?.value
  }

  /// Whether `name` is a plain path: PEFT takes regular expressions too, which are not understood.
  static func isPlain(_ name: String) -> Bool {
    let path = name.utf8.dropFirst(name.hasPrefix("^") ? 1 : 0)
    return !path.isEmpty
      && path.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
