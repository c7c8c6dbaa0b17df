import Foundation

/// sin((1 - t)θ)/sin θ and sin(tθ)/sin θ, the weights of two vectors on the arc between them.
///
/// Source: Shoemake, "Animating rotation with quaternion curves", 1985,
/// https://doi.org/10.1145/325334.325242.
///
/// - Parameters:
///   - cosine: cos θ; what rounding puts beyond -1 or 1 counts as those.
///   - isStraight: whether cos θ and sin θ call for the straight line, with weights 1 - t and t. It
///     is taken too where |cos θ| is 1.
/// - Returns: the weights of the first and of the second vector; NaN where the cosine is.
func arcWeights(
  cosine: Double, t: Double, isStraight: (_ cosine: Double, _ sine: Double) -> Bool
) -> (Double, Double) {
  guard !cosine.isNaN else { return (.nan, .nan) }
  let angle = acos(min(max(cosine, -1), 1))
  let sine = sin(angle)
  if abs(cosine) >= 1 || isStraight(cosine, sine) { return (1 - t, t) }
  return (sin(angle - t * angle) / sine, sin(t * angle) / sine)
}
