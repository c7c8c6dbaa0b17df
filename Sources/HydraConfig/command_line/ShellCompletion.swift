import ConfigTree

/// Completion of overrides in a shell: groups, their options, keys and values.
public struct ShellCompletion: Sendable {
  /// The shells that are served.
  public enum Shell: String, Sendable, CaseIterable {
    case bash, zsh
  }

  private let composer: ConfigComposer
  private let configName: String?

  /// - Parameters:
  ///   - composer: Knows the search path.
  ///   - configName: The primary configuration where the command line names none.
  public init(composer: ConfigComposer, configName: String?) {
    self.composer = composer
    self.configName = configName
  }

  /// What could stand in place of the last word of a command line.
  ///
  /// - Parameter line: The arguments without the program's name. A blank at the end starts a new word.
  public func candidates(_ line: String) -> [String] {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let parsed = try? HydraCommandLine.parse(words) else { return [] }
    var overrides = parsed.overrides
    let startsWord = line.last?.isWhitespace ?? true
    let word = startsWord ? "" : overrides.popLast() ?? ""
    var result = groupMatches(word)
    if result == nil || !(word.contains("=")) {
      let composition = try? composer.compose(
        configName: parsed.configName ?? configName, overrides: overrides,
        mode: parsed.isMultirun ? .multirun : .run)
      result = (result ?? []) + (composition.map { Self.matches(in: $0.root, word) } ?? [])
    }
    return Set(result ?? []).sorted(by: String.precedesByScalars)
  }
}

// MARK: - Groups

extension ShellCompletion {
  /// The groups or options that a word may become; `nil` if it is about a value of something else.
  private func groupMatches(_ word: String) -> [String]? {
    let repository = ConfigRepository(sources: composer.sources, limits: composer.limits)
    let sign = word.hasPrefix("+") || word.hasPrefix("~") ? String(word.prefix(1)) : ""
    let body = String(word.dropFirst(sign.count))
    if let equal = body.lastIndex(of: "=") {
      let group = String(body[..<equal])
      let options = repository.options(of: group)
      guard !group.isEmpty, !options.isEmpty else { return nil }
      return options.map { "\(group)=\($0)" }.filter { $0.hasPrefix(body) }.map { sign + $0 }
    }
    let parent = body.lastIndex(of: "/").map { String(body[..<$0]) } ?? ""
    return repository.groups(in: parent).map { parent.isEmpty ? $0 : "\(parent)/\($0)" }
      .filter { $0.hasPrefix(body) }
      .map { sign + $0 + ending($0, isDeletion: sign == "~", repository) }
  }

  private func ending(
    _ group: String, isDeletion: Bool, _ repository: ConfigRepository
  ) -> String {
    switch (repository.options(of: group).isEmpty, repository.groups(in: group).isEmpty) {
    case (false, true): isDeletion ? "" : "="
    case (true, false): "/"
    default: ""
    }
  }
}

// MARK: - Keys

extension ShellCompletion {
  private static func matches(in root: ConfigNode, _ word: String) -> [String] {
    if word.hasSuffix(".") || word.hasSuffix("=") {
      guard let node = root.node(at: String(word.dropLast())), !node.isNull else { return [] }
      switch node.value {
      case .list, .dictionary: return keys(of: node, startingWith: "").map { word + $0 }
      case .missing: return [word]
      case .bool(let flag): return ["\(word)\(flag)"]
      default: return [word + node.pythonText]
      }
    }
    guard let dot = word.lastIndex(of: ".") else { return keys(of: root, startingWith: word) }
    let base = String(word[..<dot])
    guard let node = root.node(at: base) else { return [] }
    return keys(of: node, startingWith: String(word[word.index(after: dot)...]))
      .map { "\(base).\($0)" }
  }

  /// The keys of a container, with a dot where more follows, else with an equals sign.
  private static func keys(of node: ConfigNode, startingWith prefix: String) -> [String] {
    let children: [(String, ConfigNode)] =
      switch node.value {
      case .dictionary(let entries): entries.map { ($0.key.description, $0.value) }
      case .list(let items): items.enumerated().map { (String($0.offset), $0.element) }
      default: []
      }
    return children.filter { $0.0.hasPrefix(prefix) }
      .map { $0.0 + ($0.1.value.isContainer ? "." : "=") }
  }
}

// MARK: - Scripts

extension ShellCompletion {
  /// What `--shell-completion install=SHELL` prints, for the shell to evaluate.
  public static func installScript(_ shell: Shell, program: String) -> String {
    let opening = shell == .zsh ? "autoload -U +X bashcompinit && bashcompinit\n" : ""
    return opening + """
      _\(function(program))() {
        local choices
        choices="$(COMP_LINE="${COMP_LINE:0:$COMP_POINT}" \(program) -sc query=bash 2>/dev/null)"
        COMPREPLY=($(compgen -o nospace -o default -W "$choices" -- "${COMP_WORDS[COMP_CWORD]}"))
      }
      COMP_WORDBREAKS=${COMP_WORDBREAKS//=}
      complete -o nospace -o default -F _\(function(program)) \(program)

      """
  }

  /// What `--shell-completion uninstall=SHELL` prints.
  public static func uninstallScript(program: String) -> String {
    "complete -r \(program)\nunset -f _\(function(program))\n"
  }

  private static func function(_ program: String) -> String {
    String(program.map { $0.isLetter || $0.isNumber ? $0 : "_" }) + "_complete"
  }
}
