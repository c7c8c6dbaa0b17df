internal import CMPI

/// The MPI library this program is linked with.
public enum MPILibrary {
  private static let textCapacity = 8192

  /// The library's full version text, as one line; does not need a running MPI.
  public static func version() throws -> String {
    let text = try text("MPI_Get_library_version", cmpi_library_version)
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The library's name and version alone, such as `Open MPI v4.1.4` or `MPICH 4.0.2`.
  public static func name() throws -> String {
    let text = try text("MPI_Get_library_version", cmpi_library_version)
    let name = text.prefix { $0 != "," && !$0.isNewline }
    let words = name.split(whereSeparator: \.isWhitespace).filter { $0 != "Version:" }
    return words.joined(separator: " ")
  }

  /// The name of this processor, usually the host's; inside `withMPI` only.
  public static func processorName() throws -> String {
    try checkRunning("MPI_Get_processor_name")
    return try text("MPI_Get_processor_name", cmpi_processor_name)
  }

  private static func text(
    _ call: String, _ body: (UnsafeMutablePointer<CChar>, Int32) -> Int32
  ) throws -> String {
    var bytes = [CChar](repeating: 0, count: textCapacity)
    try check(
      call, rank: 0,
      bytes.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { body($0, Int32(buffer.count)) } ?? 0
      })
    return decode(bytes)
  }
}
