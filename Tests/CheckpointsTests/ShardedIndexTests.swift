import Testing

@testable import Checkpoints

@Suite struct ShardedIndexTests {
  private static func shard(_ tensors: String...) -> [UInt8] {
    let entries = tensors.enumerated().map {
      "\"\($1)\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[\($0),\($0 + 1)]}"
    }
    return safetensors("{\(entries.joined(separator: ","))}", data: tensors.count)
  }

  /// A directory with shards `1.safetensors` (a, b) and `2.safetensors` (c) and the given map.
  private static func open(map: String, second: [UInt8] = shard("c")) throws -> CheckpointError? {
    try withDirectory { directory in
      try put(shard("a", "b"), at: directory + "/1.safetensors")
      try put(second, at: directory + "/2.safetensors")
      try put(
        "{\"metadata\":{\"total_size\":3},\"weight_map\":\(map)}",
        at: directory + "/model.safetensors.index.json")
      return failure { _ = try Checkpoint.open(directory) }
    }
  }

  @Test("An index that lists all tensors of its shards is opened")
  func good() throws {
    #expect(
      try ShardedIndexTests.open(
        map: #"{"c":"2.safetensors","a":"1.safetensors","b":"1.safetensors"}"#) == nil)
  }

  @Test(
    "Shards are plain names of safetensors files in the same directory",
    arguments: [
      "../1.safetensors", "/etc/1.safetensors", "sub/1.safetensors", "..\\\\1.safetensors", "..",
      ".", "", ".safetensors", "1.bin", "1.safetensors\\u0000", "1.safetensors/",
    ])
  func names(_ name: String) throws {
    let error = try ShardedIndexTests.open(map: "{\"a\":\"\(name)\"}")
    guard case .shardName(_, "a", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A listed tensor that its shard lacks is an error")
  func missing() throws {
    let error = try ShardedIndexTests.open(
      map: #"{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors","d":"2.safetensors"}"#)
    guard case .notInShard(_, "d", "2.safetensors", nil) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A tensor listed in the wrong shard is an error that names the right one")
  func wrongShard() throws {
    let error = try ShardedIndexTests.open(
      map: #"{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}"#)
    guard case .notInShard(_, "b", "2.safetensors", "1.safetensors") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A tensor that the index does not list is an error")
  func unlisted() throws {
    let error = try ShardedIndexTests.open(map: #"{"a":"1.safetensors","c":"2.safetensors"}"#)
    guard case .notInIndex(_, "b", "1.safetensors") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A tensor in two shards is an error")
  func twice() throws {
    let error = try ShardedIndexTests.open(
      map: #"{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}"#,
      second: ShardedIndexTests.shard("c", "a"))
    guard case .inTwoShards(_, "a", "1.safetensors", "2.safetensors") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A missing shard is an error with its path")
  func missingShard() throws {
    let error = try ShardedIndexTests.open(
      map: #"{"a":"1.safetensors","b":"1.safetensors","c":"3.safetensors"}"#)
    guard case .system("open", let path, 2) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("/3.safetensors"))
  }

  @Test(
    "An index that is no strict JSON with a map of names to names is refused",
    arguments: [
      ("", "expected '{'"), ("[]", "expected '{'"), ("{}", "'weight_map' is missing"),
      (#"{"weight_map":{}}"#, "holds no tensors"),
      (#"{"weight_map":[]}"#, "expected '{'"), (#"{"weight_map":{"a":1}}"#, "expected a string"),
      (#"{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}"#, "duplicate key 'a'"),
      (#"{"weight_map":{},"weight_map":{}}"#, "duplicate key 'weight_map'"),
      (#"{"weight_map":{"a":"x.safetensors"},}"#, "expected a string"),
      (#"{"weight_map":{"a":"x.safetensors"}} {}"#, "text after the end"),
      (#"{"metadata":{"x":[1,2,01]},"weight_map":{}}"#, "no leading zero"),
      (#"{"metadata":[[[[[[[[[[[[[[[[[[[[[1"#, "nesting deeper than 16"),
      (#"{"metadata":tru,"weight_map":{}}"#, "expected 'e'"),
    ])
  func rejected(_ text: String, _ message: String) throws {
    let bytes = Array(text.utf8)
    let error = failure {
      _ = try bytes.withUnsafeBytes { try ShardedIndex(json: $0, path: "i.json") }
    }
    let words = "\(try #require(error))"
    #expect(words.hasPrefix("i.json: ") && words.contains(message), "\(words)")
  }
}
