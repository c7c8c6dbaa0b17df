/// The weight matrices of known models.
enum ModelShapes {
  typealias Shape = (m: Int, n: Int)

  /// The vision tower of CLIP ViT-B/32.
  static let vitB32 = vision(width: 768, layers: 12, positions: 50)

  private static func vision(width: Int, layers: Int, positions: Int) -> [Shape] {
    let layer =
      Array(repeating: (m: width, n: width), count: 4)
      + [(m: 4 * width, n: width), (m: width, n: 4 * width)]
    return [(positions, width)] + (0..<layers).flatMap { _ in layer }
  }
}
