internal import Glibc
import Synchronization

/// Remembers what texts were read as.
///
/// Of the models of a merge most have the same header and the same index, byte by byte: they are read
/// once, and held once.
final class ParsedOnce<Value: Sendable>: Sendable {
  private struct Known {
    var entries: [(text: [UInt8], value: Value)] = []
    var bytes = 0

    func value(of text: UnsafeRawBufferPointer) -> Value? {
      entries.first { entry in
        entry.text.count == text.count
          && entry.text.withUnsafeBytes { known in
            guard let a = known.baseAddress, let b = text.baseAddress else { return true }
            return memcmp(a, b, text.count) == 0
          }
      }?.value
    }
  }

  private let known = Mutex(Known())
  /// The most bytes of text that are remembered.
  private let limit: Int

  init(limit: Int = 64 << 20) { self.limit = limit }

  /// What `text` was read as before, or what `parse` makes of it.
  func value(of text: UnsafeRawBufferPointer, parse: () throws -> Value) rethrows -> Value {
    if let value = known.withLock({ $0.value(of: text) }) { return value }
    let value = try parse()
    return known.withLock { known in
      // Another thread may have read the same meanwhile.
      if let other = known.value(of: text) { return other }
      if text.count <= limit - known.bytes {
        known.entries.append((Array(text), value))
        known.bytes += text.count
      }
      return value
    }
  }
}
