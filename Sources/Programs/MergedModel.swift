import ModelPools
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
  var saved: SavedModel?
  /// Its job's position in the batch.
  var job = 0

  init(name: String?, path: String?, model: any StateDict, saved: SavedModel? = nil) {
    self.name = name
    self.path = path
    self.model = model
    self.saved = saved
  }
}
