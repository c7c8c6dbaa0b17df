import Dispatch
import Foundation

/// Several bodies that take turns: one runs until it has to wait for the others, then the next.
///
/// Each body has a thread of its own, but only one runs at a time, in a fixed order, so that they
/// need no locks and every rank sees the same order of events. What belongs to the calling thread
/// (messages between processes) is handed back to it.
final class Turns: @unchecked Sendable {
  /// What a body asks for.
  private enum Request {
    case call(() -> Void)
    case pass(SharedPasses.Waiting)
    case end
  }

  /// One body.
  private final class Player: @unchecked Sendable {
    let mayRun = DispatchSemaphore(value: 0)
    let hasStopped = DispatchSemaphore(value: 0)
    var request = Request.end
  }

  private var current: Player?

  /// Runs all bodies to their ends.
  ///
  /// - Parameter together: makes the passes that all bodies that have not ended wait for.
  func run(_ bodies: [() -> Void], together: ([SharedPasses.Waiting]) -> Void) {
    nonisolated(unsafe) let bodies = bodies
    let players = bodies.indices.map { index in
      let player = Player()
      let thread = Thread {
        player.mayRun.wait()
        bodies[index]()
        player.request = .end
        player.hasStopped.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
      return player
    }
    var playing = players
    while !playing.isEmpty {
      var waiting: [(Player, SharedPasses.Waiting)] = []
      for player in playing {
        if let pass = turn(of: player) { waiting.append((player, pass)) }
      }
      together(waiting.map(\.1))
      playing = waiting.map(\.0)
    }
  }

  /// Lets a body run until it waits for a pass, which is returned, or ends.
  private func turn(of player: Player) -> SharedPasses.Waiting? {
    current = player
    defer { current = nil }
    while true {
      player.mayRun.signal()
      player.hasStopped.wait()
      // Nothing may keep what the body asked for once it runs again.
      let request = player.request
      player.request = .end
      switch request {
      case .call(let body): body()
      case .pass(let waiting): return waiting
      case .end: return nil
      }
    }
  }

  /// Runs `body` on the thread that called `run`.
  func onCaller<R>(_ body: @escaping () throws -> R) throws -> R {
    guard current != nil else { return try body() }
    let outcome = Outcome<R>()
    stop(.call { outcome.result = Result { try body() } })
    guard let result = outcome.result else { preconditionFailure("the caller answers") }
    return try result.get()
  }

  /// Waits until every other body waits too, or has ended, and the pass was made.
  func wait(for pass: SharedPasses.Waiting) { stop(.pass(pass)) }

  private func stop(_ request: Request) {
    guard let player = current else { return }
    player.request = request
    player.hasStopped.signal()
    player.mayRun.wait()
  }
}

private final class Outcome<R> {
  var result: Result<R, any Error>?
}
