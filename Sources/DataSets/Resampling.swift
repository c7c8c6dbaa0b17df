/// The filters for resizing, with the numbers that Pillow and `preprocessor_config.json` give them.
public enum Resampling: Int, Sendable, CaseIterable {
  case bilinear = 2
  case bicubic = 3

  /// How far the filter reaches, in pixels of the larger of both pictures.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The filter's value at distance `x`.
  func weight(_ x: Double) -> Double {
    let x = abs(x)
    switch self {
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}
