import ConfigFuzzing
import Foundation
import HydraConfig
import Testing

/// Random and hostile inputs must end in a value or in an error, never in a trap, and soon.
@Suite struct FuzzTests {
  @Test func `random inputs end in a value or in an error`() throws {
    var fuzzer = try ConfigFuzzer(seed: 7)
    fuzzer.secondLimit = 20
    let tally = try fuzzer.run(0..<6000)
    #expect(tally.accepted > 1000)
    #expect(tally.refused > 1000)
  }

  private static let openings = [
    "[", "{a: ", "- ", "? ", "&a [", "[{a: ", "!!map {a: ", "\"", "|\n ", "a:\n ", "<<: [",
  ]

  @Test(arguments: openings)
  func `deep files end on a small stack`(opening: String) throws {
    let directory = try ConfigDirectory([
      "config.yaml": "a: " + String(repeating: opening, count: 10_000),
      "block.yaml": "a:\n  " + String(repeating: opening, count: 10_000) + "\n",
    ])
    let path = directory.path
    let messages = Self.onSmallStack {
      ["config", "block"].map { Self.message(path, config: $0) }
    }
    #expect(messages.allSatisfy { $0 != "" })
  }

  private static let deepValues = [
    "[", "{a:", "[{a:", "int(", "sort([", "choice(", "${", "${a:", "${oc.select:", "'", "\\", "a.",
    "${.", "tag(a,", "[a,", "{a:[",
  ]

  @Test(arguments: deepValues)
  func `deep overrides end on a small stack`(opening: String) throws {
    let directory = try ConfigDirectory(["config.yaml": "a: 1\n"])
    let path = directory.path
    let text = String(repeating: opening, count: 10_000)
    let messages = Self.onSmallStack {
      [text, "'\(text)'"].map { Self.message(path, config: "config", ["a=" + $0]) }
    }
    #expect(messages.allSatisfy { $0 != "" })
  }

  @Test func `deep keys end on a small stack`() throws {
    let directory = try ConfigDirectory(["config.yaml": "a: 1\n"])
    let path = directory.path
    let key = String(repeating: "a.", count: 10_000) + "b"
    let messages = Self.onSmallStack {
      ["", "+", "++", "~"].map { Self.message(path, config: "config", ["\($0)\(key)=1"]) }
    }
    #expect(messages.allSatisfy { $0?.isEmpty == false })
  }

  @Test func `chains and circles of interpolations end`() throws {
    let chain = (0..<5000).map { "a\($0): ${a\($0 + 1)}\n" }.joined() + "a5000: 1\n"
    let bomb = (0..<40).map { "a\($0): ${a\($0 + 1)}${a\($0 + 1)}\n" }.joined() + "a40: xx\n"
    let tree = (0..<40).map { "a\($0): {l: ${a\($0 + 1)}, r: ${a\($0 + 1)}}\n" }.joined()
    let directory = try ConfigDirectory([
      "chain.yaml": chain, "bomb.yaml": bomb, "tree.yaml": tree + "a40: 1\n",
      "circle.yaml": "a: ${b}\nb: x${c}\nc: {d: ${a}}\n",
    ])
    let path = directory.path
    let messages = Self.onSmallStack {
      ["chain", "bomb", "tree", "circle"].map { Self.message(path, config: $0, resolves: true) }
    }
    #expect(messages.allSatisfy { $0?.isEmpty == false })
  }

  private static func message(
    _ path: String, config: String, _ overrides: [String] = [], resolves: Bool = false
  ) -> String? {
    do {
      let composition = try ConfigComposer(searchPath: [path]).compose(
        configName: config, overrides: overrides)
      if resolves { _ = try composition.resolvedJob().yaml() }
      _ = composition.job.yaml()
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Runs on a thread with 512 KiB of stack, as much as a thread of a pool has.
  private static func onSmallStack(_ body: @escaping @Sendable () -> [String?]) -> [String?] {
    final class Box: @unchecked Sendable { var value: [String?] = [""] }
    let box = Box()
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      box.value = body()
      done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
    return box.value
  }
}
