import Foundation
import Testing

@testable import Checkpoints

@Suite struct FilesTests {
  /// What `sha256sum` and `xxh128sum` print for nothing, for "abc", and for 9,000,001 times "a".
  @Test(
    "The checksum of a file is that of the command of its name, across block borders too",
    arguments: [
      (
        ChecksumKind.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "b9e1a83460a44df25da4627ddb8271e3dbdfc7685d468e930187b57b20ad93f7"
      ),
      (
        .xxh128, "99aa06d3014798d86001c324468d497f", "06b05ab6733a618578af5f94892f3950",
        "fec1c974179ed92222c60355220a8acf"
      ),
    ])
  func checksums(_ kind: ChecksumKind, _ empty: String, _ short: String, _ long: String) throws {
    try withDirectory { directory in
      let path = directory + "/f"
      try put([], at: path)
      #expect(try FileChecksum(kind, of: path).digits == empty)
      try put("abc", at: path)
      #expect(try FileChecksum(kind, of: path).digits == short)
      let bytes = [UInt8](repeating: 97, count: 9_000_001)
      try put(bytes, at: path)
      #expect(try FileChecksum(kind, of: path).digits == long)
      #expect(bytes.withUnsafeBytes { FileChecksum(kind, of: $0) }.digits == long)
    }
  }

  @Test("An atomic file replaces the earlier one, creates its directories and leaves no other")
  func atomicFile() throws {
    try withDirectory { directory in
      let path = directory + "/a/b/report.json"
      try AtomicFile.write("one", to: path)
      try AtomicFile.write("two", to: path, fsync: false)
      #expect(try bytes(of: path) == Array("two".utf8))
      #expect(try listing(directory + "/a/b") == ["report.json"])
    }
  }

  @Test("An atomic file that cannot be written leaves nothing")
  func atomicFailure() throws {
    try withDirectory { directory in
      let path = directory + "/folder"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      guard case .system(_, _, EISDIR) = failure({ try AtomicFile.write("x", to: path) }) else {
        Issue.record("a directory was replaced")
        return
      }
      #expect(try listing(directory) == ["folder"])
    }
  }

  @Test("Configuration, tokenizer and processor files are copied, weights never")
  func sideFiles() throws {
    let kept = [
      "added_tokens.json", "chat_template.jinja", "config.json", "generation_config.json",
      "merges.txt", "preprocessor_config.json", "processor_config.json",
      "special_tokens_map.json", "spiece.model", "tokenizer.json", "tokenizer.model",
      "tokenizer_config.json", "vocab.json", "vocab.txt",
    ]
    let left = [
      "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "README.md",
      "tokenizer.bin", "tokenizer.safetensors", "optimizer.pt", "merge_manifest.json",
    ]
    try withDirectory { directory in
      for name in kept + left { try put(name, at: directory + "/in/" + name) }
      try put("x", at: directory + "/in/tokenizer/nested.json")
      try put("earlier", at: directory + "/out/config.json")
      #expect(try SideFiles.copy(from: directory + "/in", to: directory + "/out") == kept)
      #expect(try listing(directory + "/out") == kept)
      for name in kept {
        #expect(try bytes(of: directory + "/out/" + name) == Array(name.utf8))
      }
      #expect(try SideFiles.copy(from: directory + "/in", to: directory + "/./in/") == [])
    }
  }

  @Test("Side files that are links are copied as files")
  func linkedSideFiles() throws {
    try withDirectory { directory in
      try put("{}", at: directory + "/blobs/1")
      try FileManager.default.createDirectory(
        atPath: directory + "/in", withIntermediateDirectories: true)
      #expect(symlink("../blobs/1", directory + "/in/config.json") == 0)
      #expect(symlink("/dev/zero", directory + "/in/vocab.txt") == 0)
      #expect(
        try SideFiles.copy(from: directory + "/in", to: directory + "/out") == ["config.json"])
      var status = stat()
      #expect(lstat(directory + "/out/config.json", &status) == 0)
      #expect(status.st_mode & S_IFMT == S_IFREG)
    }
  }

  @Test("Two names of one file have one identity")
  func identity() throws {
    try withDirectory { directory in
      try put("x", at: directory + "/a")
      try put("x", at: directory + "/c")
      #expect(link(directory + "/a", directory + "/b") == 0)
      #expect(FileIdentity.of(directory + "/a") == FileIdentity.of(directory + "/b"))
      #expect(FileIdentity.of(directory + "/a") != FileIdentity.of(directory + "/c"))
      #expect(FileIdentity.of(directory + "/d") == nil)
    }
  }

  @Test("A path without directory, with slashes at the end, and the root are split right")
  func paths() {
    #expect(Paths.directory(of: "a") == ".")
    #expect(Paths.directory(of: "/a") == "/")
    #expect(Paths.directory(of: "/") == "/")
    #expect(Paths.directory(of: "a/b//") == "a")
    #expect(Paths.name(of: "a/b//") == "b")
    #expect(Paths.join(".", "a") == "a")
    #expect(Paths.join("/", "a") == "/a")
    #expect(Paths.expandingTilde("~x/y") == "~x/y")
    #expect(Paths.environment("HOME").map { Paths.expandingTilde("~/y") == $0 + "/y" } != false)
  }
}
