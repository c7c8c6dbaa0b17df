extension MalformedInput {
  private static let sound = framed(
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, data: 16)

  /// A tensor's entry in the place of a sound one.
  private static func entry(_ fields: String) -> String { #"{"w":{"# + fields + "}}" }

  static var headers: [Case] {
    var files = sound.indices.map { Array(sound[..<$0]) }
    files.append(sound + [0])
    for length in [0, 1, 56, 58, 100_000_001, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max] as [UInt64]
    {
      files.append(
        framed(
          #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, data: 16, length: length))
    }
    files += tables.map { framed($0, data: 16) }
    files += ["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "C64", "f32", "F32 ", "", "Q8", "I128"].map {
      framed(entry(#""dtype":"\#($0)","shape":[2,2],"data_offsets":[0,16]"#), data: 16)
    }
    files += shapes.map {
      framed(entry(#""dtype":"F32","shape":\#($0),"data_offsets":[0,16]"#), data: 16)
    }
    files += offsets.map {
      framed(entry(#""dtype":"F32","shape":[2,2],"data_offsets":\#($0)"#), data: 16)
    }
    return files.map { file("model.safetensors", $0) } + [file("m.safetensors", framed("{}"))]
  }

  private static let tables = [
    "", " ", "null", "[]", "{", "}", "{}", "{\"w\"", "{\"w\":", "{\"w\":1}", "{\"w\":null}",
    #"{"w":[]}"#, #"{"w":{}}"#, #"{"w":"F32"}"#, #"{"__metadata__":{}}"#, #"{"__metadata__":null}"#,
    #"{"__metadata__":{"a":1}}"#, #"{"__metadata__":{"a":"b","a":"c"}}"#,
    "\u{FEFF}" + #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
    #" {"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}x"#,
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},}"#,
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
    #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
    #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"dtype":"F32"}}"#,
    #"{"w":{"dtype":"F32","shape":[2,2]}}"#, #"{"w":{"dtype":"F32","data_offsets":[0,16]}}"#,
    #"{"w":{"shape":[2,2],"data_offsets":[0,16]}}"#,
    #"{"w":{"dtype":1,"shape":[2,2],"data_offsets":[0,16]}}"#,
    #"{"\ud800":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
    #"{"\x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#,
    "{\"a\nb\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}",
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"x":"#
      + String(repeating: "[", count: 100_000) + "}}",
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"x":"#
      + String(repeating: "{\"a\":", count: 50_000) + "}}",
    "{\"" + String(repeating: "x", count: 100_000), "\u{1F}",
  ]

  private static let shapes = [
    "[2,2,]", "[2,-2]", "[-2,-2]", "[2.0,2]", "[2e0,2]", "[02,2]", "[\"2\",2]", "[true,2]",
    "[null]",
    "4", "{}", "[2]", "[2,3]", "[2,2,2]", "[9223372036854775807,2]", "[4294967296,4294967296]",
    "[99999999999999999999]", "[[2,2]]", "[]", "[0]", "[1e400]",
    "[" + String(repeating: "1,", count: 70) + "4]",
  ]

  private static let offsets = [
    "[0]", "[]", "[0,16,16]", "[16,0]", "[0,15]", "[0,17]", "[1,17]", "[-1,15]", "[0,16.0]",
    "[\"0\",16]", "{\"0\":16}", "null", "16", "[9223372036854775800,9223372036854775807]",
    "[0,18446744073709551616]", "[0,9223372036854775808]", "[00,16]", "[0,1e1]", "[true,16]",
  ]
}
