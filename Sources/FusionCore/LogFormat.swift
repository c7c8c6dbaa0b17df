#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lines of log files, as Python's logging formats them.
enum LogFormat {
  /// One line with its end: `%(asctime)s`, `%(name)s`, `%(levelname)s` and `%(message)s` are filled
  /// in, anything else stays as it is.
  static func line(_ message: String, level: String, format: String) -> String {
    var line = ""
    var rest = format[...]
    while let start = rest.firstIndex(of: "%") {
      line += rest[..<start]
      rest = rest[start...]
      let fields = [
        ("%(asctime)s", time()), ("%(name)s", "fusion_bench"), ("%(levelname)s", level),
        ("%(message)s", message),
      ]
      if let (name, text) = fields.first(where: { rest.hasPrefix($0.0) }) {
        line += text
        rest = rest.dropFirst(name.count)
      } else {
        line.append(rest.removeFirst())
      }
    }
    return line + rest + "\n"
  }

  /// The local time as Python writes it: `2026-11-21 23:49:05,123`.
  private static func time() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var seconds = now.tv_sec
    var parts = tm()
    localtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
    let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let milliseconds = String(now.tv_nsec / 1_000_000)
    return text + "," + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
  }
}
