import ConfigTree

/// A text with interpolations, taken apart.
struct InterpolatedText {
  enum Piece {
    /// Text with its escapes already removed.
    case literal(String)
    case interpolation(Interpolation)
  }

  var pieces: [Piece]

  /// The interpolation, where the text is nothing else.
  var single: Interpolation? {
    guard pieces.count == 1, case .interpolation(let only) = pieces[0] else { return nil }
    return only
  }
}

/// One `${…}`.
indirect enum Interpolation {
  /// One segment of the path of a node.
  enum PathToken {
    /// A dot, a bracket or a plain key.
    case text(String)
    /// A key that another interpolation yields, with its source text.
    case nested(Interpolation, source: String)
  }

  /// `${a.b[c].${d}}`.
  case node([PathToken])
  /// `${name:arguments}`; the name's parts are joined by dots.
  case resolver(name: [PathToken], arguments: [InterpolationElement])
}

/// An argument of a resolver.
indirect enum InterpolationElement {
  case constant(ConfigValue)
  /// Unquoted or quoted text that contains interpolations.
  case text(InterpolatedText)
  /// An interpolation alone keeps its type.
  case interpolation(Interpolation)
  case list([InterpolationElement])
  case dictionary([(key: ConfigKey?, value: InterpolationElement)])
}
