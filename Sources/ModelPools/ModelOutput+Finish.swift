import Checkpoints
import Foundation
import FusionCore
import Synchronization
import Tensors
import Threading

extension ModelOutput {
  /// Verifies what an interrupted run says to have written, each rank a part of it.
  ///
  /// - Returns: what is as it was written.
  func verify(_ journal: OutputJournal) throws -> Coverage {
    let records = journal.records
    let (rank, size) = (world.globalRank, world.worldSize)
    let mine = records.count * rank / size..<records.count * (rank + 1) / size
    let (writer, threads) = (writer, world.threads)
    let found = try world.agreeing {
      let holds = Mutex([UInt8](repeating: 0, count: mine.count))
      try Parallel(threads: threads).forEach(mine.count) { index in
        let isHeld = try writer.holds(records[mine.lowerBound + index])
        holds.withLock { $0[index] = isHeld ? 1 : 0 }
      }
      writer.adoptWritten()
      return holds.withLock { $0 }
    }
    let all = try world.allGather(found).joined()
    let intact = Coverage(zip(records, all).filter { $1 == 1 }.map { $0.0 })
    if world.isGlobalZero {
      let (kept, total) = (intact.byteCount, model.manifest.byteCount)
      Log.line("resuming \(path): \(kept) of \(total) bytes were written and are intact")
    }
    return intact
  }

  /// The checksums of all files, on every rank: each file's by the rank that took most of it while
  /// writing, which takes the rest while its other data go to the disk.
  func digests() throws -> [String] {
    let (rank, writer) = (world.globalRank, writer)
    // Everybody's data must be in the files before any is read.
    try world.agreeing { try writer.flushJournal() }
    let takers = try digestTakers()
    let mine = takers.indices.filter { takers[$0] == rank }
    let found = try world.agreeing {
      let digests = Mutex(mine.map { _ in "" })
      // Flushing waits for the disk and needs no core.
      try Parallel(threads: min(world.threads, mine.count) + 1).forEach(mine.count + 1) { task in
        if task == 0 { return try writer.finishWriting() }
        let digest = try writer.digest(of: mine[task - 1])
        digests.withLock { $0[task - 1] = digest }
      }
      return digests.withLock { $0 }
    }
    var parts = try world.allGather(Array(found.joined(separator: " ").utf8)).map {
      String(decoding: $0, as: UTF8.self).split(separator: " ").map(String.init)[...]
    }
    return takers.map { parts[$0].removeFirst() }
  }

  /// For every file the rank that takes its checksum.
  private func digestTakers() throws -> [Int] {
    let taken = writer.digestedBytes.map { Int64($0) }
    var most = taken
    try world.allReduce(&most, .max)
    var takers = zip(taken, most).map { Int64($0 == $1 ? world.globalRank : world.worldSize) }
    try world.allReduce(&takers, .min)
    return takers.indices.map { most[$0] > 0 ? Int(takers[$0]) : $0 % world.worldSize }
  }

  /// The tensors with NaN or infinite values, in the order of the manifest.
  ///
  /// - Throws: `AgreedError` where there must be none.
  func nonFinite(_ counts: [Int64]) throws -> [SavedModel.NonFinite] {
    var counts = counts
    try world.allReduce(&counts, .sum)
    let found = zip(model.manifest.tensors, counts).filter { $1 > 0 }.map {
      SavedModel.NonFinite(tensor: $0.name, count: Int($1), of: $0.count)
    }
    try world.agreeing {
      if let first = found.first, rules.strictFinite {
        throw SaveError.notFinite(
          tensor: first.tensor, count: first.count, of: first.of, tensors: found.count)
      }
    }
    if let first = found.first, world.isGlobalZero {
      Log.line(
        "\(path): \(found.count) tensor(s) hold values that are NaN or infinite, such as "
          + "'\(first.tensor)': \(first.count) of \(first.of)")
    }
    return found
  }
}

/// A name for this run that no other run has.
func newRunID() -> String {
  "\(ProcessInfo.processInfo.processIdentifier)-"
    + String(UInt64(Date().timeIntervalSince1970 * 1e6), radix: 16)
}
