internal import CMPI

extension Communicator {
  /// A communicator with the same processes, whose messages do not mix with this one's.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func dup() throws -> Communicator {
    var out = cmpi_comm()
    try call("MPI_Comm_dup") { cmpi_comm_dup(handle, &out) }
    return try Communicator(owning: out, chunkElements: chunkElements)
  }

  /// One new communicator per colour, its ranks ordered by `key`, then by their rank here.
  ///
  /// - Parameter color: nil takes part in the call and in none of the new communicators.
  /// - Returns: the communicator of this process' colour, nil for the colour nil.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func split(color: Int?, key: Int) throws -> Communicator? {
    let mpiColor = try splitArgument(color ?? 0, name: "color")
    let mpiKey = try splitArgument(key, name: "key")
    var out = cmpi_comm()
    var isMember = false
    try call("MPI_Comm_split") {
      cmpi_comm_split(handle, color == nil ? -1 : mpiColor, mpiKey, &out, &isMember)
    }
    return isMember ? try Communicator(owning: out, chunkElements: chunkElements) : nil
  }

  /// The processes that share this process' memory, which are those on its node, in rank order.
  ///
  /// This method needs to be called on all processes of the communicator. Failing to do so will
  /// cause your program to stall forever.
  public func splitShared() throws -> Communicator {
    var out = cmpi_comm()
    try call("MPI_Comm_split_type") {
      cmpi_comm_split_shared(handle, Int32(clamping: rank), &out)
    }
    return try Communicator(owning: out, chunkElements: chunkElements)
  }

  private func splitArgument(_ value: Int, name: String) throws -> Int32 {
    guard value >= 0, let narrow = Int32(exactly: value) else {
      throw MPIError.splitArgumentOutOfRange(name: name, value: value)
    }
    return narrow
  }
}
