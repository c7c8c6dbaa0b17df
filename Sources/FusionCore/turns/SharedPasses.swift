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
  ///
  /// Every process of `world` needs to call this method, with passes of the same bodies.
  static func make(_ waiting: [Waiting], in world: any Fabric) {
    do {
      for group in try groups(waiting, in: world) {
        do {
          try ElementwisePass.run(group.map(\.pass), in: world)
        } catch {
          for member in group { member.error = error }
        }
      }
    } catch {
      for member in waiting { member.error = error }
    }
  }

  /// The passes that are over the same slices of the same sources on every process: slices are a
  /// process's own, and all must make the same passes together.
  private static func groups(_ waiting: [Waiting], in world: any Fabric) throws -> [[Waiting]] {
    guard waiting.count > 1 else { return waiting.map { [$0] } }
    var isAlike: [Int64] = waiting.flatMap { one in
      waiting.map { other in
        other.pass.inputs.sources === one.pass.inputs.sources
          && other.pass.slices == one.pass.slices ? 1 : 0
      }
    }
    try world.allReduce(&isAlike, .min)
    var groups: [[Waiting]] = []
    for number in waiting.indices {
      let first = waiting.indices.first { isAlike[number * waiting.count + $0] == 1 } ?? number
      if first == number {
        groups.append(
          waiting.indices.filter { isAlike[number * waiting.count + $0] == 1 }.map { waiting[$0] })
      }
    }
    return groups
  }
}
