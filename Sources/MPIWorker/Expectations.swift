import Foundation
import MPIModule

/// A check that did not hold.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// An error of one rank, with the status the job should end with.
struct CodedFailure: Error {
  let status: Int32
}

/// An error that all ranks throw.
struct AgreedFailure: Error {
  let status: Int32
}

func say(_ line: String) {
  FileHandle.standardError.write(Data("\(line)\n".utf8))
}

func expect(_ isTrue: Bool, _ what: String) throws {
  guard isTrue else { throw Failure(what) }
}

func expectEqual<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: String) throws {
  try expect(actual == expected, "\(what): \(actual) is not \(expected)")
}

func expectError(_ expected: MPIError, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch let error as MPIError {
    return try expectEqual(error, expected, "error")
  }
  throw Failure("no error, expected: \(expected)")
}
