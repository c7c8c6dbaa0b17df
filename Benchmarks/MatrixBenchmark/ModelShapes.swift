/// The weight matrices of known models.
enum ModelShapes {
  typealias Shape = (m: Int, n: Int)

  /// The vision tower of CLIP ViT-B/32.
  static let vitB32 = vision(width: 768, layers: 12, positions: 50)
  /// The vision tower of CLIP ViT-L/14.
  static let vitL14 = vision(width: 1024, layers: 24, positions: 257)

  /// Llama 2 70B: grouped attention with 8 key and value heads.
  static let llama70B: [Shape] = {
    let layer: [Shape] = [
      (8192, 8192), (1024, 8192), (1024, 8192), (8192, 8192),
      (28672, 8192), (28672, 8192), (8192, 28672),
    ]
    return [(32000, 8192)] + (0..<80).flatMap { _ in layer } + [(32000, 8192)]
  }()

  private static func vision(width: Int, layers: Int, positions: Int) -> [Shape] {
    let layer =
      Array(repeating: (m: width, n: width), count: 4)
      + [(m: 4 * width, n: width), (m: width, n: 4 * width)]
    return [(positions, width)] + (0..<layers).flatMap { _ in layer }
  }
}
