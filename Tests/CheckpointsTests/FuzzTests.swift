import CheckpointFuzzing
import Testing

@Suite struct FuzzTests {
  @Test(
    "Generated inputs are read or refused in one line, never worse",
    arguments: FuzzTarget.allCases)
  func generated(_ target: FuzzTarget) {
    let outcome = Fuzzer(target, seed: 1).run(0..<4000)
    #expect(outcome.failures.isEmpty, "\(outcome.failures.prefix(5))")
    // Both ends of the parser are reached.
    #expect(outcome.refused > 500 && outcome.accepted > 20, "\(outcome)")
  }
}
