import ConfigTree
import Yams

/// Words the parser's errors as users of PyYAML know them.
struct YAMLErrorTranslator {
  let path: String
  let text: String

  func translate(_ error: YamlError) -> ConfigError {
    switch error {
    case .reader(let problem, _, let value, _):
      return .yaml(
        problem: "\(problem) (byte \(value))", position: ConfigOrigin(source: path, line: 1))
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      return .yaml(problem: words(problem, at: mark), position: origin(mark))
    case .composer(let context, let problem, let mark, _):
      let opening = context.map { $0.text + ", " } ?? ""
      return .yaml(problem: opening + words(problem, at: mark), position: origin(mark))
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = duplicates.first ?? ""
      return .yaml(
        problem: "found duplicate key \(key)", position: repetition(of: key, context.mark))
    default:
      return .yaml(problem: "not valid YAML", position: ConfigOrigin(source: path, line: 1))
    }
  }

  private func origin(_ mark: Mark) -> ConfigOrigin {
    ConfigOrigin(source: path, line: mark.line, column: mark.column)
  }

  private func words(_ problem: String, at mark: Mark) -> String {
    switch problem {
    case "mapping values are not allowed in this context": "mapping values are not allowed here"
    case "found character that cannot start any token":
      "found character \(PythonText.literal(character(at: mark))) that cannot start any token"
    case "found undefined alias": "found undefined alias '\(name(at: mark))'"
    default:
      problem.hasPrefix("did not find expected ") ? String(problem.dropFirst(13)) : problem
    }
  }

  private func line(_ number: Int) -> Substring {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.indices.contains(number - 1) ? lines[number - 1] : ""
  }

  private func character(at mark: Mark) -> String {
    line(mark.line).unicodeScalars.dropFirst(mark.column - 1).first.map { String($0) } ?? ""
  }

  private func name(at mark: Mark) -> String {
    let rest = line(mark.line).unicodeScalars.dropFirst(mark.column)
    let name = rest.prefix { !$0.properties.isWhitespace && !",[]{}".unicodeScalars.contains($0) }
    return String(String.UnicodeScalarView(name))
  }

  /// The place where a key stands again, in the same column further down; else the given one.
  private func repetition(of key: String, _ first: Mark) -> ConfigOrigin {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where index + 1 > first.line {
      let start = line.dropFirst(first.column - 1)
      guard line.prefix(first.column - 1).allSatisfy({ $0 == " " }) else { continue }
      for spelling in [key, "'\(key)'", "\"\(key)\""] where start.hasPrefix(spelling) {
        let rest = start.dropFirst(spelling.count).drop { $0 == " " }
        if rest.first == ":" {
          return ConfigOrigin(source: path, line: index + 1, column: first.column)
        }
      }
    }
    return origin(first)
  }
}
