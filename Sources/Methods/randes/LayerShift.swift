import FusionCore
import Tensors

/// Moves the layers of every model by another amount, so that unlike layers are added up.
///
/// Target tensors whose names differ in nothing but the number of the layer make a group. Of a model,
/// the tensors of a group change places: by so many places around, or shuffled.
struct LayerShift: Sendable {
  /// For every model: the place where a tensor goes, and the tensor that comes to a place.
  private let moves: [(places: [Int: Int], tensors: [Int: Int])]

  /// Moves nothing.
  static let none = LayerShift(moves: [])

  private init(moves: [(places: [Int: Int], tensors: [Int: Int])]) { self.moves = moves }

  /// Finds the places.
  ///
  /// - Parameters:
  ///   - shift: how many places a model's tensors move further than those of the model before it;
  ///     -1 shuffles them.
  ///   - targets: positions of the tensors that may move, in the order of the modules.
  ///   - seed: of the first model's shuffles; each other model's is one more.
  /// - Throws: `ParameterError` where tensors of a group have different shapes.
  init(_ shift: Int, of manifest: Manifest, targets: [Int], models: Int, seed: Int) throws {
    let groups = Self.groups(targets, of: manifest)
    for group in groups {
      guard let first = group.first.map({ manifest.tensors[$0.tensor] }),
        let other = group.map({ manifest.tensors[$0.tensor] }).first(where: {
          $0.shape != first.shape
        })
      else { continue }
      throw ParameterError.invalid(
        key: "method.shift_layers", value: "\(shift)",
        requirement: "'\(first.name)' \(first.shape) and '\(other.name)' \(other.shape) cannot "
          + "change places: their shapes differ; use 0")
    }
    moves = (0..<models).map { model in
      var places: [Int: Int] = [:]
      for group in groups {
        let tensors = group.map(\.tensor)
        if shift == -1 {
          var random = PythonRandom(seed: seed + model)
          var shuffled = tensors
          random.shuffle(&shuffled)
          for (tensor, place) in zip(tensors, shuffled) { places[tensor] = place }
        } else {
          let ascending = group.sorted { ($0.number, $0.tensor) < ($1.number, $1.tensor) }
            .map(\.tensor)
          let step = model * (shift % ascending.count)
          for (position, tensor) in ascending.enumerated() {
            let moved = (position + step) % ascending.count
            places[tensor] = ascending[moved < 0 ? moved + ascending.count : moved]
          }
        }
      }
      var tensors: [Int: Int] = [:]
      for (tensor, place) in places { tensors[place] = tensor }
      return (places, tensors)
    }
  }

  /// The place where a model's tensor goes.
  func place(of tensor: Int, _ model: Int) -> Int {
    moves.isEmpty ? tensor : moves[model].places[tensor] ?? tensor
  }

  /// The tensor of a model that comes to a place.
  func tensor(at place: Int, _ model: Int) -> Int {
    moves.isEmpty ? place : moves[model].tensors[place] ?? place
  }

  /// Tensors with their layers' numbers, by what else is in their names; in the order given.
  private static func groups(
    _ targets: [Int], of manifest: Manifest
  ) -> [[(tensor: Int, number: Int)]] {
    var groups: [[(tensor: Int, number: Int)]] = []
    var known: [[String]: Int] = [:]
    for tensor in targets {
      var parts = manifest.tensors[tensor].name.string
        .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard let place = parts.firstIndex(where: { LayerTable.index($0) != nil }),
        let number = LayerTable.index(parts[place])
      else { continue }
      parts[place] = ""
      let group = known[parts] ?? groups.count
      if group == groups.count { groups.append([]) }
      known[parts] = group
      groups[group].append((tensor, number))
    }
    return groups
  }
}
