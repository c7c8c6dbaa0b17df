/// Reads and checks the members of `adapter_config.json`.
struct AdapterConfigReader {
  let tree: JSONTree
  let path: String

  /// Members that change what the adapter means and are not applied here, unless null, false, or
  /// empty.
  private static let refused = [
    "use_dora", "use_qalora", "use_bdlora", "alora_invocation_tokens", "arrow_config",
    "layer_replication", "megatron_config", "target_parameters", "trainable_token_indices",
    "kasa_config", "velora_config", "monteclora_config", "lora_ga_config",
  ]
  /// Initialisations that change the base's weights too.
  private static let refusedInitialisations = ["pissa", "olora", "corda", "loftq", "lora_ga"]

  /// Refuses everything that is not W + s·B·A.
  func refuseOthers() throws {
    let type = try string("peft_type")
    guard let type else { throw AdapterError.missing(path: path, key: "peft_type") }
    guard type == "LORA" else { throw AdapterError.kind(path: path, type: type) }
    for key in Self.refused where tree[key].map({ !Self.isNothing($0) }) ?? false {
      throw AdapterError.unsupported(path: path, feature: key)
    }
    if case .string(let name)? = tree["init_lora_weights"],
      Self.refusedInitialisations.contains(where: name.lowercased().hasPrefix)
    {
      throw AdapterError.changesBase(path: path, initialisation: name)
    }
  }

  private static func isNothing(_ value: JSONTree) -> Bool {
    switch value {
    case .null, .bool(false): true
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  func string(_ key: String) throws -> String? {
    guard let value = tree[key] else { return nil }
    guard case .string(let text) = value else { throw wrong(key, "a string") }
    return text
  }

  func bool(_ key: String) throws -> Bool {
    guard let value = tree[key] else { return false }
    guard case .bool(let flag) = value else { throw wrong(key, "true or false") }
    return flag
  }

  func number(_ key: String) throws -> Double {
    guard let value = tree[key] else { throw AdapterError.missing(path: path, key: key) }
    guard case .number(let number) = value, number.isFinite else { throw wrong(key, "a number") }
    return number
  }

  func positive(_ key: String) throws -> Double {
    let number = try number(key)
    guard number >= 1, number == number.rounded() else { throw wrong(key, "a positive integer") }
    return number
  }

  /// A list of names, or one name.
  func strings(_ key: String) throws -> [String] {
    switch tree[key] {
    case nil: return []
    case .string(let text)?: return [text]
    case .array(let items)?:
      return try items.map {
        guard case .string(let text) = $0 else { throw wrong(key, "a list of strings") }
        return text
      }
    default: throw wrong(key, "a list of strings")
    }
  }

  func pattern(_ key: String) throws -> AdapterPattern {
    guard let value = tree[key] else { return AdapterPattern(entries: []) }
    guard case .object(let members) = value else { throw wrong(key, "names with numbers") }
    guard members.count <= AdapterPattern.limit else {
      throw wrong(key, "at most \(AdapterPattern.limit) names with numbers")
    }
    return AdapterPattern(
      entries: try members.map { name, value in
        guard case .number(let number) = value, number.isFinite,
          key != "rank_pattern" || number >= 1
        else { throw wrong("\(key).\(name)", "a number") }
        guard AdapterPattern.isPlain(name) else {
          throw AdapterError.pattern(path: path, key: key, pattern: name)
        }
        return (name, number)
      })
  }

  private func wrong(_ key: String, _ expected: String) -> AdapterError {
    .wrongType(path: path, key: key, expected: expected)
  }
}
