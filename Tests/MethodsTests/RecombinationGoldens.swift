import Foundation
import FusionCore
import Tensors

/// Tests/Goldens/recombination.json.
struct RecombinationGoldens: Decodable {
  struct Words: Decodable {
    let seed: Int
    let words: [UInt32]
  }

  struct Shuffles: Decodable {
    let seed: Int
    let lists: [[Int]]
  }

  /// Models that hold 1000 m + k in tensor k of model m, and the values of the new models.
  struct Case: Decodable {
    let seed: Int
    let models: Int
    let keys: [String]
    let values: [[Int]]

    /// The models, their tensors in PyTorch's order or by name.
    func inputs(sorted isSorted: Bool = false) throws -> [any StateDict] {
      try (0..<models).map { model in
        let tensors = try keys.enumerated().map { key, name in
          try Tensor(TensorName(name), shape: [1], values: [Double(1000 * model + key)])
        }
        return try InMemoryStateDict(
          isSorted ? tensors.sorted { $0.info.name < $1.info.name } : tensors)
      }
    }

    /// What the new models hold, in the order of `keys`.
    func values(of models: [any StateDict]) throws -> [[Int]] {
      try models.map { model in
        try keys.map { Int(try model.tensor(TensorName($0)).doubles()[0]) }
      }
    }
  }

  let words: [Words]
  let shuffles: [Shuffles]
  let module_list: [Case]
  let module_dict: [Case]
  let state_dict: [Case]
  let clip: [Case]
  let llama: [Case]

  static func load() throws -> RecombinationGoldens {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Goldens/recombination.json")
    return try JSONDecoder().decode(Self.self, from: try Data(contentsOf: file))
  }
}
