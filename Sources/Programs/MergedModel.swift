import Checkpoints
import FusionCore
import Tensors

/// A merged model on its way to the disk and to the task pool.
final class MergedModel {
  /// Its name, where a method returned several.
  let name: String?
  /// Where it is to be written.
  let path: String?
  /// The model: lazy at first, a copy where one was made for evaluating it.
  var model: any StateDict
  /// Where it was written.
  var savedPath: String?
  /// Its norm, where one was asked for.
  var norm: Double?
  /// Its job's position in the batch.
  var job = 0
  /// The rank that evaluates it.
  var evaluator = 0

  init(
    name: String?, path: String?, model: any StateDict, savedPath: String? = nil,
    norm: Double? = nil
  ) {
    self.name = name
    self.path = path
    self.model = model
    self.savedPath = savedPath
    self.norm = norm
  }

  /// Lets go of values in memory, which are not read any more.
  func release() {
    model = HandedOverModel(manifest: model.manifest, label: model.label, owner: evaluator)
  }

  /// What was saved, or else the model.
  ///
  /// - Throws: what opening throws.
  func stored() throws -> any StateDict { try savedPath.map { try Checkpoint.open($0) } ?? model }

  /// What is evaluated: what was saved, or else the model, with its norm where it is known.
  ///
  /// - Throws: what opening throws.
  func evaluable() throws -> any StateDict {
    let model = try stored()
    return norm.map { MeasuredStateDict(model, norm: $0) } ?? model
  }
}
