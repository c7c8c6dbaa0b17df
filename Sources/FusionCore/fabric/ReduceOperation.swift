/// How `Fabric.allReduce` combines values. There is no default.
public enum ReduceOperation: Sendable {
  case sum
  case min
  case max
}
