import FusionCore
import OrderedCollections

extension JSONValue {
  /// The object with a member set, at its place or at the end; anything else is left as it is.
  func setting(_ key: String, _ value: JSONValue) -> JSONValue {
    guard case .object(var members) = self else { return self }
    members[key] = value
    return .object(members)
  }

  /// The integer that a member is.
  func integer(_ key: String) -> Int? {
    if case .integer(let value)? = self[key] { value } else { nil }
  }

  /// A transformer's configuration with other layers: their number, and a kind per layer where it
  /// lists them.
  ///
  /// - Parameters:
  ///   - layers: for every new layer the old one, and the configuration of the model that it was of.
  ///   - count: number of old layers. A part of the configuration that names another number, such as
  ///     a text model beside the vision model, is left as it is.
  func with(layers: [(number: Int, configuration: JSONValue?)], of count: Int) -> JSONValue {
    guard case .object(let members) = self else { return self }
    var changed = members
    for key in ["num_hidden_layers", "n_layer", "n_layers", "num_layers"]
    where members[key] == .integer(count) {
      changed[key] = .integer(layers.count)
    }
    if changed != members {
      for (key, value) in members where key.hasSuffix("layer_types") {
        guard case .array(let kinds) = value, kinds.count == count else { continue }
        let new = layers.compactMap { layer -> JSONValue? in
          guard case .array(let kinds)? = layer.configuration?[key],
            kinds.indices.contains(layer.number)
          else { return nil }
          return kinds[layer.number]
        }
        // Where a model does not tell the kinds of its layers, those of the new model are unknown.
        changed[key] = new.count == layers.count ? .array(new) : nil
      }
      return .object(changed)
    }
    for key in ["vision_config", "text_config"] {
      guard let part = members[key] else { continue }
      let new = part.with(
        layers: layers.map { ($0.number, $0.configuration?[key]) }, of: count)
      if new != part { return setting(key, new) }
    }
    return self
  }
}
