import Foundation
import MPIModule

/// MPI's own error text, printed by rank 0.
func badRootCase(_ world: Communicator) throws {
  var values = [1.0]
  do {
    try values.withUnsafeMutableBufferPointer {
      try world.broadcast($0, root: world.size)
    }
  } catch let error as MPIError {
    if world.rank == 0 { print(error) }
    return
  }
  throw Failure("a root beyond the last rank was accepted")
}

func badArgumentCase(_ world: Communicator) throws {
  let size = world.size
  try expectError(.rankOutOfRange(call: "MPI_Send", rank: size, size: size)) {
    try world.send([1], to: size)
  }
  // MPI would take these for "any source" and "no process".
  for rank in [-1, -2, Int.min, Int.max] {
    try expectError(.rankOutOfRange(call: "MPI_Recv", rank: rank, size: size)) {
      _ = try world.receive(Int.self, count: 1, from: rank)
    }
  }
  try expectError(.tagOutOfRange(call: "MPI_Send", tag: 32767, largest: 32766)) {
    try world.send([1], to: 0, tag: 32767)
  }
  try expectError(.splitArgumentOutOfRange(name: "color", value: -1)) {
    _ = try world.split(color: -1, key: 0)
  }
  try expectError(.splitArgumentOutOfRange(name: "key", value: 1 << 40)) {
    _ = try world.split(color: 0, key: 1 << 40)
  }
  try expectError(.bufferCount(call: "MPI_Recv", expected: 0, actual: -1)) {
    _ = try world.receive(Int.self, count: -1, from: 0)
  }
  for counts in [[], [Int.max, Int.max], [Int](repeating: -1, count: size)] {
    let expected = MPIError.countsDoNotFit(
      call: "reduceScatter", counts: counts, size: size, bufferCount: 1)
    try expectError(expected) {
      _ = try world.reduceScatter([1], counts: counts, op: .sum)
    }
  }
  try expectError(.rankOutOfRange(call: "gatherV", rank: size, size: size)) {
    _ = try world.gatherV([1], root: size)
  }
  try checkOtherThread(world)
}

/// Carries a communicator to a thread where it must not be used.
private struct Smuggled: @unchecked Sendable {
  let world: Communicator
}

private final class Caught: @unchecked Sendable {
  var error: (any Error)?
}

private func checkOtherThread(_ world: Communicator) throws {
  let smuggled = Smuggled(world: world)
  let caught = Caught()
  let done = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    do { try smuggled.world.barrier() } catch { caught.error = error }
    done.signal()
  }
  done.wait()
  try expectEqual(
    caught.error as? MPIError, .wrongThread(call: "MPI_Ibarrier"), "call on another thread")
}

func throwOnOneCase(_ world: Communicator) throws {
  if world.rank == world.size - 1 { throw CodedFailure(status: 7) }
  try world.barrier()
}

func throwAgreedCase(_ world: Communicator) throws {
  let agreed = try world.agree(status: world.rank == world.size - 1 ? 5 : 0)
  if agreed.status != 0 { throw AgreedFailure(status: agreed.status) }
}

func libraryCase(_ world: Communicator) throws {
  if world.rank == 0 {
    print(try MPILibrary.name())
    print(try MPILibrary.version())
    print(try MPILibrary.processorName())
  }
}

/// A communicator that a case keeps beyond the end of MPI.
enum Kept {
  nonisolated(unsafe) static var communicator: Communicator?
}

func outliveCase(_ world: Communicator) throws {
  Kept.communicator = world
}
