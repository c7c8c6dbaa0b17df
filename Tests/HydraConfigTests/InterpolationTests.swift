import ConfigTree
import HydraConfig
import Testing

@Suite struct InterpolationTests {
  private func resolve(_ text: String) throws -> ConfigNode {
    let directory = try ConfigDirectory(["config.yaml": text])
    let composer = directory.composer
    return try composer.compose(configName: "config").resolvedJob()
  }

  /// The value of `r` beside some other values.
  private func value(_ text: String) throws -> ConfigValue? {
    try resolve(
      """
      a: 1
      n: null
      t: true
      f: 1e-5
      miss: ???
      d: {x: 5, y: [1, 'a', {z: '${a}'}], w: '${.x}'}
      key: x
      r: \(text)
      """)["r"]?.value
  }

  private static let values: [(String, ConfigValue)] = [
    ("${a}", ConfigValue.int(1)), ("x${a}y", .string("x1y")), ("${n}", .null),
    ("${t}-${n}-${f}", .string("True-None-1e-05")), ("${d.y}!", .string("[1, 'a', {'z': 1}]!")),
    ("${d.y.1}", .string("a")), ("${d.y[1]}", .string("a")), ("${d[x]}", .int(5)),
    ("${[d].x}", .int(5)), ("${ a }", .int(1)), ("${.a}", .int(1)), ("${d.${key}}", .int(5)),
    ("${d.w}", .int(5)), ("${miss}", .missing), ("a ${miss}", .missing),
    ("\\${a}", .string("${a}")), ("\\\\${a}", .string("\\1")), ("a\\b ${a}", .string("a\\b 1")),
    ("$${a} $a", .string("$1 $a")),
    ("'${oc.env:SET}'", .string("value")), ("'${oc.env:NOPE,5}'", .string("5")),
    ("'${oc.env:NOPE,true}'", .string("True")), ("'${oc.env:NOPE,null}'", .null),
    ("'${oc.env:NOPE,${a}}'", .string("1")), ("'${oc.env:NOPE,\"a, b\"}'", .string("a, b")),
    ("'${oc.env: NOPE , x y }'", .string("x y")), ("'${oc.select:zz,7}'", .int(7)),
    ("'${oc.select:n,7}'", .null), ("'${oc.select:miss,7}'", .int(7)),
    ("'${oc.select:.a,5}'", .int(1)), ("'${oc.select:zz}'", .null),
    ("'${oc.decode:\"1e-3\"}'", .float(0.001)), ("'${oc.decode:\"a b\"}'", .string("a b")),
    ("'${oc.deprecated:a}'", .int(1)), ("'${now:%Y}'", .string("now(%Y)")),
    ("'${hydra:job.config_name}'", .string("config")), ("'${hydra:runtime.nope}'", .null),
    ("'${python_version:major}'", .string("3")),
  ]

  @Test(arguments: values)
  func `interpolations resolve as in OmegaConf`(text: String, expected: ConfigValue) throws {
    #expect(try value(text) == expected)
  }

  @Test func `containers are copied, and their relative interpolations resolve at the source`()
    throws
  {
    let job = try resolve(
      """
      src: {k: 1, r: '${.k}', l: [2, '${..k}']}
      copy: ${src}
      made: '${oc.create:{x: 1, y: [1, "${src.k}"]}}'
      keys: ${oc.dict.keys:src}
      values: ${oc.dict.values:src}
      """)
    #expect(job["copy"]?.node(at: "r")?.value == .int(1))
    #expect(job["copy"] == job["src"])
    #expect(job.node(at: "made.y.1")?.value == .string("1"))
    #expect(job["keys"]?.list?.compactMap(\.string) == ["k", "r", "l"])
    #expect(job.node(at: "values.2.1")?.value == .int(1))
  }

