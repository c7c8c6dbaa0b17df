/// `text` fit for one line of a message: control characters escaped, cut at `limit` scalars.
package func oneLine(_ text: String, limit: Int = 1000) -> String {
  var result = ""
  for (position, scalar) in text.unicodeScalars.enumerated() {
    if position == limit { return result + "…" }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .unassigned:
      result += scalar.escaped(asASCII: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
