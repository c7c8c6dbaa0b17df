internal import CLinearAlgebra
import Foundation

/// OpenBLAS, loaded into this process when the first matrix is computed.
public enum LinearAlgebraLibrary {
  /// The environment variable that names another library file.
  public static let environmentVariable = "FUSION_BENCH_OPENBLAS"

  private static let loaded = Result { () throws -> String in
    let named = ProcessInfo.processInfo.environment[environmentVariable] ?? ""
    var reason = [CChar](repeating: 0, count: 1024)
    let status = reason.withUnsafeMutableBufferPointer { reason in
      named.isEmpty
        ? cla_load(nil, reason.baseAddress, reason.count)
        : cla_load(named, reason.baseAddress, reason.count)
    }
    guard status == 0 else {
      let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw LinearAlgebraError.libraryNotLoaded(reason: String(decoding: text, as: UTF8.self))
    }
    return cla_description().map { String(cString: $0) } ?? ""
  }

  /// Loads the library unless it is loaded, for calls from one thread at a time.
  ///
  /// - Returns: what the library says of itself: version, build, kernels.
  /// - Throws: `LinearAlgebraError.libraryNotLoaded`.
  @discardableResult
  public static func load() throws -> String { try loaded.get() }
}
