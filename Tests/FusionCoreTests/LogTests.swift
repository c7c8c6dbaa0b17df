import Foundation
import FusionCore
import Testing

/// What goes where is the process's, so the tests take turns.
@Suite(.serialized) struct LogTests {
  private func logged(
    _ outputs: (String) -> LogOutputs, _ body: () -> Void
  ) throws -> String? {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("log-\(UUID().uuidString)").path
    try Log.send(to: outputs(path))
    body()
    try Log.send(to: LogOutputs())
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try? String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("lines go into the file with time, name and level; text as it is")
  func file() throws {
    let text = try logged({
      var outputs = LogOutputs()
      outputs.file = $0
      return outputs
    }) {
      Log.line("one\nline")
      Log.line("two", level: .warning)
      Log.text("as it is\n")
    }
    let lines = try #require(text).split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    let stamp = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]\[fusion_bench\]/
    for line in lines.prefix(2) { #expect(line.prefixMatch(of: stamp) != nil, "\(line)") }
    #expect(lines.first?.hasSuffix("[INFO] - one\\nline") == true)
    #expect(lines.dropFirst().first?.hasSuffix("[WARNING] - two") == true)
    #expect(lines.last == "as it is")
  }

  @Test("lines below the level are left out")
  func level() throws {
    let text = try logged({
      var outputs = LogOutputs()
      outputs.file = $0
      outputs.level = .warning
      outputs.format = "%(levelname)s 100% %(message)s %(lineno)d"
      return outputs
    }) {
      Log.line("a")
      Log.line("b", level: .warning)
      Log.line("c", level: .error)
    }
    #expect(text == "WARNING 100% b %(lineno)d\nERROR 100% c %(lineno)d\n")
  }

  @Test("a file that is there is appended to; without one none is made")
  func append() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("log-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for _ in 0..<2 {
      var outputs = LogOutputs()
      outputs.file = path
      outputs.format = "%(message)s"
      try Log.send(to: outputs)
      Log.line("x")
      try Log.send(to: LogOutputs())
      Log.line("not here")
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "x\nx\n")
  }

  @Test("a file that cannot be opened is an error with its path")
  func unwritable() throws {
    var outputs = LogOutputs()
    outputs.file = "/nowhere/at/all.log"
    do {
      try Log.send(to: outputs)
      Issue.record("it was opened")
    } catch {
      #expect(
        "\(error)"
          == "/nowhere/at/all.log: cannot open the log file: No such file or directory (errno 2); hydra/job_logging=stdout writes none"
      )
    }
  }
}
