import Tensors
import Testing

@testable import Checkpoints

@Suite struct ParsedOnceTests {
  private static let header = #"{"parsed.once":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
  private static let map = #"{"weight_map":{"parsed.once":"only.safetensors"}}"#

  @Test("Equal headers are held once, and every file's own size still counts")
  func headers() throws {
    try withDirectory { directory in
      for name in ["a", "b"] {
        try put(safetensors(Self.header, data: 2), at: "\(directory)/\(name).safetensors")
      }
      try put(safetensors(Self.header, data: 1), at: directory + "/short.safetensors")
      let files = try ["a", "b"].map {
        try SafetensorsFile(path: "\(directory)/\($0).safetensors")
      }
      #expect(files[0].header === files[1].header)
      let error = failure { _ = try Checkpoint.open(directory + "/short.safetensors") }
      let whole = Self.header.utf8.count + 10
      guard case .wrongFileSize(let path, whole, whole - 1) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(path.hasSuffix("/short.safetensors"))
    }
  }

  @Test("Models with the same index and headers share a table, others do not")
  func tables() throws {
    try withDirectory { directory in
      for name in ["a", "b", "c"] {
        let folder = "\(directory)/\(name)"
        try put(Self.map, at: folder + "/model.safetensors.index.json")
        try put(safetensors(Self.header, data: 2), at: folder + "/only.safetensors")
      }
      // One more tensor than its index lists.
      let two =
        #"{"parsed.once":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""x":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}"#
      try put(safetensors(two, data: 2), at: directory + "/c/only.safetensors")
      let models = try ["a", "b"].map { try Checkpoint.open("\(directory)/\($0)") }
      #expect(models[0].table === models[1].table)
      #expect(models[1].directory.hasSuffix("/b"))
      let error = failure { _ = try Checkpoint.open(directory + "/c") }
      guard case .notInIndex(let index, "x", "only.safetensors") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(index.contains("/c/"))
    }
  }

  @Test("An index that was read as one of safetensors files is none of .bin files")
  func endings() throws {
    try withDirectory { directory in
      try put(Self.map, at: directory + "/a/model.safetensors.index.json")
      try put(safetensors(Self.header, data: 2), at: directory + "/a/only.safetensors")
      _ = try Checkpoint.open(directory + "/a")
      try put(Self.map, at: directory + "/b/pytorch_model.bin.index.json")
      let error = failure { _ = try Checkpoint.open(directory + "/b") }
      guard case .shardName(_, "parsed.once", "only.safetensors", ".bin") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("What is past the limit is read each time")
  func limit() throws {
    let known = ParsedOnce<Int>(limit: 3)
    var reads = 0
    func value(_ text: [UInt8]) -> Int {
      text.withUnsafeBytes {
        known.value(of: $0) {
          reads += 1
          return reads
        }
      }
    }
    #expect(
      value([1, 2]) == 1 && value([1, 2]) == 1 && value([1, 3]) == 2 && value([1, 3]) == 3)
    #expect(value([]) == 4 && value([]) == 4 && value([7]) == 5 && value([7]) == 5)
  }
}
