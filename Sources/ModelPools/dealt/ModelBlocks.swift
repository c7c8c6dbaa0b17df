import Checkpoints
import FusionCore
import Synchronization
import Tensors

/// The models that this process reads for all: what it hands out.
final class ModelBlocks: BlockSource {
  private let models = Mutex<[Int: Held]>([:])

  private struct Held {
    let model: any StoredModel
    let sideFiles: [StoredFile]
  }

  /// Hands out the model with this number from now on.
  func add(_ model: any StoredModel, number: Int, sideFiles: [StoredFile]) {
    models.withLock { $0[number] = Held(model: model, sideFiles: sideFiles) }
  }

  /// The part of a model that stands for a file beside its weights, in bytes; tensors are parts from
  /// 0 on.
  static func part(ofSideFile position: Int) -> Int { -1 - position }

  /// Reads elements of a tensor, or of a factor of its adapter, which are the parts after the tensors,
  /// or bytes of a file beside the weights.
  func read(_ block: Block, into destination: UnsafeMutableRawBufferPointer) throws {
    guard let held = models.withLock({ $0[block.object] }) else { throw ExchangeError.closed }
    let tensors = held.model.manifest.tensors.count
    if block.part >= tensors, let adapter = (held.model as? any AdaptedStateDict)?.adapter {
      try adapter.factors.read(
        Slice(tensor: block.part - tensors, elements: block.elements), into: destination)
    } else if block.part >= 0 {
      try held.model.read(Slice(tensor: block.part, elements: block.elements), into: destination)
    } else {
      try SideFiles.read(
        held.sideFiles[-1 - block.part], at: block.elements.lowerBound, into: destination)
    }
  }
}
