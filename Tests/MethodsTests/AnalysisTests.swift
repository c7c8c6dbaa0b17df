import ConfigTree
import Foundation
import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct AnalysisTests {
  /// A folder that is gone after the test.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func rows(_ file: URL) throws -> [[String]] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("cosines of task vectors are written as FusionBench writes them")
  func cosines() throws {
    try withFolder { folder in
      let method = TaskVectorCosSimilarity(outputPath: folder.path)
      // τ_a = [3, 4, 0], τ_b = [0, 2, 0], τ_c = [0, 0, 0].
      let three = try pool(base: [1, 1, 1], [4, 5, 1], [1, 3, 1], [1, 1, 1])
      #expect(try merged(method, three) == [1, 1, 1])
      let table = try rows(folder.appendingPathComponent("task_vector_cos_similarity.csv"))
      #expect(
        table == [
          ["", "a", "b", "c"], ["a", "1.0", "0.8", "0.0"], ["b", "0.8", "1.0", "0.0"],
          ["c", "0.0", "0.0", "0.0"],
        ])
      let picture = try String(
        contentsOf: folder.appendingPathComponent("task_vector_cos_similarity.svg"),
        encoding: .utf8)
      #expect(picture.hasPrefix("<svg xmlns=") && picture.hasSuffix("</svg>\n"))
      #expect(picture.components(separatedBy: ">0.80</text>").count == 3)
      #expect(XMLNames(picture).isWellFormed)
    }
  }

  @Test("cosines agree with NumPy's on the golden models")
  func golden() throws {
    try withFolder { folder in
      _ = try TaskVectorCosSimilarity(outputPath: folder.path).run(try GoldenModel.pool())
      let table = try rows(folder.appendingPathComponent("task_vector_cos_similarity.csv"))
      let vectors = try (1...3).map { t in
        try ["encoder.fc.weight", "encoder.fc.bias"].flatMap { (name: TensorName) in
          zip(
            try GoldenModel.stateDict(t).tensor(name).doubles(),
            try GoldenModel.stateDict(0).tensor(name).doubles()
          ).map { $0 - $1 }
        }
      }
      for a in 0..<3 {
        for b in 0..<3 {
          func dot(_ x: [Double], _ y: [Double]) -> Double {
            zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
          }
          let expected =
            dot(vectors[a], vectors[b])
            / (dot(vectors[a], vectors[a]) * dot(vectors[b], vectors[b])).squareRoot()
          let found = try #require(Double(table[a + 1][b + 1]))
          #expect(abs(found - expected) < 1e-12)
        }
      }
    }
  }

  /// Models whose task vector's elements are their positions, and ten times that.
  private func numbered() throws -> BaseModelPool {
    func model(_ factor: Double) throws -> InMemoryStateDict {
      try InMemoryStateDict([
        Tensor("a", shape: [3000], values: (0..<3000).map { factor * Double($0) }),
        Tensor("steps", dtype: .int64, shape: [2], values: [7, 7]),
        Tensor("b", shape: [2000], values: (3000..<5000).map { factor * Double($0) }),
      ])
    }
    return try BaseModelPool([
      ("_pretrained_", model(0)), ("x", model(1)), ("y, \"z\"", model(10)),
    ])
  }

  @Test("a sample has so many different elements, the same for all models and any ranks")
  func sample() throws {
    try withFolder { folder in
      var texts: [String] = []
      for ranks in 1...4 {
        let place = folder.appendingPathComponent("\(ranks)")
        let pool = try numbered()
        nonisolated(unsafe) let models = pool
        _ = try ThreadFabric.run(ranks: ranks) { fabric in
          let method = TaskVectorViolinPlot(outputPath: place.path)
          let own = try BaseModelPool(models.namedModels().map { ($0.name, $0.stateDict) })
          try own.addModel("_pretrained_", .model(models.loadPretrainedModel()))
          own.fabric = fabric
          method.fabric = fabric
          _ = try method.run(own)
        }
        for name in ["task_vector_violin.svg", "task_vector_violin_abs.svg"] {
          let picture = try String(
            contentsOf: place.appendingPathComponent(name), encoding: .utf8)
          #expect(XMLNames(picture).isWellFormed)
          #expect(picture.contains("y, &quot;z&quot;"))
        }
        texts.append(
          try String(
            contentsOf: place.appendingPathComponent("task_vector_violin.csv"), encoding: .utf8))
      }
      #expect(Set(texts).count == 1)
      let lines = texts[0].split(separator: "\n")
      #expect(lines[0] == "x,\"y, \"\"z\"\"\"")
      let pairs = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
      #expect(pairs.count == 1000 && Set(pairs.map { $0[0] }).count == 1000)
      #expect(pairs.allSatisfy { $0[1] == 10 * $0[0] && (0..<5000).contains($0[0]) })
      // About a fifth from anywhere: 400 of the last 2000, give or take.
      let late = pairs.count { $0[0] >= 3000 }
      #expect(abs(late - 400) < 5 * 14)
    }
  }

  @Test("without a limit all elements are shown; with one, cosines are those of the sample")
  func limits() throws {
    try withFolder { folder in
      let all = TaskVectorViolinPlot(outputPath: folder.path)
      all.maxPointsPerModel = 0
      _ = try all.run(numbered())
      let table = try rows(folder.appendingPathComponent("task_vector_violin.csv"))
      #expect(table.count == 5001 && table[4000] == ["3999.0", "39990.0"])
      let few = TaskVectorCosSimilarity(outputPath: folder.path)
      few.maxPointsPerModel = 10
      few.plotHeatmap = false
      _ = try few.run(numbered())
      let file = folder.appendingPathComponent("task_vector_cos_similarity.csv")
      let last = try rows(file).last?.last.flatMap { Double($0) }
      #expect(abs(try #require(last) - 1) < 1e-12)
      #expect(
        !FileManager.default.fileExists(
          atPath: folder.appendingPathComponent("task_vector_cos_similarity.svg").path))
    }
  }

  @Test("what cannot be is an error that names it")
  func errors() throws {
    let two = try pool(base: [0], [1], [2])
    #expect(
      message { _ = try TaskVectorCosSimilarity().run(two) }
        == "method.output_path=null: give a folder, or set path.log_dir")
    let method = TaskVectorViolinPlot(outputPath: "/proc/nowhere")
    #expect(
      message { _ = try method.run(two) }?
        .hasPrefix("/proc/nowhere/task_vector_violin.csv: cannot be written: ") == true)
    method.maxPointsPerModel = -1
    #expect(
      message { try method.validate() }
        == "max_points_per_model=-1: must be a number of elements, or null for all")
    method.maxPointsPerModel = nil
    method.figureOptions = ConfigNode(
      .dictionary(["figsize": ConfigNode(.list([ConfigNode(.int(0))]))]))
    #expect(
      message { try method.validate() }
        == "fig_kwargs.figsize=[0.0]: must be width and height in inches, from 1 to 1000")
  }
}

/// Whether a text is well-formed as far as its tags go: every one that opens closes.
private struct XMLNames {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var sound = true
    for part in text.split(separator: "<").dropFirst(0) {
      guard let end = part.firstIndex(of: ">") else {
        sound = false
        break
      }
      let tag = part[..<end]
      let name = tag.split(separator: " ")[0]
      if tag.hasPrefix("/") {
        sound = sound && open.popLast() == tag.dropFirst()
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    isWellFormed = sound && open.isEmpty
  }
}
