import Wording

/// The error of a model that no process sees.
struct UnseenModel: Error, Equatable, CustomStringConvertible {
  let name: String
  let path: String
  let ranks: Int

  var description: String {
    "model '\(oneLine(name))': none of the \(ranks) ranks sees a checkpoint at \(oneLine(path)); "
      + "with fabric.split=model one of them must"
  }
}
