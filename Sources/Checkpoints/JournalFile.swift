internal import Glibc
import Synchronization

/// The journal of one rank, open for adding to it. Safe to use from several threads.
final class JournalFile: Sendable {
  /// Lines are kept back while the last ones were written less than as many milliseconds ago.
  private static let milliseconds = 50

  private struct Pending {
    var text = ""
    var lastWrite = ContinuousClock.now
  }

  private let file: OpenFile
  private let pending = Mutex(Pending())

  /// Opens the journal at `path` to add to it, or begins one.
  ///
  /// - Throws: `CheckpointError.system`.
  init(path: String, plan: String) throws {
    file = try OpenFile(path, O_WRONLY | O_CREAT | O_APPEND, operation: "create")
    let isNew = try FileStatus(descriptor: file.descriptor, path: path).size == 0
    // A line break ends a line that a killed run left unfinished.
    try append(isNew ? OutputJournal.title(plan) : "\n")
  }

  /// Notes a range that was written.
  ///
  /// - Throws: `CheckpointError.system`.
  func add(_ record: OutputJournal.Record) throws {
    let line = OutputJournal.line(record)
    try pending.withLock { pending in
      pending.text += line
      if pending.lastWrite.duration(to: .now) > .milliseconds(Self.milliseconds) {
        try write(&pending)
      }
    }
  }

  /// Writes what was kept back.
  ///
  /// - Throws: `CheckpointError.system`.
  func flush() throws { try pending.withLock { try write(&$0) } }

  private func write(_ pending: inout Pending) throws {
    let text = pending.text
    pending = Pending()
    if !text.isEmpty { try append(text) }
  }

  private func append(_ text: String) throws {
    var text = text
    try text.withUTF8 { try file.append(UnsafeRawBufferPointer($0)) }
  }
}
