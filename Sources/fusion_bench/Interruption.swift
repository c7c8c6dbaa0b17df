import Foundation
import FusionCore
import Synchronization

/// What happens when a person or a scheduler ends the command: SIGINT, SIGTERM.
///
/// A thread of its own waits for them, so that the command ends at once whatever it is doing:
/// merging, waiting for other ranks, evaluating. Nothing needs to be put in order first: an output
/// can be resumed at any time, whichever way its process ended.
enum Interruption {
  private static let isTold = Atomic(false)

  /// Says that the reason of the end was written: launchers end what is left of a job by a signal,
  /// which is no reason then.
  static func silence() { isTold.store(true, ordering: .relaxed) }

  /// Watches for the signals from now on. Call it before any other thread is started: threads
  /// inherit that the signals are not theirs.
  ///
  /// - Parameter isFirst: whether this process speaks for all.
  static func watch(isFirst: Bool) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    guard pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return }
    // A limit of file sizes is an error of the write that meets it, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    let thread = Thread { wait(isFirst: isFirst) }
    thread.stackSize = 1 << 18
    thread.start()
  }

  private static func wait(isFirst: Bool) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    var signal: Int32 = 0
    while sigwait(&signals, &signal) != 0 {}
    // The process is about to end with its own status.
    if isTold.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 4) }
    if isFirst {
      let name = signal == SIGINT ? "SIGINT" : "SIGTERM"
      Log.line("error: interrupted by \(name); resume=true goes on with an unfinished output")
    } else {
      // A launcher ends the job with its first process: the one that speaks gets the time to.
      Thread.sleep(forTimeInterval: 0.5)
    }
    _exit(1)
  }
}
