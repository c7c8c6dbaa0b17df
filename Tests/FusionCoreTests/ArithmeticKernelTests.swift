import FusionTestSupport
import Tensors
import Testing

@testable import FusionCore

@Suite struct ArithmeticKernelTests {
  static let lengths = [1, 2, 15, 16, 17, 511, 512, 513, 4095, 4096]

  /// Values of very different sizes, with the awkward ones in front.
  private func values(_ count: Int, seed: UInt64) -> [Double] {
    var random = SampleNumbers(seed: seed)
    let awkward: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 1e-45, 3e38, -3e38]
    return (0..<count).map { index in
      if count > 100, index < awkward.count { return awkward[(index + Int(seed)) % awkward.count] }
      let exponent = Int(random.next() % 40) - 20
      let mantissa = Double(Int64(bitPattern: random.next())) * 0x1p-63
      return Double(sign: .plus, exponent: exponent, significand: mantissa)
    }
  }

  @Test("float32 task vectors are single differences", arguments: lengths)
  func delta32(_ count: Int) throws {
    let (x, base) = (values(count, seed: 1), values(count, seed: 2))
    let fixture = try BlockFixture(models: [x], base: base)
    let expected = zip(x, base).map { Double(Float($0) - Float($1)) }
    #expect(fixture.model(0).bits == expected.bits)
  }

  @Test("float64 task vectors are differences", arguments: lengths)
  func delta64(_ count: Int) throws {
    let (x, base) = (values(count, seed: 3), values(count, seed: 4))
    let fixture = try BlockFixture(models: [x], base: base, dtype: .float64)
    #expect(fixture.model(0).bits == zip(x, base).map { $0 - $1 }.bits)
  }

  @Test(
    "task vectors of halves are rounded to the halves' precision",
    arguments: FloatFormat.all.filter { [.bfloat16, .float16].contains($0.dtype) }, lengths)
  func deltaOfHalves(_ format: FloatFormat, _ count: Int) throws {
    func stored(_ value: Double) -> Double { format.nearest(to: value).map(format.value) ?? .nan }
    var (x, base) = (values(count, seed: 5), values(count, seed: 6))
    if count > 100 {
      // Differences that are ties of the format, and that overflow it.
      (x[10], base[10]) = (1, -0x1p-11)
      (x[11], base[11]) = (1 + 0x1p-7, -0x1p-8)
      (x[12], base[12]) = (65504, -65504)
      (x[13], base[13]) = (0x1p-24, 0x1p-25)
      (x[14], base[14]) = (-0x1.fep127, 0x1.fep127)
    }
    let fixture = try BlockFixture(models: [x], base: base, dtype: format.dtype)
    let expected = zip(x, base).map { x, base in
      stored(Double(Float(stored(x)) - Float(stored(base))))
    }
    #expect(fixture.model(0).bits == expected.bits)
  }

  @Test("joint task vectors of halves keep the precision of the joint type")
  func deltaInWiderPrecision() throws {
    let fixture = try BlockFixture(
      models: [[1]], base: [-0x1p-12], dtype: .float16, precision: .float32)
    #expect(fixture.model(0) == [1 + 0x1p-12])
  }

  @Test(
    "sums accumulate in float64 in the order of the models", arguments: lengths,
    [DType.float32, .float64])
  func sums(_ count: Int, _ dtype: DType) throws {
    let models = (0..<5).map { values(count, seed: UInt64($0) + 10) }
    let base = values(count, seed: 20)
    let fixture = try BlockFixture(models: models, dtype: dtype)
    let single = dtype == .float32
    func stored(_ value: Double) -> Double { single ? Double(Float(value)) : value }

    for model in fixture.block.models { fixture.block.sum.add(model) }
    var expected = [Double](repeating: 0, count: count)
    for model in models { for i in 0..<count { expected[i] += stored(model[i]) } }
    #expect(fixture.sum.bits == expected.bits)

    fixture.block.sum.add(fixture.block.models[1], weight: -0.3)
    for i in 0..<count { expected[i] += -0.3 * stored(models[1][i]) }
    #expect(fixture.sum.bits == expected.bits)

    fixture.block.sum.divide(by: 3)
    for i in 0..<count { expected[i] /= 3 }
    #expect(fixture.sum.bits == expected.bits)

    let other = try BlockFixture(models: [base], dtype: dtype)
    fixture.block.sum.scale(by: 0.3, onto: other.block.models[0])
    for i in 0..<count { expected[i] = stored(base[i]) + 0.3 * expected[i] }
    #expect(fixture.sum.bits == expected.bits)
  }

  @Test("a block starts from zero each time")
  func begins() throws {
    let fixture = try BlockFixture(models: [[1, 2, 3]])
    fixture.block.sum.add(fixture.block.models[0])
    #expect(fixture.sum == [1, 2, 3])
    fixture.block.begin(Slice(tensor: 0, elements: 5..<7))
    #expect(fixture.block.slice == Slice(tensor: 0, elements: 5..<7))
    #expect(fixture.sum == [0, 0])
  }
}
