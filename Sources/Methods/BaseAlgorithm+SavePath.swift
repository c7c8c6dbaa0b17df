import FusionCore

extension BaseAlgorithm {
  /// Says that a method's own save path is not written, where one is given: the program saves.
  func noteUnused(savePath: String?, key: String = "model_save_path") {
    guard let savePath, world.isGlobalZero else { return }
    Log.line(
      "method.\(key)=\(savePath) is not written: set merged_model_save_path to save the model")
  }
}
