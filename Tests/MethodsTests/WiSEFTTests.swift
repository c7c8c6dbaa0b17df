import FusionCore
import FusionTestSupport
import Methods
import Tensors
import Testing

@Suite struct WiSEFTTests {
  @Test(
    "alpha gives the pre-trained model, the mean, and what lies between", arguments: [0, 0.25, 1])
  func interpolates(_ alpha: Double) throws {
    let method = WiSEFTAlgorithm()
    method.alpha = alpha
    let merged = try goldenColumns(of: try #require(try method.run(GoldenModel.pool()).model))
    let base = try goldenColumns(of: try GoldenModel.stateDict(0))
    let average = try SimpleAverageAlgorithm().run(GoldenModel.pool())
    let mean = try goldenColumns(of: try #require(average.model))
    for i in 0..<6 { #expect(abs(merged[i] - (base[i] + alpha * (mean[i] - base[i]))) < 1e-12) }
  }

  @Test("alpha outside 0...1 is refused")
  func refusesAlpha() throws {
    let method = WiSEFTAlgorithm()
    method.alpha = 1.5
    #expect(throws: ParameterError.self) { try method.validate() }
  }
}
