import Wording

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A log file that cannot be opened.
public struct LogFileError: Error, CustomStringConvertible {
  /// The file.
  public let path: String
  let code: Int32

  /// One line for the user.
  public var description: String {
    "\(oneLine(path)): cannot open the log file: \(String(cString: strerror(code))) (errno \(code));"
      + " hydra/job_logging=stdout writes none"
  }
}
