import HydraConfig
import Testing

/// Random inputs must end in a value or in an error, never in a trap.
@Suite struct FuzzTests {
  /// A small generator, so that failures repeat.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private func text(_ pieces: [String], using generator: inout Generator) -> String {
    (0..<Int.random(in: 0...12, using: &generator)).map { _ in
      pieces.randomElement(using: &generator) ?? ""
    }.joined()
  }

  @Test func `random overrides are parsed or refused`() throws {
    let pieces = [
      "a", "b.c", "=", "+", "~", "@", "/", ":", ",", "[", "]", "{", "}", "(", ")", "'", "\"", "\\",
      " ", "\t", "$", "${", "}", "1", "0", "-", ".", "e5", "_", "null", "true", "inf", "int(",
      "range(", "choice(", "sort(", "tag(", "glob(", "é", "🙂", "\u{0}", "#", "9999999999999999999",
    ]
    var generator = Generator(state: 7)
    var accepted = 0
    for _ in 0..<20_000 {
      let input = text(pieces, using: &generator)
      guard
        let override = try? Override.parse(Bool.random(using: &generator) ? "k=" + input : input)
      else { continue }
      accepted += 1
      let expander = SweepExpander { _ in ["x"] }
      _ = try? expander.jobs([override])
    }
    #expect(accepted > 1000)
  }

  @Test func `random files are composed and resolved or refused`() throws {
    let pieces = [
      "a", "b", ": ", ":", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "'", "\"", "|", ">", "&x ",
      "*x", "<<", "!!int ", "!", "? ", "#", "%", "@", "${", "${a}", "${.b}", "${oc.env:", "}", "\\",
      "???", "~", "1", "0x", "1:2", "1e5", "\t", "é", "---\n", "defaults:\n", "- b\n", "hydra: ",
    ]
    var generator = Generator(state: 11)
    for _ in 0..<300 {
      var files: [String: String] = [:]
      for name in ["config.yaml", "a.yaml", "b.yaml"] {
        files[name] = text(pieces, using: &generator) + text(pieces, using: &generator)
      }
      let directory = try ConfigDirectory(files)
      for config in ["config", "a", "b"] { _ = directory.error(config: config, resolves: true) }
    }
  }
}
