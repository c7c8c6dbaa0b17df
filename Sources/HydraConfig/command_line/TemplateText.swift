/// Texts with `$NAME` and `${NAME}`; `$$` is a dollar sign.
enum TemplateText {
  static func fill(_ template: String, _ values: [String: String]) throws(ConfigError) -> String {
    let scalars = Array(template.unicodeScalars)
    var result = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      guard scalars[index] == "$" else {
        result.append(scalars[index])
        index += 1
        continue
      }
      if index + 1 < scalars.count, scalars[index + 1] == "$" {
        result.append("$")
        index += 2
        continue
      }
      let isBraced = index + 1 < scalars.count && scalars[index + 1] == "{"
      let start = index + (isBraced ? 2 : 1)
      var end = start
      while end < scalars.count, isName(scalars[end], first: end == start) { end += 1 }
      let name = String(String.UnicodeScalarView(scalars[start..<end]))
      let isClosed = !isBraced || (end < scalars.count && scalars[end] == "}")
      guard !name.isEmpty, isClosed, let value = values[name] else {
        throw .helpTemplate(name.isEmpty || !isClosed ? "a lone $" : "$" + name)
      }
      result.append(contentsOf: value.unicodeScalars)
      index = end + (isBraced ? 1 : 0)
    }
    return String(result)
  }

  private static func isName(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    case "0"..."9": !first
    default: false
    }
  }
}
