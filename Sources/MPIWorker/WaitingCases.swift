import Foundation
import MPIModule

/// Rank 0 comes two seconds late: the others may use 5 % of a core while they wait.
func barrierCase(_ world: Communicator) throws {
  try checkWaitIsCheap(world) { try world.barrier() }
}

func sleepingCase(_ world: Communicator) throws {
  try checkWaitIsCheap(world) {
    var values = [world.rank]
    try world.broadcast(&values, root: 0, sleeping: true)
    try expectEqual(values, [0], "broadcast after a wait")
  }
  try checkWaitIsCheap(world) {
    let sum = try world.allReduce(1, op: .sum, sleeping: true)
    try expectEqual(sum, world.size, "allReduce after a wait")
  }
  try checkWaitIsCheap(world) {
    let agreed = try world.agree(status: 0)
    try expectEqual(agreed, MPIAgreement(status: 0, rank: 0), "agreement after a wait")
  }
}

private func checkWaitIsCheap(_ world: Communicator, _ wait: () throws -> Void) throws {
  try world.barrier()
  let clock = ContinuousClock()
  let start = clock.now
  let used = processorSeconds()
  if world.rank == 0 { Thread.sleep(forTimeInterval: 2) }
  try wait()
  let spent = processorSeconds() - used
  let waited = clock.now - start
  try expect(waited > .milliseconds(1900), "rank \(world.rank) waited \(waited) only")
  try expect(spent < 0.1, "rank \(world.rank) used \(spent) s of processor time in \(waited)")
}

/// The processor time that all threads of this process have used.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
