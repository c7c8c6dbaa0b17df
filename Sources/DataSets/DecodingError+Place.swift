extension DecodingError {
  /// The dotted key at which decoding failed, nil for the whole file, and what is wrong there.
  package var place: (key: String?, problem: String) {
    let context: Context? =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default:
        nil
      }
    guard let context, !context.codingPath.isEmpty else { return (nil, "it is not a JSON object") }
    let key = context.codingPath.map(\.stringValue).joined(separator: ".")
    return (key, "cannot be used: \(context.debugDescription)")
  }
}
