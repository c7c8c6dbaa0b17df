import CFusionKernels
import Testing

@Suite struct DistanceKernelTests {
  @Test("distances are those of a plain loop, NaN and infinities included")
  func agrees() {
    let count = 1003
    let a = (0..<count).map { i -> Double in
      switch i % 50 {
      case 7: .nan
      case 11: .infinity
      default: Double(i % 13) / 4
      }
    }
    for special in [false, true] {
      var b = a
      for i in stride(from: 0, to: count, by: 3) where a[i].isFinite { b[i] += 0.5 }
      if special { b[5] = .nan }
      var (largest, squares, own) = (0.0, 0.0, 0.0)
      var differing: Int64 = 0
      ck_distance_f64(a, b, count, &largest, &squares, &own, &differing)
      let different = zip(a, b).filter { !($0 == $1 || $0.isNaN && $1.isNaN) }
      #expect(Int(differing) == different.count)
      #expect(special ? largest.isNaN : largest == 0.5)
      #expect(special ? squares.isNaN : squares == 0.25 * Double(different.count))
      #expect(!own.isFinite)
    }
    var (largest, squares, own) = (0.25, 1.0, 2.0)
    var differing: Int64 = 3
    ck_distance_f64([1.0, 2.0], [1.0, 2.0], 2, &largest, &squares, &own, &differing)
    #expect(largest == 0.25 && squares == 1 && own == 7 && differing == 3)
  }
}
