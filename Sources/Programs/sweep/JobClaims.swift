import Foundation
import FusionCore

/// Gives every batch of a sweep to one group of ranks, the next one to the group that comes first.
///
/// A group claims a batch by making a folder, which only one can. Where the hosts do not see each
/// other's folders the batches are dealt in turn.
final class JobClaims {
  private let count: Int
  private let group: Int
  private let groups: Int
  private let folder: String?
  private var next = 0

  /// Every process of `world` needs to call this.
  ///
  /// - Parameters:
  ///   - count: how many batches there are.
  ///   - group: which group this process belongs to.
  ///   - parent: a folder that, at best, all hosts see.
  /// - Throws: what the collectives throw.
  init(_ count: Int, group: Int, of groups: Int, in parent: String, world: any Fabric) throws {
    self.count = count
    self.group = group
    self.groups = groups
    guard groups > 1 else {
      folder = nil
      return
    }
    let token =
      "\(ProcessInfo.processInfo.processIdentifier)-\(DispatchTime.now().uptimeNanoseconds)"
    let path = String(
      decoding: try world.broadcast(Array("\(parent)/.claims-\(token)".utf8), from: 0),
      as: UTF8.self)
    try world.onGlobalZero {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    var isSeen: [Int64] = [FileManager.default.fileExists(atPath: path) ? 1 : 0]
    try world.allReduce(&isSeen, .min)
    folder = isSeen[0] == 1 ? path : nil
    if folder == nil, world.isGlobalZero { try? FileManager.default.removeItem(atPath: path) }
  }

  /// The next batch for this group, whose first rank alone asks; nil when all are given.
  func claim() -> Int? {
    while next < count {
      let batch = next
      next += 1
      if isOurs(batch) { return batch }
    }
    return nil
  }

  /// Whether no batch is left for this group once it has this one, as far as all its ranks know.
  func isLast(_ batch: Int) -> Bool { groups == 1 && batch == count - 1 }

  private func isOurs(_ batch: Int) -> Bool {
    guard groups > 1 else { return true }
    guard let folder else { return batch % groups == group }
    // Fails where another group was first.
    return
      (try? FileManager.default.createDirectory(
        atPath: "\(folder)/\(batch)", withIntermediateDirectories: false)) != nil
  }

  /// Removes the claims, once all groups are done.
  func end() {
    if let folder { try? FileManager.default.removeItem(atPath: folder) }
  }
}
