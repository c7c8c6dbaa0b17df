import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct LoRAExtractionRunTests {
  @Test(
    "an adapter is written as PEFT writes it, the same by any ranks, and read back as the model")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    try TinyModels.write(to: folder.url, dtype: .float32)
    func run(_ arguments: String..., ranks: Int = 0) throws -> CommandRun {
      try CommandRun(
        arguments
          + (arguments[0].contains("=") ? ["report_save_path=null", "taskpool=dummy"] : []),
        ranks: ranks, in: folder.url)
    }
    let models = "modelpool.models={_pretrained_: base, a: ft1}"
    for (out, ranks) in [("lora", 0), ("lora3", 3)] {
      let made = try run(
        "method=lora_extraction", models, "merged_model_save_path=\(out)", ranks: ranks)
      #expect(made.status == 0, "\(made.errors)")
    }
    #expect(
      try folder.bytes("lora/adapter_model.safetensors")
        == folder.bytes("lora3/adapter_model.safetensors"))
    let files = try FileManager.default.contentsOfDirectory(
      atPath: folder.url.appendingPathComponent("lora").path)
    #expect(
      files.sorted() == ["adapter_config.json", "adapter_model.safetensors", "merge_manifest.json"])
    #expect(try run("verify", "lora").status == 0)

    // All 40 ranks: base and adapter are the model again.
    let back = try run(
      "method=task_arithmetic", "method.scaling_factor=1",
      "modelpool.models={_pretrained_: base, a: lora}", "merged_model_save_path=back")
    #expect(back.status == 0, "\(back.errors)")
    struct Difference: Decodable {
      struct Tensor: Decodable {
        let name: String
        let relative: Double
      }
      let tensors: [Tensor]
    }
    let difference = try run("diff", "back", "ft1", "--json")
    let found = try JSONDecoder().decode(Difference.self, from: Data(difference.output.utf8))
    #expect(found.tensors.count == 7)
    // Integers take no part in an adapter.
    for tensor in found.tensors where tensor.name != "num_batches_tracked" {
      #expect(tensor.relative < 1e-6, "\(tensor.name)")
    }

    let again = try run("method=lora_extraction", models, "merged_model_save_path=lora")
    #expect(again.status == 1 && again.lastErrorLine.contains("overwrite=true"))
    let beside = try run("method=lora_extraction", models, "merged_model_save_path=back")
    #expect(beside.status == 1 || beside.status == 2)
    #expect(!folder.exists("back/adapter_model.safetensors"))
    let file = try run("method=lora_extraction", models, "merged_model_save_path=a.safetensors")
    #expect(file.status != 0 && file.lastErrorLine.contains("folder"))
    #expect(!folder.exists("a.safetensors"))
  }
}
