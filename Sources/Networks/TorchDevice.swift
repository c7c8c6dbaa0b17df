internal import CTorchInterface

/// Where tensors live and are computed with.
public enum TorchDevice: Sendable, Hashable {
  case cpu
  /// A CUDA device, counted from 0.
  case cuda(Int)

  /// The device that a user names: `cpu`, `cuda` or `cuda:1`.
  public init?(userName: String) {
    switch userName {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard userName.hasPrefix("cuda:"), let index = Int(userName.dropFirst(5)),
        (0...Int(Int8.max)).contains(index)
      else { return nil }
      self = .cuda(index)
    }
  }

  /// How the C interface writes it.
  var code: ctorch_device {
    switch self {
    case .cpu: ctorch_device(kind: ctorch_device_kind(CTORCH_CPU), index: 0)
    case .cuda(let index):
      ctorch_device(
        kind: ctorch_device_kind(CTORCH_CUDA), index: Int32(truncatingIfNeeded: index))
    }
  }
}

extension TorchDevice: CustomStringConvertible {
  /// The name that users write.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
