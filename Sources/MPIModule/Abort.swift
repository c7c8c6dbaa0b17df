import Foundation
internal import CMPI

/// The exit status nearest to `code` that launchers pass on unchanged, in 1...125.
///
/// Launchers take the status modulo 256, so that 0 and 256 would count as success.
public func clampedExitStatus(_ code: Int32) -> Int32 {
  min(max(code, 1), 125)
}

/// Ends all processes of the job, with `code` brought into 1...125 as its exit status.
///
/// Write what there is to say to stderr before; the launcher adds lines of its own.
public func abortMPI(code: Int32) -> Never {
  let status = clampedExitStatus(code)
  if cmpi_current_state() == CMPI_READY { cmpi_abort(status) }
  exit(status)
}
