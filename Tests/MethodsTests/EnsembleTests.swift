import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct EnsembleTests {
  private let outputs: [[Float]] = [[1, -2, 0.5], [3, -4, 0.25], [-1, 8, .nan]]

  private func ensemble(_ method: BaseAlgorithm, models: Int = 3) throws -> Ensemble {
    let result = try method.run(try GoldenModel.pool(models: models))
    guard case .ensemble(let ensemble) = result else { throw AlgorithmError.notImplemented("") }
    #expect(result.model == nil)
    #expect(result.namedModels.map(\.name) == ensemble.members.map(\.name))
    return ensemble
  }

  @Test("a simple ensemble means the models' outputs, without the pre-trained model")
  func simple() throws {
    let ensemble = try ensemble(SimpleEnsembleAlgorithm())
    #expect(ensemble.members.map(\.name) == ["a", "b", "c"])
    let mean = ensemble.combine(outputs)
    #expect(mean[0] == 1 && mean[1] == Float(2.0 / 3) && mean[2].isNaN)
    #expect(
      ensemble.json.text(indent: 0).filter { $0 != "\n" }
        == #"{"combination": "mean","members": ["a","b","c"]}"#)
  }

  @Test("weights are normalised where that is asked for")
  func weighted() throws {
    let method = WeightedEnsembleAlgorithm()
    method.weights = [1, 2, 5]
    #expect(try ensemble(method).combination == .weighted([0.125, 0.25, 0.625]))
    method.normalize = false
    #expect(try ensemble(method).combine(outputs)[0] == 1 + 6 - 5)
    #expect(
      try ensemble(method).json["weights"] == .array([.number(1), .number(2), .number(5)]))
    method.weights = nil
    #expect(try ensemble(method, models: 2).combination == .weighted([0.5, 0.5]))
  }

  @Test("a maximum takes the largest output, and a NaN stays one")
  func maximum() throws {
    let ensemble = try ensemble(MaxModelPredictorAlgorithm())
    #expect(ensemble.combine(Array(outputs.prefix(2))) == [3, -2, 0.5])
    for order in [outputs, outputs.reversed()] {
      let combined = ensemble.combine(order)
      #expect(combined[0] == 3 && combined[1] == 8 && combined[2].isNaN)
    }
  }

  @Test("weights that do not fit are refused, and so is an empty pool")
  func refusals() throws {
    let method = WeightedEnsembleAlgorithm()
    method.weights = [1, 2]
    #expect(
      message { _ = try method.run(GoldenModel.pool()) }?
        .contains("2 value(s), but the model pool has 3 model(s)") == true)
    method.weights = [1, -1]
    #expect(
      message { try method.validate() }?.hasPrefix("weights=[1.0, -1.0]: their sum is 0") == true)
    for method in [
      SimpleEnsembleAlgorithm(), WeightedEnsembleAlgorithm(), MaxModelPredictorAlgorithm(),
    ] as [BaseAlgorithm] {
      #expect(
        message { _ = try method.run(BaseModelPool()) }?.contains("no models") == true)
    }
  }

  @Test("a task pool that knows single models alone says so")
  func unsupported() throws {
    let ensemble = try ensemble(SimpleEnsembleAlgorithm())
    #expect(throws: TaskPoolError.self) { try BaseTaskPool().evaluate(ensemble) }
  }
}
