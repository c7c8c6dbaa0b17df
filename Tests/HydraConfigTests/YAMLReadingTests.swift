import Foundation
import ConfigTree
import HydraConfig
import Testing

@Suite struct YAMLReadingTests {
  /// The value of `a` in a file.
  private func value(_ text: String) throws -> ConfigValue? {
    let directory = try ConfigDirectory(["config.yaml": "a: \(text)\n"])
    return try directory.composer.compose(configName: "config").job["a"]?.value
  }

  private static let scalars: [(String, ConfigValue)] = [
    ("1e3", ConfigValue.float(1000)), ("1e-3", .float(0.001)), ("01e3", .float(1000)),
    (".5e3", .string(".5e3")), (".5e+3", .float(500)), ("5.", .float(5)),
    ("1_000.5", .float(1000.5)), ("1:30.5", .float(90.5)), ("-.inf", .float(-.infinity)),
    ("1_000", .int(1000)), ("010", .int(8)), ("0x1F", .int(31)), ("0b11", .int(3)),
    ("1:30", .int(90)), ("10:20:30", .int(37230)), ("1__0", .int(10)), ("08", .string("08")),
    ("0o10", .string("0o10")), ("-5", .int(-5)),
    ("123456789012345678901234567890", .bigInteger("123456789012345678901234567890")),
    ("yes", .bool(true)), ("Off", .bool(false)), ("y", .string("y")), ("~", .null), ("", .null),
    ("None", .string("None")), ("2024-01-01", .string("2024-01-01")), ("inf", .string("inf")),
    ("???", .missing), ("${b}", .interpolation("${b}")), ("'1'", .string("1")),
    ("!!str 5", .string("5")), ("!!int '7'", .int(7)), ("!!float 3", .float(3)),
  ]

  @Test(arguments: scalars)
  func `scalars have the types that OmegaConf gives them`(text: String, expected: ConfigValue)
    throws
  {
    #expect(try value(text) == expected)
  }

  @Test func `a number that is none stays none`() throws {
    guard case .float(let number)? = try value(".nan") else {
      Issue.record("not a float")
      return
    }
    #expect(number.isNaN)
  }

  @Test func `anchors are copied and merge keys keep the first mapping's values`() throws {
    let directory = try ConfigDirectory([
      "config.yaml": """
      base: &b {x: 1, y: [1, 2]}
      copy:
        <<: *b
        z: 3
      multi:
        <<: [*b, {x: 9, w: 1}]
      again: *b
      """
    ])
    let job = try directory.composer.compose(configName: "config").job
    #expect(job.node(at: "copy.y.1")?.value == .int(2))
    #expect(job.node(at: "multi.x")?.value == .int(1))
    #expect(job.node(at: "multi.w")?.value == .int(1))
    #expect(job["again"] == job["base"])
  }

  @Test func `keys keep their types, and numbers equal to truth values are the same key`() throws {
    let directory = try ConfigDirectory(["config.yaml": "{1: a, 1.5: b, true: c, '2': d}\n"])
    #expect(try directory.job() == "1: c\n1.5: b\n'2': d\n")
  }