  private static let failures: [(String, String)] = [
    ("a: ${nope}", "InterpolationKeyError: Interpolation key 'nope' not found\n    full_key: a"),
    (
      "a: ${b}\nb: ${a}",
      "InterpolationResolutionError: Recursive interpolation detected\n    full_key: a"
    ),
    (
      "a: {b: '${a}'}",
      "InterpolationResolutionError: Interpolation to parent node detected\n    full_key: a.b"
    ),
    (
      "a: ${nosuch:1}",
      "UnsupportedInterpolationType: Unsupported interpolation type nosuch\n    full_key: a"
    ),
    (
      "a: ${oc.env:X}",
      "InterpolationResolutionError: KeyError raised while resolving interpolation: \"Environment "
        + "variable 'X' not found\"\n    full_key: a"
    ),
    (
      "a: 1\nb: ${a.c}",
      "InterpolationResolutionError: ConfigTypeError raised while resolving interpolation: Error "
        + "trying to access a.c: node `a` is not a container and thus cannot contain `c`\n"
        + "    full_key: b"
    ),
    (
      "a: '${oc.decode:\"[1,2]\"}'",
      "UnsupportedValueType: Value 'list' is not a supported primitive type\n    full_key: a"
    ),
    (
      "a: ${..x}",
      "InterpolationKeyError: ConfigKeyError while resolving interpolation: Error resolving key "
        + "'..x'\n    full_key: a"
    ),
    ("a: ${hydra.job.name}", "InterpolationKeyError: Interpolation key 'hydra.job.name' not found"),
  ]

  @Test(arguments: failures)
  func `interpolations without a value say why, and where`(text: String, message: String) throws {
    let directory = try ConfigDirectory(["config.yaml": text])
    #expect(directory.error() == nil)
    #expect(directory.error(resolves: true)?.hasPrefix(message) == true)
  }

  private static let malformed: [(String, String)] = [
    ("${a[0}", "missing BRACKET_CLOSE at '}'"), ("${a b}", "token recognition error at: ' b'"),
    ("${a[}", "mismatched input '}' expecting {INTER_OPEN, ID, INTER_KEY}"),
    ("${}", "no viable alternative at input '${}'"),
    ("'${oc.env:x,\"a}'", "mismatched input '<EOF>' expecting MATCHING_QUOTE_CLOSE"),
  ]

  @Test(arguments: malformed)
  func `malformed interpolations are refused while composing`(text: String, message: String) throws
  {
    let directory = try ConfigDirectory(["config.yaml": "a: \(text)\n"])
    #expect(directory.error() == message + "\n  in \"DIR/config.yaml\", line 1, column 4")
  }

  @Test func `interpolations that multiply end in an error`() throws {
    var text = "a0: [x, x, x, x, x, x, x, x, x, x]\ns0: xxxxxxxxxx\n"
    for level in 1...12 {
      let lists = Array(repeating: "'${a\(level - 1)}'", count: 10).joined(separator: ", ")
      text += "a\(level): [\(lists)]\n"
    }
    let lists = try ConfigDirectory(["config.yaml": text])
    #expect(lists.error(resolves: true)?.contains("produces too much data") == true)
    var strings = "s0: xxxxxxxxxx\n"
    for level in 1...12 {
      strings += "s\(level): " + String(repeating: "${s\(level - 1)}", count: 10) + "\n"
    }
    let texts = try ConfigDirectory(["config.yaml": strings])
    #expect(texts.error(resolves: true)?.contains("produces too much data") == true)
  }

  @Test func `long chains resolve, endless ones end in an error`() throws {
    let links = (0..<200).map { "a\($0): ${a\($0 + 1)}" }.joined(separator: "\n")
    #expect(try resolve(links + "\na200: end\n")["a0"]?.value == .string("end"))
    let directory = try ConfigDirectory(["config.yaml": links + "\na200: ${a0}\n"])
    #expect(directory.error(resolves: true)?.contains("Recursive interpolation detected") == true)
  }

  @Test func `deeply nested interpolations are refused`() throws {
    let text = String(repeating: "${", count: 100)
    let directory = try ConfigDirectory(["config.yaml": "a: \(text)\n"])
    #expect(directory.error()?.contains("nested at most") == true)
  }
}
