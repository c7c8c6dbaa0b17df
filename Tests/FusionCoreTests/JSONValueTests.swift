import FusionCore
import Testing

@Suite struct JSONValueTests {
  // Python's repr of the same numbers.
  static let reprs: [(Double, String)] = [
    (0.1, "0.1"), (1.0, "1.0"), (-1.0, "-1.0"),
    (0.0, "0.0"), (-0.0, "-0.0"), (1e-05, "1e-05"),
    (0.0001, "0.0001"), (0.00012345, "0.00012345"), (1e+16, "1e+16"),
    (1000000000000000.0, "1000000000000000.0"), (1.2345678901234568e+17, "1.2345678901234568e+17"),
    (9007199254740992.0, "9007199254740992.0"),
    (9007199254740994.0, "9007199254740994.0"), (9999999999999998.0, "9999999999999998.0"),
    (.leastNonzeroMagnitude, "5e-324"),
    (1.7976931348623157e+308, "1.7976931348623157e+308"), (2.5e-07, "2.5e-07"), (100.0, "100.0"),
    (0.3333333333333333, "0.3333333333333333"), (1e+22, "1e+22"), (1e+100, "1e+100"),
    (123456.789, "123456.789"),
  ]

  @Test("numbers are written as Python writes them")
  func numbers() {
    for (value, text) in Self.reprs {
      #expect(JSONValue.number(value).text() == text + "\n")
    }
  }

  @Test("a document is laid out and escaped as Python's json.dump with indent=4 does")
  func layout() {
    let document = JSONValue.object([
      "a": .array([.integer(1), .number(2.5), .object(["b": .null])]), "empty": .object([:]),
      "list": .array([]), "text": .string("q\"\\\n\r\t\u{8}\u{C}\u{1}\u{7F}é😀/"), "t": .bool(true),
      "f": .bool(false), "nan": .number(.nan),
      "inf": .array([.number(.infinity), .number(-.infinity)]), "ключ": .integer(-3),
    ])
    #expect(
      document.text()
        == #"""
        {
            "a": [
                1,
                2.5,
                {
                    "b": null
                }
            ],
            "empty": {},
            "list": [],
            "text": "q\"\\\n\r\t\b\f\u0001\u007f\u00e9\ud83d\ude00/",
            "t": true,
            "f": false,
            "nan": NaN,
            "inf": [
                Infinity,
                -Infinity
            ],
            "\u043a\u043b\u044e\u0447": -3
        }

        """#)
    #expect(
      JSONValue.array([.integer(1), .array([.integer(2)])]).text(indent: 2)
        == "[\n  1,\n  [\n    2\n  ]\n]\n")
  }

  @Test("members are found by key, and keep their order")
  func members() {
    let object = JSONValue.object(["z": .integer(1), "a": .integer(2)])
    #expect(object["a"] == .integer(2) && object["b"] == nil)
    #expect(JSONValue.array([])["a"] == nil)
    #expect(object.text(indent: 0) == "{\n\"z\": 1,\n\"a\": 2\n}\n")
  }
}
