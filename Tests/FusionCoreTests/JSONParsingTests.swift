import FusionCore
import Testing

@Suite struct JSONParsingTests {
  private func parsed(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), source: "config.json")
  }

  @Test("documents are read in order and written as they were")
  func roundTrip() throws {
    let text = """
      {
        "z": [
          1,
          -2.5,
          1e-05,
          []
        ],
        "a": {
          "b": null,
          "c": true,
          "d": {}
        },
        "text": "a \\"quote\\", \\u00e4, \\ud83d\\ude00\\n",
        "big": 1e+400
      }

      """
    let value = try parsed(text)
    #expect(value.text(indent: 2) == text.replacing("1e+400", with: "Infinity"))
    #expect(try parsed(value.text(indent: 2)) == value)
  }

  @Test("numbers are integers where they are spelled so")
  func numbers() throws {
    #expect(try parsed("0") == .integer(0))
    #expect(try parsed("-0") == .integer(0))
    #expect(try parsed("1.0") == .number(1))
    #expect(try parsed("12345678901234567890") == .number(1.2345678901234567e19))
    #expect(try parsed("-Infinity") == .number(-.infinity))
    #expect(try parsed("{\"a\": 1, \"a\": 2}") == .object(["a": .integer(2)]))
    #expect(try parsed("\"\\ud83d\"") == .string("\u{FFFD}"))
  }

  @Test(
    "what is no JSON is refused with its place",
    arguments: [
      "", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "tru", "01", "1.", ".5", "+1", "-", "--1", "1 2",
      "\"a",
      "\"\\x\"", "\"\\u12\"", "\"\u{1}\"", "[1 2]", "{\"a\":1,}", "0x10", "1e", "nan",
    ])
  func refused(_ text: String) {
    #expect(throws: JSONParsingError.self) { try parsed(text) }
  }

  @Test("depth and bytes that were chosen to hurt are refused")
  func hostile() {
    #expect(throws: JSONParsingError.self) { try parsed(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONParsingError.self) {
      try JSONValue(parsing: [0x22, 0xFF, 0xFE, 0x22], source: "x")
    }
    #expect {
      try parsed("[1,]")
    } throws: {
      "\($0)" == "config.json: no JSON: no value at byte 3"
    }
  }
}
