import FusionCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Fabric {
  /// Peak resident memory of every rank so far, in bytes.
  ///
  /// Every process needs to call this method.
  func peakMemory() throws -> [Int] {
    var usage = rusage()
    let status = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let bytes = status == 0 ? usage.ru_maxrss * 1024 : 0
    return try allGather(Array("\(bytes)".utf8)).map {
      Int(String(decoding: $0, as: UTF8.self)) ?? 0
    }
  }
}