  @Test func `every value knows the file, line and column that set it`() throws {
    let directory = try ConfigDirectory(["config.yaml": "a: 1\nb:\n  c: [x, y]\n"])
    let composition = try directory.composer.compose(configName: "config", overrides: ["a=2"])
    let item = composition.job.node(at: "b.c.1")
    #expect(
      item?.origin == ConfigOrigin(source: directory.path + "/config.yaml", line: 3, column: 10))
    #expect(composition.job["a"]?.origin?.source == "command line")
  }

  private static let malformed: [(String, String)] = [
    ("a: 1\nb: 2\na: 3\n", "found duplicate key a\n  in \"DIR/config.yaml\", line 3, column 1"),
    (
      "a: b: c\n", "mapping values are not allowed here\n  in \"DIR/config.yaml\", line 1, column 5"
    ),
    (
      "a:\tb\n",
      "found character '\\t' that cannot start any token\n  in \"DIR/config.yaml\", line 1, column 3"
    ),
    (
      "a: @x\n",
      "found character '@' that cannot start any token\n  in \"DIR/config.yaml\", line 1, column 4"
    ),
    ("a: *x\n", "found undefined alias 'x'\n  in \"DIR/config.yaml\", line 1, column 4"),
    ("~: 1\n", "Incompatible key type 'NoneType'\n  in \"DIR/config.yaml\", line 1, column 1"),
    ("? [a]\n: 1\n", "found unhashable key\n  in \"DIR/config.yaml\", line 1, column 3"),
    (
      "a: !foo 1\n",
      "could not determine a constructor for the tag '!foo'\n"
        + "  in \"DIR/config.yaml\", line 1, column 4"
    ),
    (
      "a: 1\n---\nb: 2\n",
      "expected a single document in the stream, but found another document\n"
        + "  in \"DIR/config.yaml\", line 2, column 1"
    ),
    ("- a\n", "primary config 'config' must be a DictConfig, got ListConfig"),
    (
      "a: ${b\n",
      "no viable alternative at input '${b'\n  in \"DIR/config.yaml\", line 1, column 4"
    ),
  ]

  @Test(arguments: malformed)
  func `files that are wrong are refused with file, line and column`(text: String, message: String)
    throws
  {
    let directory = try ConfigDirectory(["config.yaml": text])
    #expect(directory.error() == message)
  }

  @Test func `tabs inside quotes, comments and block texts are fine`() throws {
    let directory = try ConfigDirectory([
      "config.yaml": "a: \"x\ty\" # c\td\nb: |\n  l\tm\nc: 'p\tq'\n"
    ])
    let job = try directory.composer.compose(configName: "config").job
    #expect(job["a"]?.value == .string("x\ty"))
    #expect(job["b"]?.value == .string("l\tm\n"))
    #expect(job["c"]?.value == .string("p\tq"))
  }

  @Test func `asterisks within keys and texts are no aliases`() throws {
    let text = String(repeating: "*x", count: 30) + " 5"
    let spaced = String(repeating: " *x", count: 30)
    let directory = try ConfigDirectory([
      "config.yaml": "k:\(text): 1\nv\(spaced): 2\n",
      "bomb.yaml": "x: &x 1\n" + (0..<30).map { "k\($0): {*x : 1}\n" }.joined(),
    ])
    #expect(try directory.job() == "k:\(text): 1\nv\(spaced): 2\n")
    let message = try #require(directory.error(config: "bomb"))
    #expect(message.hasPrefix("an alias may not be part of a mapping key"))
  }

  @Test func `alias bombs end in an error at once`() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let directory = try ConfigDirectory(["config.yaml": text, "keys.yaml": text + "? *a9\n: 1\n"])
    #expect(directory.error()?.hasPrefix("more than 10000 values") == true)
    #expect(
      directory.error(config: "keys") == "an alias may not be part of a mapping key\n  in "
        + "\"DIR/keys.yaml\"")
  }

  @Test(arguments: ["[", "{a: ", "- "])
  func `ten thousand levels of nesting end in an error`(opening: String) throws {
    let text = "a:\n  " + String(repeating: opening, count: 10_000) + "\n"
    let directory = try ConfigDirectory(["config.yaml": text])
    #expect(directory.error()?.hasPrefix("more than 32 nesting levels") == true)
  }

  @Test func `nesting by indentation ends in an error`() throws {
    let lines = (0..<900).map { String(repeating: " ", count: $0) + "a:" }
    let directory = try ConfigDirectory(["config.yaml": lines.joined(separator: "\n")])
    #expect(directory.error()?.hasPrefix("more than 32 nesting levels") == true)
  }

  @Test func `a file that is too large or no text is refused`() throws {
    let directory = try ConfigDirectory([
      "config.yaml": "a: " + String(repeating: "x", count: 1 << 20)
    ])
    #expect(directory.error()?.hasPrefix("more than 1048576 bytes") == true)
  }

  @Test func `a pipe, a device and a directory in the place of a file are refused at once`() throws
  {
    let directory = try ConfigDirectory(["config.yaml": "", "folder.yaml/a.yaml": ""])
    #expect(mkfifo(directory.path + "/pipe.yaml", 0o600) == 0)
    #expect(symlink("/dev/zero", directory.path + "/device.yaml") == 0)
    for config in ["pipe", "device"] {
      #expect(
        directory.error(config: config)
          == "cannot read 'DIR/\(config).yaml': it is not a regular file")
    }
    #expect(directory.error(config: "folder")?.hasPrefix("Cannot find primary config") == true)
  }
}
