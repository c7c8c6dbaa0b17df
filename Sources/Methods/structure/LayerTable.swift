import OrderedCollections
import Tensors

/// The tensors of a model sorted into numbered layers, by name: `model.layers.3.mlp.up.weight` is
/// `mlp.up.weight` of layer 3 under the prefix `model.layers.`.
struct LayerTable {
  /// One tensor of a layer.
  struct Member {
    /// Its name after the layer's number, with the dot that separates both; empty for none.
    let suffix: String
    /// Its position in the manifest.
    let position: Int
  }

  /// More layers than any model has: a larger number in a name is taken for a mistake.
  static let limit = 100_000

  /// What stands before a layer's number.
  let prefix: String
  /// For every layer its tensors, in the manifest's order; a layer without parameters has none.
  let layers: [[Member]]
  /// Positions of all other tensors.
  let others: [Int]

  /// Sorts the tensors of `model`.
  ///
  /// - Parameter prefix: what stands before the numbers; nil for the prefix that most tensors have.
  /// - Throws: `StructureError.noLayers`, `.layerNumber`.
  init(_ model: any StateDict, prefix given: String? = nil) throws {
    let prefix =
      given.map { $0.isEmpty || $0.hasSuffix(".") ? $0 : $0 + "." }
      ?? Self.commonPrefix(model.manifest)
    guard let prefix else { throw StructureError.noLayers(in: model.label, prefix: nil) }
    var found: [(index: Int, member: Member)] = []
    var others: [Int] = []
    for (position, tensor) in model.manifest.tensors.enumerated() {
      let name = tensor.name.string
      guard name.hasPrefix(prefix) else {
        others.append(position)
        continue
      }
      let rest = name.dropFirst(prefix.count)
      let number = rest.prefix { $0 != "." }
      if let index = Self.index(String(number)) {
        found.append(
          (index, Member(suffix: String(rest.dropFirst(number.count)), position: position)))
      } else if number.allSatisfy({ $0.isASCII && $0.isNumber }) && !number.isEmpty {
        throw StructureError.layerNumber(tensor.name, in: model.label)
      } else {
        others.append(position)
      }
    }
    guard let last = found.map(\.index).max() else {
      throw StructureError.noLayers(in: model.label, prefix: prefix)
    }
    var layers: [[Member]] = Array(repeating: [], count: last + 1)
    for (index, member) in found { layers[index].append(member) }
    self.prefix = prefix
    self.layers = layers
    self.others = others
  }

  /// The number that a part of a name is, as PyTorch writes it; nil for anything else.
  static func index(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text), "\(number)" == text, number < limit
    else { return nil }
    return number
  }

  /// The prefix of a number that most tensors have, the first of equals.
  private static func commonPrefix(_ manifest: Manifest) -> String? {
    var counts: OrderedDictionary<String, Int> = [:]
    for tensor in manifest.tensors {
      let parts = tensor.name.string.split(separator: ".", omittingEmptySubsequences: false)
      guard let number = parts.firstIndex(where: { index(String($0)) != nil }) else { continue }
      counts[parts[..<number].map { $0 + "." }.joined(), default: 0] += 1
    }
    let most = counts.values.max()
    return counts.first { $0.value == most }?.key
  }
}
