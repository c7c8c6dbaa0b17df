import FusionCore
import Tensors

/// What a method cannot do with the layers of a model.
public enum StructureError: Error, Equatable, ExitStatusProviding {
  case noLayers(in: String, prefix: String?)
  case layerNumber(TensorName, in: String)
  case notInAList(TensorName, in: String, remedy: String)
  case layerCounts(Int, in: String, Int, reference: String)
  case noModule(TensorName, in: String, reference: String)
  case noSuchLayer(key: String, Int, count: Int, in: String)
  case modelCount(method: String, wanted: Int, models: [String])
  case noPlace(TensorName, in: String, architecture: String)
  case noTensor(TensorName, in: String, architecture: String)
  case shape(TensorName, expected: [Int], found: [Int], in: String)

  /// 2: the configuration names the models and the layers.
  public var exitStatus: Int32 { 2 }
}
