import Tensors

/// Gathers the passes of bodies that take turns, so that inputs are read once for all of them.
final class SharedPasses: PassRunner {
  /// A pass that a body waits for.
  final class Waiting {
    let pass: ElementwisePass
    var error: (any Error)?
    init(_ pass: ElementwisePass) { self.pass = pass }
  }

  private let turns: Turns

  init(_ turns: Turns) { self.turns = turns }

  func run(_ pass: ElementwisePass, in world: any Fabric) throws {
    let waiting = Waiting(pass)
    turns.wait(for: waiting)
    if let error = waiting.error { throw error }
  }

  /// Makes the passes that are waited for: those over the same slices of the same sources at once.
  static func make(_ waiting: [Waiting], in world: any Fabric) {
    var rest = waiting
    while let first = rest.first {
      let isAlike = { (other: Waiting) in
        other.pass.inputs.sources === first.pass.inputs.sources
          && other.pass.slices == first.pass.slices
      }
      let group = rest.filter(isAlike)
      rest.removeAll(where: isAlike)
      do {
        try ElementwisePass.run(group.map(\.pass), in: world)
      } catch {
        for member in group { member.error = error }
      }
    }
  }
}
