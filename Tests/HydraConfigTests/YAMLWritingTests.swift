import ConfigTree
import Foundation
import Testing

@Suite struct YAMLWritingTests {
  private func yaml(_ text: String) -> String {
    ConfigNode(.dictionary(["a": ConfigNode(.string(text))])).yaml()
  }

  private static let texts: [(String, String)] = [
    ("1", "a: '1'\n"), ("1.5", "a: '1.5'\n"), ("true", "a: 'true'\n"), ("y", "a: 'y'\n"),
    ("null", "a: 'null'\n"), ("", "a: ''\n"), ("~", "a: '~'\n"), ("inf", "a: 'inf'\n"),
    ("2024-01-01", "a: '2024-01-01'\n"), ("=", "a: '='\n"), ("a: b", "a: 'a: b'\n"),
    ("a #b", "a: 'a #b'\n"), ("- x", "a: '- x'\n"), ("-x", "a: -x\n"), ("it's", "a: it's\n"),
    ("'q'", "a: '''q'''\n"), ("a\\b", "a: a\\b\n"), ("a\tb", "a: \"a\\tb\"\n"),
    ("line1\nline2", "a: 'line1\n\n  line2'\n"), ("é中", "a: é中\n"), (" lead", "a: ' lead'\n"),
    ("\u{7}", "a: \"\\a\"\n"), ("${b}", "a: ${b}\n"), ("1e5", "a: '1e5'\n"),
    ("😀", "a: 😀\n"),
  ]

  @Test(arguments: texts)
  func `texts are quoted where they would read back as something else`(text: String, yaml: String) {
    #expect(self.yaml(text) == yaml)
  }

  @Test func `long texts are folded at blanks beyond column 80`() {
    let words = Array(repeating: "word", count: 30).joined(separator: " ")
    let expected =
      "a: " + Array(repeating: "word", count: 16).joined(separator: " ") + "\n  "
      + Array(repeating: "word", count: 14).joined(separator: " ") + "\n"
    #expect(yaml(words) == expected)
  }

  private static let floats: [(Double, String)] = [
    (1e-5, "1.0e-05"), (0.0001, "0.0001"), (1e16, "1.0e+16"), (1.5e300, "1.5e+300"),
    (123456789.0, "123456789.0"), (-0.0, "-0.0"), (.infinity, ".inf"), (0.1, "0.1"),
    (18014398509481984, "1.8014398509481984e+16"), (.leastNonzeroMagnitude, "5.0e-324"),
    (100, "100.0"),
  ]

  @Test(arguments: floats)
  func `floats are written by their shortest digits`(number: Double, text: String) {
    #expect(ConfigNode(.float(number)).yaml() == text + "\n")
  }

  @Test func `lists stand at the indentation of their key`() {
    let inner = ConfigNode(.list([ConfigNode(.int(1)), ConfigNode(.list([]))]))
    let node = ConfigNode(
      .dictionary([
        "l": ConfigNode(.list([inner, ConfigNode(.dictionary(["k": inner]))])),
        "e": ConfigNode(.dictionary([:])), "m": ConfigNode(.missing), "o": ConfigNode(.null),
      ]))
    #expect(
      node.yaml() == """
        l:
        - - 1
          - []
        - k:
          - 1
          - []
        e: {}
        m: ???
        o: null

        """)
  }

  @Test func `trees survive JSON with values, order and origins`() throws {
    let origin = ConfigOrigin(source: "f.yaml", line: 3, column: 7)
    let node = ConfigNode(
      .dictionary([
        "z": ConfigNode(.float(.infinity), origin: origin), .int(1): ConfigNode(.bigInteger("9")),
        .bool(true): ConfigNode(.interpolation("${z}")), .float(0.1): ConfigNode(.string("${z}")),
        "a": ConfigNode(
          .list([ConfigNode(.null), ConfigNode(.missing), ConfigNode(.bool(false))])),
        "i": ConfigNode(.int(.max)),
      ]), origin: origin)
    let data = try JSONEncoder().encode(node)
    let copy = try JSONDecoder().decode(ConfigNode.self, from: data)
    #expect(copy == node)
    #expect(copy.origin == origin)
    #expect(copy["z"]?.origin == origin)
    #expect(copy["a"]?.origin == nil)
    #expect(copy.dictionary.map { Array($0.keys) } == node.dictionary.map { Array($0.keys) })
  }

  @Test func `decoding refuses keys that do not match their values`() {
    let broken = #"{"v":["dictionary",[{"string":{"_0":"a"}},{"string":{"_0":"a"}}],[]]}"#
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ConfigNode.self, from: Data(broken.utf8))
    }
  }

  @Test func `setting a key by subscript adds, replaces and removes`() {
    var node = ConfigNode.emptyDictionary
    node["a"] = ConfigNode(.int(1))
    node["b"] = ConfigNode(.int(2))
    node["a"] = nil
    #expect(node.yaml() == "b: 2\n")
    #expect(node.node(at: "b.c") == nil)
    #expect(node.node(at: "")?["b"]?.value == .int(2))
  }
}
