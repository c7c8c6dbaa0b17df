import Testing

@testable import Checkpoints

/// One bad header and what must be said of it.
struct BadHeader: Sendable, CustomTestStringConvertible {
  let name: String
  let file: [UInt8]
  let message: String
  var testDescription: String { name }

  init(_ name: String, _ file: [UInt8], _ message: String) {
    self.name = name
    self.file = file
    self.message = message
  }

  /// An entry for tensor `a` with the given text.
  init(_ name: String, entry: String, data: Int = 8, _ message: String) {
    self.init(name, safetensors("{\"a\":\(entry)}", data: data), message)
  }

  static let good = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

  static let all: [BadHeader] = [
    // The frame
    .init("empty file", [], "0 bytes are too few for a safetensors file"),
    .init("seven bytes", Array(repeating: 1, count: 7), "7 bytes are too few"),
    .init("header past the end", safetensors("{}", length: 3), "header of 3 bytes does not fit"),
    .init(
      "header above the cap", safetensors("{}", length: 100_000_001),
      "header of 100000001 bytes is over the limit of 100000000"),
    .init(
      "header length of 2^64 - 1", safetensors("{}", length: .max),
      "header of 18446744073709551615 bytes is over the limit"),
    .init("empty header", safetensors(""), "expected '{', found the end at byte 0"),
    .init("white space first", safetensors(" {}"), "expected '{', found byte 32 at byte 0"),
    .init(
      "byte order mark", safetensors([0xEF, 0xBB, 0xBF] + Array("{}".utf8)),
      "expected '{', found byte 239"),
    .init("UTF-16", safetensors([0x7B, 0, 0x7D, 0]), "expected a string, found byte 0"),
    .init("array on top", safetensors("[]"), "expected '{', found '[' at byte 0"),
    .init("text after the object", safetensors("{} x"), "text after the end of the object"),
    .init("NUL padding", safetensors("{}\0"), "text after the end of the object at byte 2"),
    .init("unclosed object", safetensors("{"), "expected a string, found the end"),
    .init("bytes after the tensors", safetensors("{}", data: 1), "bytes after the last tensor"),
    .init("cut short", entry: good, data: 7, "cut short: the file has"),

    // Text
    .init("invalid UTF-8", safetensors(Array(#"{"a"#.utf8) + [0xFF, 0x22]), "invalid UTF-8"),
    .init(
      "overlong UTF-8", safetensors(Array(#"{""#.utf8) + [0xC0, 0x80, 0x22]), "invalid UTF-8"),
    .init(
      "surrogate in UTF-8", safetensors(Array(#"{""#.utf8) + [0xED, 0xA0, 0x80, 0x22]),
      "invalid UTF-8"),
    .init(
      "invalid UTF-8 beside an escape", safetensors(Array(#"{"\n"#.utf8) + [0xFF, 0x22]),
      "invalid UTF-8"),
    .init(
      "raw control character", safetensors("{\"a\u{1}\":1}"), "control character 1 in a string"),
    .init("unknown escape", safetensors(#"{"\x":1}"#), "invalid escape"),
    .init("short escape", safetensors(#"{"\u12":1}"#), "invalid escape"),
    .init("escape at the end", safetensors(#"{"\"#), "invalid escape"),
    .init("lone high surrogate", safetensors(#"{"\uD83D":1}"#), "half of a surrogate pair"),
    .init("lone low surrogate", safetensors(#"{"\uDE00":1}"#), "half of a surrogate pair"),
    .init("two high surrogates", safetensors(#"{"\uD83D\uD83D":1}"#), "half of a surrogate pair"),
    .init("unclosed string", safetensors(#"{"a"#), "expected '\"', found the end"),

    // Structure
    .init(
      "trailing comma in the object", safetensors("{\"a\":\(good),}", data: 8), "expected a string"
    ),
    .init(
      "trailing comma in a shape",
      entry: #"{"dtype":"F32","shape":[2,],"data_offsets":[0,8]}"#,
      "tensor 'a': expected an integer, found ']'"),
    .init("missing colon", safetensors(#"{"a" 1}"#), "expected ':'"),
    .init("missing comma", safetensors("{\"a\":\(good) \"b\":1}", data: 8), "expected ',' or '}'"),
    .init("comment", safetensors("{/* */}"), "expected a string, found '/'"),
    .init("single quotes", safetensors("{'a':1}"), "expected a string, found '''"),
    .init("entry is null", entry: "null", "tensor 'a': expected '{', found 'n'"),
    .init("entry is a list", entry: #"["F32",[2],[0,8]]"#, "tensor 'a': expected '{', found '['"),
    .init(
      "duplicate tensor", safetensors("{\"a\":\(good),\"a\":\(good)}", data: 8),
      "tensor 'a': listed twice"),
    .init(
      "duplicate tensor by escape", safetensors("{\"a\":\(good),\"\\u0061\":\(good)}", data: 8),
      "tensor 'a': listed twice"),
    .init(
      "duplicate field",
      entry: #"{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
      "duplicate key 'dtype'"),
    .init(
      "duplicate unknown field",
      entry: #"{"x":1,"x":2,"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
      "duplicate key 'x'"),
    .init(
      "deep nesting in an unknown field",
      entry: "{\"x\":" + String(repeating: "[", count: 100_000), "nesting deeper than 16"),
    .init(
      "deep nesting on top", safetensors(String(repeating: "{\"a\":", count: 100_000)),
      "tensor 'a'"),

    // Metadata
    .init("metadata is null", safetensors(#"{"__metadata__":null}"#), "expected '{', found 'n'"),
    .init(
      "metadata with a number", safetensors(#"{"__metadata__":{"a":1}}"#),
      "expected a string, found '1'"),
    .init(
      "duplicate metadata", safetensors(#"{"__metadata__":{},"__metadata__":{}}"#),
      "duplicate key '__metadata__'"),
    .init(
      "duplicate metadata key", safetensors(#"{"__metadata__":{"a":"","a":""}}"#),
      "duplicate key 'a'"),

    // Fields
    .init("no dtype", entry: #"{"shape":[2],"data_offsets":[0,8]}"#, "'dtype' is missing"),
    .init("no shape", entry: #"{"dtype":"F32","data_offsets":[0,8]}"#, "'shape' is missing"),
    .init("no offsets", entry: #"{"dtype":"F32","shape":[2]}"#, "'data_offsets' is missing"),
    .init(
      "unknown dtype", entry: #"{"dtype":"F31","shape":[2],"data_offsets":[0,8]}"#,
      "tensor 'a': element type 'F31' is not supported; known: F64, F32"),
    .init(
      "dtype in lower case", entry: #"{"dtype":"f32","shape":[2],"data_offsets":[0,8]}"#,
      "element type 'f32' is not supported"),
    .init(
      "dtype is a number", entry: #"{"dtype":32,"shape":[2],"data_offsets":[0,8]}"#,
      "expected a string, found '3'"),
    .init(
      "shape is a number", entry: #"{"dtype":"F32","shape":2,"data_offsets":[0,8]}"#,
      "expected '[', found '2'"),
    .init(
      "float in shape", entry: #"{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}"#,
      "expected an integer without fraction"),
    .init(
      "exponent in shape", entry: #"{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}"#,
      "expected an integer without fraction"),
    .init(
      "leading zero in shape", entry: #"{"dtype":"F32","shape":[02],"data_offsets":[0,8]}"#,
      "expected an integer without fraction"),
    .init(
      "negative in shape", entry: #"{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}"#,
      "negative number"),
    .init(
      "bool in shape", entry: #"{"dtype":"F32","shape":[true],"data_offsets":[0,8]}"#,
      "expected an integer, found 't'"),
    .init(
      "string in shape", entry: #"{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}"#,
      "expected an integer, found '\"'"),
    .init(
      "2^63 in shape",
      entry: #"{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}"#,
      "number above 2^63 - 1"),
    .init(
      "65 dimensions",
      entry: #"{"dtype":"F32","shape":["# + Array(repeating: "1", count: 65).joined(separator: ",")
        + #"],"data_offsets":[0,4]}"#,
      "more than 64 dimensions"),
    .init(
      "shape overflows",
      entry: #"{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}"#,
      "tensor 'a': shape [4294967296, 4294967296] overflows the number of bytes"),
    .init(
      "bytes overflow",
      entry: #"{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}"#,
      "overflows the number of bytes"),
    .init(
      "one offset", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[0]}"#,
      "expected two offsets"),
    .init(
      "three offsets", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}"#,
      "expected two offsets"),
    .init(
      "negative offset", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}"#,
      "negative number"),

    // Data
    .init(
      "offsets reversed", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#,
      "data_offsets [8, 0] end before they begin"),
    .init(
      "too few bytes for the shape", entry: #"{"dtype":"F32","shape":[3],"data_offsets":[0,8]}"#,
      "data_offsets span 8 bytes, but F32 [3] needs 12"),
    .init(
      "too many bytes for the shape", entry: #"{"dtype":"F32","shape":[],"data_offsets":[0,8]}"#,
      "data_offsets span 8 bytes, but F32 [] needs 4"),
    .init(
      "offsets near 2^63",
      entry:
        #"{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}"#,
      "cut short: the file has"),
    .init(
      "hole at the start", entry: #"{"dtype":"F32","shape":[2],"data_offsets":[8,16]}"#, data: 16,
      "tensor 'a': data begin at 8, leaving a hole after 0"),
    .init(
      "hole between tensors",
      safetensors(
        "{\"a\":\(good),\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[9,10]}}", data: 10),
      "tensor 'b': data begin at 9, leaving a hole after 8"),
    .init(
      "overlap",
      safetensors(
        "{\"a\":\(good),\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[7,9]}}", data: 9),
      "tensor 'b': data begin at 7, inside those of another tensor (up to 8)"),
    .init(
      "sizes that add up past 2^63",
      safetensors(
        #"{"a":{"dtype":"U8","shape":[9223372036854775807],"#
          + #""data_offsets":[0,9223372036854775807]},"b":{"dtype":"U8","#
          + #""shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#),
      "tensor 'b': shape [9223372036854775807] overflows"),
    .init(
      "two tensors on the same bytes", safetensors("{\"a\":\(good),\"b\":\(good)}", data: 8),
      "tensor 'b': data begin at 0, inside those of another tensor"),
  ]
}

@Suite struct HeaderRejectionTests {
  @Test("A bad header is refused with the file and the reason", arguments: BadHeader.all)
  func refused(_ bad: BadHeader) throws {
    let error = try #require(failure { _ = try parse(bad.file) })
    #expect("\(error)".hasPrefix("m.safetensors: "))
    #expect("\(error)".contains(bad.message), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test("The file on disk is refused as the bytes in memory are", arguments: BadHeader.all)
  func refusedFromDisk(_ bad: BadHeader) throws {
    try withDirectory { directory in
      let path = directory + "/m.safetensors"
      try put(bad.file, at: path)
      let error = try #require(failure { _ = try SafetensorsFile(path: path) })
      #expect("\(error)".hasPrefix(path + ": "))
      #expect("\(error)".contains(bad.message), "\(error)")
    }
  }
}
