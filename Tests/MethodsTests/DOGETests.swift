import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct DOGETests {
  private static let name: TensorName = "encoder.fc.weight"

  private static func pool(_ rows: Int, _ columns: Int, models: Int = 2) throws -> BaseModelPool {
    try matrixPool(rows, columns, models: models, name: name, wavy)
  }

  @Test("the bytes are the same for 1, 2, 3 and 5 ranks")
  func ranks() throws {
    let alone = try #require(try DOGE_TA_Algorithm().run(try Self.pool(12, 20)).model)
    let expected = try alone.allBytes()
    for ranks in [1, 2, 3, 5] {
      let found = try ThreadFabric.run(ranks: ranks) { fabric in
        let method = DOGE_TA_Algorithm()
        method.fabric = fabric
        return try #require(try method.run(try Self.pool(12, 20)).model).allBytes()
      }
      #expect(found.allSatisfy { $0 == expected }, "\(ranks) ranks")
    }
  }

  @Test(
    "single rows, single columns, small sides and more models than rows have finite results",
    arguments: [(1, 6), (6, 1), (1, 1), (2, 9), (7, 7)])
  func shapes(_ shape: (Int, Int)) throws {
    for (models, subspace) in [(1, 1), (2, 3), (4, 1)] {
      let pool = try Self.pool(shape.0, shape.1, models: models)
      let merged = try #require(
        try DOGE_TA_Algorithm(subspace: subspace, kept: 50, lambda: 0.07).run(pool).model)
      let values = try merged.tensor(Self.name).doubles()
      #expect(values.allSatisfy { $0.isFinite })
      let base = try pool.loadPretrainedModel().tensor(Self.name).doubles()
      #expect(values != base)
    }
  }

  @Test("other tensors, and a matrix that no model changed, stay as pre-trained")
  func untouched() throws {
    let pool = try Self.pool(4, 6)
    let base = try pool.loadPretrainedModel()
    let merged = try #require(try DOGE_TA_Algorithm().run(pool).model)
    #expect(try merged.tensor("b").doubles() == base.tensor("b").doubles())
    let same = try matrixPool(4, 6, name: Self.name) { wavy(0, $1, $2) }
    let unchanged = try #require(try DOGE_TA_Algorithm().run(same).model)
    #expect(try unchanged.tensor(Self.name).doubles() == base.tensor(Self.name).doubles())
  }

  @Test("a model that changed nothing leaves what the others give finite")
  func zeroTaskVector() throws {
    let pool = try matrixPool(4, 6, name: Self.name) { wavy($0 == 2 ? 0 : $0, $1, $2) }
    let merged = try #require(try DOGE_TA_Algorithm().run(pool).model)
    #expect(try merged.tensor(Self.name).doubles().allSatisfy { $0.isFinite })
  }

  @Test(
    "NaN and infinity are errors that name tensor and model", arguments: [Double.nan, .infinity])
  func nonFinite(_ value: Double) throws {
    let pool = try matrixPool(4, 6, name: Self.name) {
      $0 == 2 && $1 == 1 && $2 == 3 ? value : wavy($0, $1, $2)
    }
    let text = message { _ = try DOGE_TA_Algorithm().run(pool).model?.tensor(Self.name) }
    #expect(text?.contains("encoder.fc.weight") == true && text?.contains("'b'") == true)
  }

  @Test("parameters that cannot work, and models without an encoder, are errors that name them")
  func badParameters() throws {
    for kept in [-1, 1, 100, 200, Double.nan] {
      let method = DOGE_TA_Algorithm(subspace: 6, kept: kept, lambda: 0.07)
      #expect(message { try method.validate() }?.contains("K") == true)
    }
    let method = DOGE_TA_Algorithm(subspace: 0, kept: 30, lambda: 0.07)
    #expect(message { try method.validate() }?.contains("subspace") == true)
    let text = message { _ = try DOGE_TA_Algorithm().run(try matrixPool(4, 4, wavy)) }
    #expect(text?.contains("'encoder'") == true)
  }
}
