/// A small generator of random numbers, so that a failing input can be made again.
struct FuzzGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// The generator of one input of a run.
  init(seed: UInt64, index: Int) {
    state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(truncatingIfNeeded: index)
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

// MARK: - Texts

extension FuzzGenerator {
  /// A number below a bound above zero.
  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// One of several texts.
  mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &self) ?? "" }

  /// A row of pieces.
  mutating func row(of pieces: [String], upTo count: Int) -> String {
    (0..<below(count + 1)).map { _ in pick(pieces) }.joined()
  }

  /// A text that began as one of a corpus and was changed a few times.
  mutating func mutation(of corpus: [String], pieces: [String]) -> String {
    var text = Array(pick(corpus).unicodeScalars)
    for _ in 0...below(4) { mutate(&text, corpus: corpus, pieces: pieces) }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text)
    return String(view)
  }

  private mutating func mutate(
    _ text: inout [Unicode.Scalar], corpus: [String], pieces: [String]
  ) {
    let place = below(text.count + 1)
    let end = place + below(min(8, text.count - place) + 1)
    switch below(16) {
    case 0...5: text.insert(contentsOf: pick(pieces).unicodeScalars, at: place)
    case 6...8: text.removeSubrange(place..<end)
    case 9...10: text.replaceSubrange(place..<end, with: pick(pieces).unicodeScalars)
    case 11: text.insert(contentsOf: text[place..<end], at: place)
    case 12: text.removeSubrange(place...)
    case 13:
      let other = Array(pick(corpus).unicodeScalars)
      text.replaceSubrange(place..., with: other[below(other.count + 1)...])
    case 14: text.insert(Unicode.Scalar(UInt8(below(128))), at: place)
    default:
      // Deep or long now and then.
      let count = below(20) == 0 ? 10_000 : below(60)
      let piece = pick(pieces)
      text.insert(contentsOf: String(repeating: piece, count: count).unicodeScalars, at: place)
    }
  }
}
