import Foundation
import Tensors
import Testing

/// A command line that must fail, with the words that its last line must hold.
struct BadCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let arguments: [String]
  let status: Int32
  let words: [String]
}

@Suite(.serialized, .timeLimit(.minutes(5))) struct ErrorTests {
  static let cases = [
    BadCase(
      testDescription: "a missing checkpoint",
      arguments: ["method=simple_average", "modelpool.models={a: ft1, b: ft9}"],
      status: 1, words: ["ft9"]),
    BadCase(
      testDescription: "a wrong shape",
      arguments: ["method=task_arithmetic", "modelpool.models={_pretrained_: base, a: misshapen}"],
      status: 1, words: ["misshapen", "layers.0.bias", "[41]", "[40]"]),
    BadCase(
      testDescription: "a file that is no checkpoint",
      arguments: ["method=simple_average", "modelpool.models={a: ft1, b: junk.safetensors}"],
      status: 1, words: ["junk.safetensors"]),
    BadCase(
      testDescription: "an unknown method",
      arguments: ["method=ties_mergin", "modelpool.models={a: ft1}"],
      status: 2, words: ["method/ties_mergin"]),
    BadCase(
      testDescription: "an unknown key",
      arguments: ["method=ties_merging", "method.scaling_facto=1", "modelpool.models={a: ft1}"],
      status: 2, words: ["method.scaling_facto"]),
    BadCase(
      testDescription: "an unknown parameter that was added",
      arguments: ["method=ties_merging", "+method.scaling_facto=1", "modelpool.models={a: ft1}"],
      status: 2, words: ["scaling_facto", "did you mean 'scaling_factor'"]),
    BadCase(
      testDescription: "a parameter out of range",
      arguments: [
        "method=ties_merging", "method.threshold=100",
        "modelpool.models={_pretrained_: base, a: ft1}",
      ], status: 2, words: ["threshold", "100"]),
    BadCase(
      testDescription: "no pre-trained model",
      arguments: ["method=task_arithmetic", "modelpool.models={a: ft1, b: ft2}"],
      status: 2, words: ["_pretrained_", "[\"a\", \"b\"]"]),
    BadCase(
      testDescription: "weights of the wrong number",
      arguments: ["method=weighted_average", "modelpool.models={a: ft1, b: ft2, c: ft3}"],
      status: 2, words: ["weights", "2", "3"]),
    BadCase(
      testDescription: "models left out",
      arguments: ["method=simple_average"], status: 2, words: ["modelpool.models"]),
    BadCase(
      testDescription: "an output that is an input",
      arguments: [
        "method=simple_average", "modelpool.models={a: ft1, b: ft2}",
        "merged_model_save_path=ft1", "overwrite=true",
      ], status: 1, words: ["ft1", "'a'"]),
    BadCase(
      testDescription: "an output that exists",
      arguments: [
        "method=simple_average", "modelpool.models={a: ft1, b: ft2}", "merged_model_save_path=ft3",
      ], status: 1, words: ["ft3/model.safetensors", "overwrite=true"]),
    BadCase(
      testDescription: "an unknown flag", arguments: ["--bogus"], status: 2, words: ["--bogus"]),
  ]

  @Test("bad input ends with one line and the contract's status", arguments: cases, [0, 1, 3])
  func badInput(_ bad: BadCase, _ ranks: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    try TinyModels.save(
      [try Tensor("layers.0.bias", shape: [41], values: Array(repeating: 0, count: 41))]
        + Self.otherTensors(), to: folder.url.appendingPathComponent("misshapen"))
    try Data("not a checkpoint at all".utf8).write(
      to: folder.url.appendingPathComponent("junk.safetensors"))
    let before = try folder.bytes("ft1/model.safetensors")
    let target =
      bad.arguments.contains { $0.hasPrefix("merged_model_save_path") }
      ? [] : ["merged_model_save_path=out"]
    let run = try CommandRun(
      bad.arguments + (bad.arguments == ["--bogus"] ? [] : target + ["print_config=false"]),
      ranks: ranks, in: folder.url)
    #expect(run.status == bad.status, "\(run.errors)")
    for word in bad.words { #expect(run.lastErrorLine.contains(word), "\(run.errors)") }
    let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("fusion_bench: error:") }
    #expect(lines.count == 1, "\(run.errors)")
    #expect(!folder.exists("out"))
    #expect(try folder.bytes("ft1/model.safetensors") == before)
  }

  @Test("a rank that is killed while it merges ends the job and leaves nothing", arguments: [0, 1])
  func rankDies(_ victim: Int) throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    // The victim is killed soon after its start, wherever it is by then.
    let script = folder.url.appendingPathComponent("dying.sh")
    try Data(
      """
      #!/bin/sh
      "\(CommandRun.executable.path)" "$@" &
      if [ "$OMPI_COMM_WORLD_RANK" = \(victim) ]; then sleep 0.05; kill -9 $!; fi
      wait $!
      """.utf8
    ).write(to: script)
    let arguments = [
      "method=ties_merging", "modelpool.models={_pretrained_: base, a: ft1, b: ft2}",
      "merged_model_save_path=out", "print_config=false",
    ]
    let run = try CommandRun(arguments, ranks: 3, in: folder.url, program: ["sh", script.path])
    #expect(run.status != 0 && run.status != 124, "\(run.errors)")
    #expect(!folder.exists("out/model.safetensors"))
    let again = try CommandRun(arguments, ranks: 2, in: folder.url)
    #expect(again.status == 0, "\(again.errors)")
    #expect(folder.exists("out/model.safetensors") && folder.exists("out/merge_manifest.json"))
  }

  private static func otherTensors() throws -> [Tensor] {
    [
      try Tensor("embedding.weight", shape: [300, 40], values: Array(repeating: 0, count: 12000)),
      try Tensor("layers.0.weight", shape: [40, 40], values: Array(repeating: 0, count: 1600)),
      try Tensor("conv.weight", shape: [4, 3, 2, 2], values: Array(repeating: 0, count: 48)),
      try Tensor("empty", shape: [0, 5], values: []),
      try Tensor("scale", shape: [], values: [0]),
      try Tensor("num_batches_tracked", dtype: .int64, shape: [], values: [7]),
    ]
  }
}
