import Tensors

/// Hands a network its parameters out of a state dict and checks that they are what it needs:
/// all there, of the right shapes, and none left over.
final class ParameterSource {
  private let state: any StateDict
  private let prefix: String
  private let network: String
  private let library: TorchLibrary
  /// Where the parameters are put.
  let device: TorchDevice
  private var taken: Set<TensorName> = []

  /// Parameters handed out, in elements.
  private(set) var parameterCount = 0

  /// - Parameters:
  ///   - prefix: what the state dict writes before the network's names.
  ///   - network: what to call the network in messages.
  init(
    _ state: any StateDict, prefix: String = "", network: String, library: TorchLibrary,
    device: TorchDevice
  ) {
    self.state = state
    self.prefix = prefix
    self.network = network
    self.library = library
    self.device = device
  }

  /// Whether the state dict has a parameter of that name.
  func has(_ name: String) -> Bool {
    state.manifest.position(of: TensorName(prefix + name)) != nil
  }

  /// The shape of a parameter.
  ///
  /// - Throws: `TensorError.missing`.
  func shape(of name: String) throws -> [Int] { try info(TensorName(prefix + name)).shape }

  /// One parameter.
  ///
  /// - Throws: `TensorError.missing`, `.shapeMismatch`, `.kindMismatch`; what reading throws.
  func take(_ name: String, _ shape: [Int]) throws -> TorchTensor {
    let name = TensorName(prefix + name)
    let info = try info(name)
    guard info.shape == shape else {
      throw TensorError.shapeMismatch(
        name, expected: shape, found: info.shape, in: state.label, reference: network)
    }
    guard info.dtype.isFloatingPoint else {
      throw TensorError.kindMismatch(
        name, expected: .float32, found: info.dtype, in: state.label, reference: network)
    }
    taken.insert(name)
    parameterCount += info.count
    return try TorchTensor(state.tensor(name), library: library, device: device)
  }

  /// A single integer.
  ///
  /// - Throws: `TensorError.missing`, `.shapeMismatch`, `.kindMismatch`; what reading throws.
  func integer(_ name: String) throws -> Int {
    let name = TensorName(prefix + name)
    let info = try info(name)
    guard info.shape == [] else {
      throw TensorError.shapeMismatch(
        name, expected: [], found: info.shape, in: state.label, reference: network)
    }
    guard !info.dtype.isFloatingPoint else {
      throw TensorError.kindMismatch(
        name, expected: .int64, found: info.dtype, in: state.label, reference: network)
    }
    taken.insert(name)
    return try Int(exactly: state.tensor(name).doubles()[0]) ?? 0
  }

  /// Checks that nothing is left.
  ///
  /// - Parameter ignoring: names that may be left.
  /// - Throws: `TensorError.unexpected` with the first name that is.
  func finish(ignoring: [String] = []) throws {
    let ignored = Set(ignoring.map { TensorName(prefix + $0) })
    for tensor in state.manifest.tensors
    where !taken.contains(tensor.name) && !ignored.contains(tensor.name) {
      throw TensorError.unexpected(tensor.name, in: state.label, reference: network)
    }
  }

  private func info(_ name: TensorName) throws -> TensorInfo {
    guard let position = state.manifest.position(of: name) else {
      throw TensorError.missing(name, in: state.label, didYouMean: nil)
    }
    return state.manifest.tensors[position]
  }
}
