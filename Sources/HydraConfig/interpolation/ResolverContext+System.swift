import ConfigTree
import Foundation

extension ResolverContext {
  /// The process environment, and one local time for the whole run.
  ///
  /// - Parameter date: The time of the run, in seconds since 1970.
  public static func system(
    date: Double = Date().timeIntervalSince1970, composition: ConfigNode? = nil
  ) -> ResolverContext {
    let environment = ProcessInfo.processInfo.environment
    return ResolverContext(
      environment: { environment[$0] }, now: { format(date, as: $0) }, composition: composition)
  }

  private static func format(_ date: Double, as format: String) -> String {
    guard !format.isEmpty, let seconds = Int(exactly: date.rounded(.down)) else { return "" }
    var time = time_t(seconds)
    var parts = tm()
    localtime_r(&time, &parts)
    let micros = Int((date - date.rounded(.down)) * 1_000_000)
    let digits = String(micros)
    let expanded = format.replacingOccurrences(
      of: "%f", with: String(repeating: "0", count: 6 - min(6, digits.count)) + digits)
    var buffer = [CChar](repeating: 0, count: 4 * expanded.utf8.count + 256)
    let count = strftime(&buffer, buffer.count, expanded, &parts)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
