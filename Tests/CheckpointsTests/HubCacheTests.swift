import Foundation
import Testing

@testable import Checkpoints

/// These tests set environment variables, so they run one after the other.
@Suite(.serialized) struct HubCacheTests {
  private func withCache(_ body: (String) throws -> Void) throws {
    try withDirectory { directory in
      let saved = ["HF_HOME", "HF_HUB_CACHE"].map { ($0, Paths.environment($0)) }
      defer {
        for (name, value) in saved {
          if let value { setenv(name, value, 1) } else { unsetenv(name) }
        }
      }
      unsetenv("HF_HUB_CACHE")
      setenv("HF_HOME", directory, 1)
      try body(directory + "/hub/models--org--tiny")
    }
  }

  private func fill(_ repository: String) throws {
    let file = safetensors(#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
    try put(file, at: repository + "/blobs/0123")
    try put("abc\n", at: repository + "/refs/main")
    try FileManager.default.createDirectory(
      atPath: repository + "/snapshots/abc", withIntermediateDirectories: true)
    #expect(
      symlink("../../blobs/0123", repository + "/snapshots/abc/model.safetensors") == 0)
  }

  @Test("A name of the hub is found in the local cache, by each variable")
  func found() throws {
    try withCache { repository in
      try fill(repository)
      let model = try Checkpoint.open("org/tiny")
      #expect(model.label == "org/tiny")
      #expect(model.directory == repository + "/snapshots/abc")
      setenv("HF_HUB_CACHE", Paths.directory(of: repository), 1)
      setenv("HF_HOME", "/nowhere", 1)
      #expect(try Checkpoint.open("org/tiny").directory == model.directory)
    }
  }

  @Test("A name that is not cached says where was looked")
  func absent() throws {
    try withCache { repository in
      #expect(
        failure { _ = try Checkpoint.open("org/tiny") }
          == .notCached(name: "org/tiny", cache: Paths.directory(of: repository)))
    }
  }

  @Test(
    "A reference that names no snapshot is an error",
    arguments: ["", "../../..", "..", "gone", String(repeating: "a", count: 300)])
  func broken(_ reference: String) throws {
    try withCache { repository in
      try fill(repository)
      try put(reference, at: repository + "/refs/main")
      #expect(
        failure { _ = try Checkpoint.open("org/tiny") }
          == .brokenCache(name: "org/tiny", path: repository + "/refs/main"))
    }
  }

  @Test("Other texts are paths, not names", arguments: ["a/b/c", "./x", "../x", "a/..", "x/"])
  func paths(_ text: String) throws {
    #expect(try HubCache.snapshot(of: text) == nil)
  }
}
