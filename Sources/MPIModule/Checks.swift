internal import CMPI

/// The one place where MPI's return codes are read.
func check(_ call: String, rank: Int, _ code: Int32) throws {
  guard code != 0 else { return }
  var bytes = [CChar](repeating: 0, count: 1024)
  var errorClass: Int32 = -1
  let described = cmpi_error_string(code, &bytes, Int32(bytes.count), &errorClass) == 0
  // MPICH's texts have several lines.
  let message = decode(bytes).split(whereSeparator: \.isNewline).joined(separator: "; ")
  throw MPIError.call(
    name: call, code: code, errorClass: errorClass,
    message: described ? message : "unknown error", rank: rank)
}

/// Throws unless MPI runs and this is its thread.
func checkRunning(_ call: String) throws {
  switch cmpi_current_state() {
  case CMPI_READY: return
  case CMPI_OTHER_THREAD: throw MPIError.wrongThread(call: call)
  default: throw MPIError.notRunning(call: call)
  }
}

/// The text before the first zero byte.
func decode(_ bytes: [CChar]) -> String {
  String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
