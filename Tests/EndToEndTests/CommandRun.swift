import Foundation

/// One run of the built command, alone or under mpirun.
struct CommandRun {
  let status: Int32
  let output: String
  let errors: String

  /// The line that scripts look at.
  var lastErrorLine: String {
    errors.split(separator: "\n").last { $0.hasPrefix("fusion_bench: error:") }.map(String.init)
      ?? ""
  }

  /// Runs the command to its end.
  ///
  /// - Parameters:
  ///   - ranks: 0 for a run without a launcher.
  ///   - program: what is run; the built command unless given.
  ///   - seconds: what ends a run that hangs, with status 124.
  init(
    _ arguments: [String], ranks: Int = 0, in folder: URL,
    program: [String] = [executable.path], seconds: Int = 60
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    let launcher =
      ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none"]
    process.arguments = ["-k", "5", "\(seconds)"] + launcher + program + arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    process.environment = environment
    let log = folder.appendingPathComponent(".stdout-\(UUID().uuidString)")
    let errorLog = folder.appendingPathComponent(".stderr-\(UUID().uuidString)")
    defer {
      try? FileManager.default.removeItem(at: log)
      try? FileManager.default.removeItem(at: errorLog)
    }
    for file in [log, errorLog] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = try FileHandle(forWritingTo: errorLog)
    try process.run()
    process.waitUntilExit()
    status = process.terminationStatus
    output = try String(contentsOf: log, encoding: .utf8)
    errors = try String(contentsOf: errorLog, encoding: .utf8)
  }

  /// The command: what `FUSION_BENCH` names, or what is built into the folder of the test bundle.
  static let executable: URL = {
    if let path = ProcessInfo.processInfo.environment["FUSION_BENCH"] {
      return URL(fileURLWithPath: path)
    }
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
    let folder = bundle.bundleURL.deletingLastPathComponent()
    let beside = folder.appendingPathComponent("fusion_bench")
    if FileManager.default.fileExists(atPath: beside.path) { return beside }
    return URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent("fusion_bench")
  }()
}
