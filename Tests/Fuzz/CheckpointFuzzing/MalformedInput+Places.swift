extension MalformedInput {
  /// 8-bit weights whose scales do not fit.
  static var scales: [Case] {
    let shapes = ["[2,2]", "[3]", "[6,8,1]", "[0]", "[8]", "[6,2]", "[2,8]", "[1,1,6]"]
    let counts = [4, 3, 48, 0, 8, 12, 16, 6]
    var cases: [Case] = []
    for (shape, count) in Swift.zip(shapes, counts) {
      for suffix in ["_scale", "_scale_inv"] {
        let header =
          #"{"w":{"dtype":"F8_E4M3","shape":[6,8],"data_offsets":[0,48]},"#
          + #""w\#(suffix)":{"dtype":"F32","shape":\#(shape),"data_offsets":[48,\#(48 + 4 * count)]}}"#
        cases.append(file("model.safetensors", framed(header, data: 48 + 4 * count)))
      }
    }
    let sound = framed(
      #"{"w":{"dtype":"F8_E5M2","shape":[2,2],"data_offsets":[0,4]},"#
        + #""w_scale":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}"#, data: 8)
    for config in [
      "", "[]", "{", #"{"a":1,"a":1}"#, #"{"quantization_config":{"weight_block_size":[0,1]}}"#,
      #"{"quantization_config":{"weight_block_size":[-128,128]}}"#,
      #"{"quantization_config":{"weight_block_size":"128"}}"#,
      #"{"quantization_config":{"weight_block_size":[1e30,128]}}"#,
      #"{"quantization_config":{"weight_block_size":[128]}}"#,
    ] {
      cases.append(
        (
          [("model.safetensors", .bytes(sound)), ("config.json", .bytes(Array(config.utf8)))], ""
        ))
    }
    return cases
  }

  /// Names that lead to something that is no file of weights.
  static var places: [Case] {
    let names = [
      "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
      "pytorch_model.bin.index.json",
    ]
    var cases: [Case] = []
    for name in names {
      for content in [
        Content.pipe, .directory, .link("/dev/zero"), .link("/dev/null"), .link("gone"),
        .link(name), .link("/dev/tty"),
      ] {
        cases.append(([(name, content)], ""))
        cases.append(([(name, content)], name))
      }
    }
    let config = Content.bytes(Array(#"{"peft_type":"LORA","r":1,"lora_alpha":1}"#.utf8))
    for content in [Content.pipe, .directory, .link("/dev/zero"), .link("gone")] {
      cases.append(([("adapter_config.json", content), ("adapter_model.bin", .directory)], ""))
      cases.append(([("adapter_config.json", config), ("adapter_model.safetensors", content)], ""))
    }
    cases += [
      ([("x", .directory)], ""), ([("x", .directory)], "x"), ([("x", .directory)], "gone"),
      file("m.txt", "x"), file("m.gguf", "GGUF"), file("m.onnx", "x"),
      file("m.safetensors.tmp", "x"),
      file("m.npz", "PK"), file("adapter_config.json", "{}"), file("README.md", "x"),
    ]
    return cases
  }
}
