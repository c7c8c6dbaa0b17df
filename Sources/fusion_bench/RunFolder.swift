import ConfigTree
import Foundation
import FusionCore
import HydraConfig

/// The folder that a run writes its record and its log into.
enum RunFolder {
  /// Makes the folder of a run. Where another run, started in the same second, has it already, the
  /// run gets one of its own, and is composed again. A folder that the user names, or that does not
  /// depend on the time, is left to be used as it is.
  ///
  /// Making the folder is what decides whose it is.
  ///
  /// - Parameter recompose: composes with some overrides more.
  /// - Throws: `RunFolderError`, `ConfigError`.
  static func claim(
    _ composition: Composition, recompose: ([String]) throws -> Composition
  ) throws -> Composition {
    guard let folder = try timed(composition, "hydra.run.dir", unless: ["path.log_dir"])
    else { return composition }
    let own = try makeOwn(folder)
    guard own != folder else { return composition }
    let isLogFolder = try text(composition, "path.log_dir") == folder
    return try recompose(
      ["hydra.run.dir=\(quoted(own))"] + (isLogFolder ? ["++path.log_dir=\(quoted(own))"] : []))
  }

  /// Makes the folder of a sweep in the same way.
  ///
  /// - Parameter whole: the composition that the jobs are made of.
  /// - Returns: an override that names the folder; nil where there is no need to.
  /// - Throws: `RunFolderError`, `ConfigError`.
  static func claimSweep(_ whole: Composition) throws -> String? {
    guard let folder = try timed(whole, "hydra.sweep.dir") else { return nil }
    let own = try makeOwn(folder)
    return own == folder ? nil : "hydra.sweep.dir=\(quoted(own))"
  }

  /// The folder at a key, if it depends on the time and the user named neither it nor one of
  /// `others`.
  private static func timed(
    _ composition: Composition, _ key: String, unless others: [String] = []
  ) throws -> String? {
    let given = try Override.parse(composition.taskOverrides + composition.hydraOverrides)
    guard !given.contains(where: { ([key] + others).contains($0.key) }),
      let folder = try text(composition, key), try text(composition, key, time: "") != folder
    else { return nil }
    return folder
  }

  /// Makes the folder, or one with a number behind its name where it is there already.
  private static func makeOwn(_ folder: String) throws -> String {
    let parent = URL(fileURLWithPath: folder).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    for number in 1...10_000 {
      let name = number == 1 ? folder : "\(folder)-\(number)"
      if mkdir(name, 0o777) == 0 { return name }
      guard errno == EEXIST else { throw RunFolderError(path: name, code: errno) }
    }
    throw RunFolderError(path: folder, code: EEXIST)
  }

  private static func text(
    _ composition: Composition, _ key: String, time: String? = nil
  ) throws -> String? {
    var context = composition.resolverContext
    if let time { context.now = { _ in time } }
    return try InterpolationResolver(context: context)
      .select(composition.root, at: key, resolves: true)?.string
  }

  private static func quoted(_ path: String) -> String {
    let escaped = path.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "'", with: "\\'")
    return "'\(escaped)'"
  }
}
