internal import CTorchInterface
import Foundation

/// libtorch, loaded into this process.
///
/// It is a library of its own that is opened only where a network has to run: it takes most of a
/// second and 165 MB to load, which a program that merely merges does not pay.
public final class TorchLibrary: Sendable {
  /// The environment variable that names another library file.
  public static let environmentVariable = "FUSION_BENCH_CTORCH"

  /// The file it was loaded from.
  public let path: String
  /// The table lives as long as the process: the library is never closed.
  nonisolated(unsafe) let functions: UnsafePointer<ctorch_functions>

  private static let loaded = Result { try TorchLibrary(path: locate()) }

  /// The library beside the running executable, or the one that `FUSION_BENCH_CTORCH` names.
  /// The first call loads it.
  ///
  /// - Throws: `NetworkError.builtWithoutTorch`, `.libraryNotFound`, `.libraryNotLoaded` or
  ///   `.libraryIncompatible`.
  public static func load() throws -> TorchLibrary { try loaded.get() }

  /// Loads one library file.
  ///
  /// - Throws: `NetworkError.libraryNotFound`, `.libraryNotLoaded` or `.libraryIncompatible`.
  public init(path: String) throws {
    let path = URL(fileURLWithPath: path).path
    guard FileManager.default.fileExists(atPath: path) else {
      throw NetworkError.libraryNotFound(path: path)
    }
    // OpenMP reads this when it is loaded: threads that wait should sleep, not take the cores from
    // the other ranks of the host. Whoever sets it decides.
    setenv("OMP_WAIT_POLICY", "passive", 0)
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw NetworkError.libraryNotLoaded(path: path, reason: reason)
    }
    guard let symbol = dlsym(handle, CTORCH_ENTRY_POINT),
      let table = unsafeBitCast(symbol, to: ctorch_entry_point.self)()
    else {
      throw NetworkError.libraryIncompatible(
        path: path, found: nil, expected: Int(CTORCH_ABI_VERSION))
    }
    let version = table.pointee.abi_version
    guard version == CTORCH_ABI_VERSION else {
      throw NetworkError.libraryIncompatible(
        path: path, found: Int(version), expected: Int(CTORCH_ABI_VERSION))
    }
    self.path = path
    self.functions = table
  }

  /// The version of libtorch, such as "1.13.1".
  public var version: String { String(cString: functions.pointee.libtorch_version) }

  /// Threads that one operation may use, in this process.
  ///
  /// - Throws: `NetworkError.operationFailed` for less than 1.
  public func setThreads(_ count: Int) throws {
    try check("set_threads") {
      functions.pointee.set_threads(Int32(clamping: count), $0)
    }
  }

  /// Threads that one operation may use now.
  public func threads() throws -> Int {
    var count: Int32 = 0
    try check("get_threads") { functions.pointee.get_threads(&count, $0) }
    return Int(count)
  }

  /// Makes sure that `device` can be used.
  ///
  /// - Throws: `NetworkError.deviceNotAvailable`.
  public func require(_ device: TorchDevice) throws {
    guard case .cuda(let index) = device else { return }
    var count: Int32 = 0
    try check("device_count") { functions.pointee.device_count(device.code.kind, &count, $0) }
    guard (0..<Int(count)).contains(index) else {
      throw NetworkError.deviceNotAvailable(device, count: Int(count))
    }
  }

  /// Calls into the library; every call goes through here.
  ///
  /// - Throws: `NetworkError.operationFailed` with the library's message.
  func check(_ operation: String, _ call: (ctorch_error) -> ctorch_status) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
      text.initialize(repeating: 0)
      guard let start = text.baseAddress else { return }
      let status = call(ctorch_error(text: start, capacity: text.count))
      guard status == CTORCH_OK else {
        throw NetworkError.operationFailed(
          operation: operation, reason: String(cString: start))
      }
    }
  }

  private static func locate() throws -> String {
    if let named = ProcessInfo.processInfo.environment[environmentVariable], !named.isEmpty {
      return named
    }
    #if FUSION_BENCH_LIBTORCH
      let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      return URL(fileURLWithPath: executable).deletingLastPathComponent().path + "/libCTorch.so"
    #else
      throw NetworkError.builtWithoutTorch
    #endif
  }
}
