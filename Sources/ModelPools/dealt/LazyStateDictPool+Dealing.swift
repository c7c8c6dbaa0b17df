import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import Tensors

extension LazyStateDictPool {
  /// A model of the pool as all processes see it.
  enum DealtModel {
    /// This process reads it, or gets its values from the one that does.
    case model(any StoredModel)
    /// Nobody can read it.
    case failure(any Error)
  }

  /// What `deal` does.
  func dealModels(_ split: Split) throws {
    world.exchange = nil
    self.split = split == .auto ? .layer : split
    guard world.worldSize > 1, split != .layer else { return }
    let models = allModelNames.compactMap { name in (try? modelPath(name)).map { (name, $0) } }
    let sight = try world.allGather(models.map { Self.isVisible($0.1) ? 1 : 0 })
      .map { $0.map { $0 == 1 } }
    if split == .auto, sight.allSatisfy({ $0.allSatisfy { $0 } }) { return }
    self.split = .model

    let owners = ModelDealing.owners(sight: sight)
    let blocks = ModelBlocks()
    let exchange = BlockExchange(blocks)
    world.exchange = exchange
    // Adapters are applied to the pre-trained model, so that one comes first.
    let first = models.indices.filter { models[$0].0 == "_pretrained_" }
    for numbers in [first, models.indices.filter { !first.contains($0) }] {
      let own = numbers.filter { owners[$0] == world.globalRank }
      let descriptions = try world.agreeing {
        try JSONEncoder().encode(
          own.map { open(models[$0].0, models[$0].1, number: $0, into: blocks) })
      }
      let all = try world.allGather(Array(descriptions))
      try world.agreeing {
        let told = try all.map { try JSONDecoder().decode([ModelDescription].self, from: Data($0)) }
        var next = told.map { $0[...] }
        for number in numbers {
          let (name, path) = models[number]
          guard let owner = owners[number] else {
            dealt[name] = .failure(UnseenModel(name: name, path: path, ranks: world.worldSize))
            continue
          }
          guard let description = next[owner].popFirst() else { continue }
          states[path] = description.state
          if let failure = description.failure {
            dealt[name] = .failure(failure)
          } else if owner != world.globalRank {
            dealt[name] = .model(
              try RemoteModel(description, number: number, owner: owner, exchange: exchange))
          }
        }
      }
    }
  }

  /// Opens a model that this process reads, and describes it or what is wrong with it.
  private func open(
    _ name: String, _ path: String, number: Int, into blocks: ModelBlocks
  ) -> ModelDescription {
    do {
      let model = try openStored(name, path)
      let description = try ModelDescription(model, path: path)
      blocks.add(model, number: number, sideFiles: description.sideFiles)
      dealt[name] = .model(model)
      return description
    } catch {
      return ModelDescription(error)
    }
  }

  /// Whether this process finds something at a path.
  private static func isVisible(_ path: String) -> Bool {
    InputState.describe(path).map { !$0.isEmpty } ?? false
  }
}
