/// Shell patterns: `*`, `?`, `[abc]`, `[!a-z]`.
enum FileNamePattern {
  static func matches(_ name: String, _ pattern: String) -> Bool {
    let pieces = parse(Array(pattern.unicodeScalars))
    let text = Array(name.unicodeScalars)
    // The usual two-pointer walk: on a mismatch, let the last star take one more character.
    var piece = 0
    var position = 0
    var star: (piece: Int, position: Int)?
    while position < text.count {
      if piece < pieces.count, case .anyRun = pieces[piece] {
        star = (piece, position)
        piece += 1
      } else if piece < pieces.count, pieces[piece].accepts(text[position]) {
        piece += 1
        position += 1
      } else if let last = star {
        star = (last.piece, last.position + 1)
        piece = last.piece + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pieces[piece...].allSatisfy { if case .anyRun = $0 { true } else { false } }
  }

  private enum Piece {
    case anyRun
    case any
    case literal(Unicode.Scalar)
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    func accepts(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .anyRun, .any: true
      case .literal(let own): own == scalar
      case .set(let ranges, let isNegated):
        ranges.contains { $0.contains(scalar) } != isNegated
      }
    }
  }

  private static func parse(_ pattern: [Unicode.Scalar]) -> [Piece] {
    var result: [Piece] = []
    var index = 0
    while index < pattern.count {
      switch pattern[index] {
      case "*": result.append(.anyRun)
      case "?": result.append(.any)
      case "[":
        if let (piece, end) = set(pattern, from: index) {
          result.append(piece)
          index = end
        } else {
          result.append(.literal("["))
        }
      default: result.append(.literal(pattern[index]))
      }
      index += 1
    }
    return result
  }

  private static func set(_ pattern: [Unicode.Scalar], from start: Int) -> (Piece, Int)? {
    var index = start + 1
    let isNegated = index < pattern.count && pattern[index] == "!"
    if isNegated { index += 1 }
    let first = index
    var end = first
    if end < pattern.count, pattern[end] == "]" { end += 1 }
    while end < pattern.count, pattern[end] != "]" { end += 1 }
    guard end < pattern.count else { return nil }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while index < end {
      if index + 2 < end, pattern[index + 1] == "-" {
        if pattern[index] <= pattern[index + 2] {
          ranges.append(pattern[index]...pattern[index + 2])
        }
        index += 3
      } else {
        ranges.append(pattern[index]...pattern[index])
        index += 1
      }
    }
    return (.set(ranges, isNegated: isNegated), end)
  }
}
