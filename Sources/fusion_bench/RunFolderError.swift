import Foundation

/// A folder of a run that cannot be made or entered.
struct RunFolderError: Error, CustomStringConvertible {
  let path: String
  let code: Int32

  var description: String {
    "\(path): cannot make or enter the folder of the run: \(String(cString: strerror(code))) (errno \(code))"
  }
}
