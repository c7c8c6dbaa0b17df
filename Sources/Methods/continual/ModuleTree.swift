/// Which module owns which tensor, as far as names tell: `a.b.weight` belongs to `a.b`.
struct ModuleTree {
  private let owners: [Substring]
  private let inner: Set<Substring>

  /// Takes the names of all tensors.
  init(_ names: [String]) {
    owners = names.map { Self.parent(of: $0[...]) ?? "" }
    var inner: Set<Substring> = []
    for owner in owners {
      var module = owner
      while !module.isEmpty {
        module = Self.parent(of: module) ?? ""
        inner.insert(module)
      }
    }
    self.inner = inner
  }

  /// Positions of the tensors that belong to modules which have others inside.
  var ownedByInnerModules: Set<Int> {
    Set(owners.indices.filter { inner.contains(owners[$0]) })
  }

  private static func parent(of name: Substring) -> Substring? {
    name.lastIndex(of: ".").map { name[..<$0] }
  }
}
