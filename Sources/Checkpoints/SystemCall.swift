internal import Glibc

/// Repeats `call` while signals interrupt it.
///
/// - Throws: `CheckpointError.system` with errno when the call returns a negative number.
@discardableResult
func check<R: SignedInteger>(
  _ operation: String, _ path: String, _ call: () -> R
) throws(CheckpointError) -> R {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw .system(operation: operation, path: path, errno: code) }
  }
}

/// The most bytes that the kernel moves in one call.
let transferLimit = 0x7fff_f000

/// Refuses what the C library would silently read as another path.
func checkPath(_ path: String) throws(CheckpointError) {
  if path.isEmpty || path.utf8.contains(0) { throw .invalidPath(path) }
}
