import Foundation
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct HeaderAcceptanceTests {
  @Test("Tensors stand in the order of their data, whatever the order of the header")
  func offsetOrder() throws {
    let header = try parse(
      safetensors(
        #"{"b":{"data_offsets":[4,12],"shape":[2,1],"dtype":"F32"},"#
          + #""a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}  "#, data: 12))
    #expect(header.manifest.tensors.map(\.name) == ["a", "b"])
    #expect(header.manifest.tensors.map(\.shape) == [[], [2, 1]])
    #expect(header.dataRanges.map { $0.lowerBound - header.dataOffset } == [0, 4])
    #expect(header.dataRanges.map(\.count) == [4, 8])
  }

  @Test("White space between tokens and after the object is allowed")
  func whiteSpace() throws {
    let header = try parse(
      safetensors(
        "{ \"a\"\t:\n{\"dtype\" : \"U8\" , \"shape\" : [ 1 , 2 ] ,\r\"data_offsets\":[ 0,2 ]} } \n",
        data: 2))
    #expect(header.manifest.tensors.map(\.shape) == [[1, 2]])
  }

  @Test("A file without tensors is valid")
  func noTensors() throws {
    #expect(try parse(safetensors("{}")).manifest.tensors.isEmpty)
    #expect(try parse(safetensors(#"{"__metadata__":{}}"#)).manifest.tensors.isEmpty)
  }

  @Test("Metadata keep their order and their text")
  func metadata() throws {
    let header = try parse(safetensors(#"{"__metadata__":{"z":"1","a":"\u00e9\n"}}"#))
    #expect(header.metadata.map(\.key) == ["z", "a"])
    #expect(header.metadata.map(\.value) == ["1", "\u{e9}\n"])
  }

  @Test("Unknown fields of an entry are ignored")
  func unknownField() throws {
    let header = try parse(
      safetensors(
        #"{"a":{"dtype":"U8","x":{"y":[1,-2.5e+3,true,false,null,"s"],"z":{}},"shape":[1],"#
          + #""data_offsets":[0,1]}}"#, data: 1))
    #expect(header.manifest.tensors.map(\.name) == ["a"])
  }

  @Test("Escapes in names are decoded, surrogate pairs included")
  func escapes() throws {
    let header = try parse(
      safetensors(
        #"{"\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#))
    #expect(header.manifest.tensors[0].name == "\"\\/\u{8}\u{c}\n\r\tA\u{1F600}")
  }

  @Test("Canonically equal names stay two tensors")
  func canonicalEquivalence() throws {
    let composed = #"{"\u00e9":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
    let decomposed = #""e\u0301":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#
    let header = try parse(safetensors(composed + decomposed, data: 2))
    #expect(header.manifest.tensors.count == 2)
    #expect(header.manifest.position(of: "\u{e9}") == 0)
    #expect(header.manifest.position(of: "e\u{301}") == 1)
  }

  @Test("Names may be empty, hold NUL, and be 100 kB long")
  func extremeNames() throws {
    let long = String(repeating: "x", count: 100_000)
    let entries = ["", "\\u0000", "a\\u0000b", long].enumerated().map {
      "\"\($1)\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[\($0),\($0 + 1)]}"
    }
    let header = try parse(safetensors("{\(entries.joined(separator: ","))}", data: 4))
    #expect(header.manifest.tensors.map(\.name) == ["", "\0", "a\0b", TensorName(long)])
  }

  @Test("Tensors without elements share an offset, also between others and at the end")
  func zeroSized() throws {
    let header = try parse(
      safetensors(
        #"{"z":{"dtype":"F32","shape":[0,4611686018427387904],"data_offsets":[2,2]},"#
          + #""y":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]},"#
          + #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, data: 2))
    #expect(header.manifest.tensors.map(\.name) == ["y", "a", "z"])
  }

  @Test("A size that only claims to be large costs nothing")
  func hugeClaim() throws {
    try withDirectory { directory in
      let path = directory + "/m.safetensors"
      let size = 1 << 40
      let header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[\(size)],\"data_offsets\":[0,\(size)]}}"
      try put(safetensors(header), at: path)
      let sparse = try OpenFile(path, 1, operation: "open")
      #expect(ftruncate(sparse.descriptor, off_t(8 + header.utf8.count + size)) == 0)
      let file = try SafetensorsFile(path: path)
      #expect(file.header.manifest.elementCount == size)
      var last: [UInt8] = [1]
      try last.withUnsafeMutableBytes {
        try file.read(0, elements: size - 1..<size, into: $0)
      }
      #expect(last == [0])
    }
  }

  @Test("Ten thousand tensors are read, in order")
  func tenThousand() throws {
    let entries = (0..<10_000).map {
      "\"model.layers.\($0).mlp.weight\":"
        + "{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[\(4 * $0),\(4 * $0 + 4)]}"
    }
    let file = safetensors("{\(entries.joined(separator: ","))}", data: 40_000)
    let clock = ContinuousClock()
    var count = 0
    let time = try clock.measure { count = try parse(file).manifest.tensors.count }
    #expect(count == 10_000)
    #expect(time < .seconds(2))
  }
}
