import OrderedCollections

/// The coded form is made of small arrays, so that key order, the difference between a string and an
/// interpolation, and non-finite numbers survive JSON.
extension ConfigNode: Codable {
  private enum CodingKeys: String, CodingKey {
    case value = "v"
    case origin = "o"
  }

  /// Reads a node that ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    value = try container.decode(ConfigValue.self, forKey: .value)
    origin = try container.decodeIfPresent(ConfigOrigin.self, forKey: .origin)
  }

  /// Writes value and origin.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encodeIfPresent(origin, forKey: .origin)
  }
}

extension ConfigValue: Codable {
  private enum Kind: String, Codable {
    case null, missing, bool, int, bigInteger, float, string, interpolation, list, dictionary
  }

  /// Reads a value that ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    switch try container.decode(Kind.self) {
    case .null: self = .null
    case .missing: self = .missing
    case .bool: self = .bool(try container.decode(Bool.self))
    case .int: self = .int(try container.decode(Int.self))
    case .bigInteger: self = .bigInteger(try container.decode(String.self))
    case .float:
      self = .float(Double(bitPattern: try container.decode(UInt64.self)))
    case .string: self = .string(try container.decode(String.self))
    case .interpolation: self = .interpolation(try container.decode(String.self))
    case .list: self = .list(try container.decode([ConfigNode].self))
    case .dictionary:
      let keys = try container.decode([ConfigKey].self)
      let values = try container.decode([ConfigNode].self)
      guard keys.count == values.count, Set(keys).count == keys.count else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "keys do not match values"))
      }
      self = .dictionary(OrderedDictionary(uniqueKeys: keys, values: values))
    }
  }

  /// Writes the kind of the value, then the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    switch self {
    case .null: try container.encode(Kind.null)
    case .missing: try container.encode(Kind.missing)
    case .bool(let flag):
      try container.encode(Kind.bool)
      try container.encode(flag)
    case .int(let number):
      try container.encode(Kind.int)
      try container.encode(number)
    case .bigInteger(let digits):
      try container.encode(Kind.bigInteger)
      try container.encode(digits)
    case .float(let number):
      try container.encode(Kind.float)
      try container.encode(number.bitPattern)
    case .string(let text):
      try container.encode(Kind.string)
      try container.encode(text)
    case .interpolation(let text):
      try container.encode(Kind.interpolation)
      try container.encode(text)
    case .list(let items):
      try container.encode(Kind.list)
      try container.encode(items)
    case .dictionary(let entries):
      try container.encode(Kind.dictionary)
      try container.encode(Array(entries.keys))
      try container.encode(Array(entries.values))
    }
  }
}
