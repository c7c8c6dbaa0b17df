import ConfigTree
import Wording

/// The closed table of what `_target_` can name. Nothing is imported or executed by name.
public struct Registry {
  private let types: [any Component.Type]

  /// Makes the table of `types`.
  public init(_ types: [any Component.Type]) { self.types = types }

  /// Every name, canonical and alternative.
  public var targets: [String] { types.flatMap { $0.targets } }

  /// Makes the component that `node` describes.
  ///
  /// - Parameters:
  ///   - node: a dictionary with `_target_` and parameters.
  ///   - role: what it is for, its key in the whole configuration (`method`).
  /// - Throws: `ParameterError`.
  public func make<C>(_ node: ConfigNode, role: String, as: C.Type = C.self) throws -> C {
    guard case .dictionary = node.value, let target = node["_target_"] else {
      throw ParameterError.noTarget(role: role.isEmpty ? "program" : role, node.origin)
    }
    guard case .string(let name) = target.value else {
      throw ParameterError.wrongType(
        key: role.isEmpty ? "_target_" : "\(role)._target_", expected: "a string", target)
    }
    let candidates = types.filter { $0 is C.Type || C.self == (any Component).self }
    guard let type = types.first(where: { $0.answers(to: name) }) else {
      throw unknown(name, role: role, candidates, target.origin)
    }
    let component = type.init()
    guard let made = component as? C else {
      throw unknown(name, role: role, candidates, target.origin)
    }
    try component.configure(node, at: role)
    return made
  }

  private func unknown(
    _ name: String, role: String, _ candidates: [any Component.Type], _ origin: ConfigOrigin?
  ) -> ParameterError {
    let names = candidates.compactMap { $0.targets.first }
    let near = nearest(to: name, among: names, limit: 3)
    let nearShort = nearest(to: shortName(name), among: names.map(shortName), limit: 3)
    let suggestions =
      near.isEmpty ? nearShort.compactMap { short in names.first { shortName($0) == short } } : near
    return .unknownTarget(
      name, role: role.isEmpty ? "program" : role, didYouMean: suggestions, origin)
  }
}

extension Component {
  fileprivate static func answers(to name: String) -> Bool {
    targets.contains { $0 == name || shortName($0) == name }
  }
}

private func shortName(_ target: String) -> String {
  String(target.split(separator: ".").last ?? "")
}
