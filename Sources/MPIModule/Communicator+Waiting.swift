internal import CMPI

extension Communicator {
  /// Waits until all ranks have come here, asleep: a waiting rank uses less than 2 % of a core.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func barrier() throws {
    try call("MPI_Ibarrier") { cmpi_barrier(handle) }
  }

  /// Tells every rank how a phase went on all of them; waits asleep.
  ///
  /// Call it at the end of a phase, with 0 on the ranks where it went well and a positive status
  /// where it failed. If the agreed status is not 0, all ranks can throw the error of the agreed
  /// rank, and end in order.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func agree(status: Int32) throws -> MPIAgreement {
    var agreed = status
    var holder = Int32(clamping: rank)
    try call("MPI_Iallreduce") { cmpi_agree(handle, &agreed, &holder) }
    return MPIAgreement(status: agreed, rank: Int(holder))
  }
}
