import Foundation
import Testing

/// One run of the test worker under `mpirun`, or alone.
struct MPIRun {
  let status: Int32
  let output: String
  let errors: String
  let seconds: Double

  /// The lines on stderr that the worker wrote, without the launcher's own.
  var workerLines: [String] {
    errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("worker: ") }
  }

  /// Starts the worker on some ranks; a run of more than a minute is ended as a failure.
  static func ranks(_ ranks: Int, _ arguments: String...) throws -> MPIRun {
    let launch = [
      "mpirun", "-n", "\(ranks)", "--oversubscribe", "--allow-run-as-root", "--timeout", "60",
      try worker(),
    ]
    return try run(launch + arguments)
  }

  /// Starts the worker without a launcher, with some variables added to the environment.
  static func alone(_ arguments: String..., environment: [String: String]) throws -> MPIRun {
    try run([try worker()] + arguments, environment: environment)
  }

  /// The worker lies beside the test bundle.
  private static func worker() throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
    let path = folder.appendingPathComponent("MPIWorker").path
    try #require(FileManager.default.isExecutableFile(atPath: path), "no worker at \(path)")
    return path
  }

  private static func run(
    _ command: [String], environment: [String: String] = [:]
  ) throws -> MPIRun {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("mpi-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    // Files, not pipes: a pipe that nobody reads while the process runs can fill up.
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try writable(folder.appendingPathComponent("out"))
    process.standardError = try writable(folder.appendingPathComponent("err"))

    let clock = ContinuousClock()
    let start = clock.now
    try process.run()
    process.waitUntilExit()
    let elapsed = (clock.now - start) / .seconds(1)
    return MPIRun(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try String(contentsOf: folder.appendingPathComponent("out"), encoding: .utf8),
      errors: try String(contentsOf: folder.appendingPathComponent("err"), encoding: .utf8),
      seconds: elapsed)
  }

  private static func writable(_ url: URL) throws -> FileHandle {
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }
}
