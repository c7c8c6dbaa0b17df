extension MalformedInput {
  private static let shard = framed(
    #"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, data: 16)

  private static func index(_ text: String, _ ending: String = "safetensors") -> Case {
    let name = ending == "bin" ? "pytorch_model.bin.index.json" : "model.safetensors.index.json"
    return (
      [
        (name, .bytes(Array(text.utf8))), ("a.safetensors", .bytes(shard)),
        ("b.safetensors", .bytes(shard)), ("sub/c.safetensors", .bytes(shard)),
        ("folder.safetensors", .directory),
      ], ""
    )
  }

  static var indexes: [Case] {
    let names = [
      "../a.safetensors", "/etc/passwd", "/a.safetensors", "./a.safetensors", "sub/c.safetensors",
      "..", ".", "", "a", "a.bin", "a.safetensors/", "a.safetensors\\u0000", "..\\\\a.safetensors",
      "gone.safetensors", "A.safetensors", "folder.safetensors", "a.safetensors ", " a.safetensors",
      "sub/../a.safetensors", "../../../../../../etc/passwd.safetensors", ".safetensors",
      "~/a.safetensors", "$HOME/a.safetensors", "a.safetensors\\n", "file:///a.safetensors",
      "\\u002e\\u002e/a.safetensors", "con\\u0001.safetensors", "*.safetensors",
      String(repeating: "x", count: 300) + ".safetensors", "http://example.org/a.safetensors",
    ]
    var cases = names.map { index(#"{"weight_map":{"w":"\#($0)"}}"#) }
    cases += names.map { index(#"{"weight_map":{"w":"\#($0)"}}"#, "bin") }
    cases += texts.map { index($0) } + texts.prefix(12).map { index($0, "bin") }
    let sound = #"{"metadata":{},"weight_map":{"w":"a.safetensors"}}"#
    cases += stride(from: 0, to: sound.utf8.count, by: 4).map { index(String(sound.prefix($0))) }
    return cases
  }

  private static let texts = [
    "[]", "null", "{}", "\"x\"", "{\"weight_map\":null}", "{\"weight_map\":[]}",
    "{\"weight_map\":{}}", "{\"weight_map\":{\"w\":1}}", "{\"weight_map\":{\"w\":null}}",
    "{\"weight_map\":{\"w\":[\"a.safetensors\"]}}", "{\"weight_map\":\"a.safetensors\"}",
    "{\"weight_map\":{\"w\":\"a.safetensors\"}}}",
    "{\"weight_map\":{\"w\":\"a.safetensors\",\"w\":\"a.safetensors\"}}",
    "{\"weight_map\":{\"w\":\"a.safetensors\"},\"weight_map\":{}}",
    "{\"weight_map\":{\"w\":\"a.safetensors\",\"v\":\"a.safetensors\"}}",
    "{\"weight_map\":{\"v\":\"a.safetensors\"}}",
    "{\"weight_map\":{\"w\":\"a.safetensors\",\"v\":\"b.safetensors\"}}",
    "{\"weight_map\":{\"w\":\"a.safetensors\"},\"x\":" + String(repeating: "[", count: 60_000),
    "{\"weight_map\":{\"w\":\"a.safetensors\"},\"x\":NaN}",
    "{\"weight_map\":{\"w\":\"a.safetensors\"},\"x\":01}", "{'weight_map':{}}",
    "{\"weight_map\":{\"\\ud800\":\"a.safetensors\"}}",
  ]
}
