import Checkpoints
import Foundation
import Testing

@Suite struct StagedFilesTests {
  private func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }

  @Test("files get their final names together, and those that were not there before go again")
  func publishing() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write("old", to: folder + "/a.json", fsync: false)
    let files = StagedFiles(in: folder, name: "set.d", fsync: false)
    try files.begin()
    for name in ["a.json", "b.json"] {
      try AtomicFile.write("new", to: "\(files.staging)/\(name)", fsync: false)
    }
    #expect(text(folder + "/a.json") == "old" && text(folder + "/b.json") == nil)
    try files.publish()
    #expect(text(folder + "/a.json") == "new" && text(folder + "/b.json") == "new")
    #expect(!FileManager.default.fileExists(atPath: files.staging))
    files.discard()
    #expect(text(folder + "/a.json") == "new" && text(folder + "/b.json") == nil)
  }

  @Test("what is not published leaves earlier files as they are")
  func discarding() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write("old", to: folder + "/a.json", fsync: false)
    let files = StagedFiles(in: folder, name: "set.d", fsync: false)
    try files.begin()
    try AtomicFile.write("new", to: files.staging + "/a.json", fsync: false)
    files.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.json"])
    #expect(text(folder + "/a.json") == "old")
  }
}
