import Tensors

/// The table of a PyTorch checkpoint: what `data.pkl` in its archive describes, checked whole
/// before any tensor is used.
struct TorchHeader: Sendable {
  /// The most bytes that the pickle may have.
  static let pickleLimit = 1 << 25

  /// The tensors, in the order of their data.
  let manifest: Manifest
  /// For every tensor of the manifest, where its elements stand.
  let views: [StridedView]
  /// Tensors that are the same view of the same storage: a later name and the first one.
  let shared: [(alias: TensorName, primary: TensorName)]

  /// Reads archive and pickle.
  ///
  /// - Throws: `TorchError` and `CheckpointError`.
  init(_ file: FileBytes) throws {
    try TorchHeader.checkKind(of: file)
    let archive = try TorchHeader.archive(file)
    let prefix = try TorchHeader.prefix(of: archive, path: file.path)
    if archive.members[TensorName(prefix + "constants.pkl")] != nil {
      throw TorchError.torchScript(path: file.path)
    }
    if let order = archive.members[TensorName(prefix + "byteorder")] {
      guard order.count == 6, try file.bytes(order) == Array("little".utf8) else {
        throw TorchError.bigEndian(path: file.path)
      }
    }
    let found = try TorchHeader.tensors(in: archive, prefix, file)
    guard !found.isEmpty else { throw CheckpointError.noTensors(path: file.path) }
    var tensors: [(info: TensorInfo, view: StridedView, position: Int)] = []
    for (name, tensor) in found {
      let (info, view) = try TorchHeader.check(name, tensor, archive, prefix, path: file.path)
      tensors.append((info, view, tensors.count))
    }
    tensors.sort { ($0.view.start, $0.position) < ($1.view.start, $1.position) }
    do {
      manifest = try Manifest(tensors.map(\.info))
    } catch TensorError.duplicateName(let name) {
      throw CheckpointError.duplicateTensor(path: file.path, tensor: name)
    } catch TensorError.tooLarge(let name, let shape) {
      throw CheckpointError.sizeOverflow(path: file.path, tensor: name, shape: shape)
    }
    views = tensors.map(\.view)
    var firsts: [SharedView: TensorName] = [:]
    var shared: [(alias: TensorName, primary: TensorName)] = []
    for tensor in tensors where tensor.info.count > 0 {
      let key = SharedView(view: tensor.view, dtype: tensor.info.dtype)
      if let first = firsts[key] {
        shared.append((tensor.info.name, first))
      } else {
        firsts[key] = tensor.info.name
      }
    }
    self.shared = shared
  }

  /// What two tensors must have in common to be one.
  private struct SharedView: Hashable {
    let view: StridedView
    let dtype: DType
  }

  /// TorchScript compresses the code that it stores.
  private static func archive(_ file: FileBytes) throws -> ZipArchive {
    do {
      return try ZipArchive(file)
    } catch TorchError.zip(_, .compressed(let name)) where name.string.contains("/code/") {
      throw TorchError.torchScript(path: file.path)
    }
  }

  /// Tells archives from the older formats by their first bytes.
  private static func checkKind(of file: FileBytes) throws {
    let head = try file.bytes(0..<min(file.count, 265))
    if head.starts(with: [0x50, 0x4B]) { return }
    let isTar = head.count >= 262 && Array(head[257..<262]) == Array("ustar".utf8)
    if head.first == 0x80 || isTar { throw TorchError.legacy(path: file.path) }
    throw TorchError.notAnArchive(path: file.path)
  }

  /// The folder in the archive that holds everything, with its slash.
  private static func prefix(of archive: ZipArchive, path: String) throws -> String {
    let pickles = archive.names.filter { name in
      name.string.hasSuffix("/data.pkl") && name.string.utf8.count { $0 == UInt8(ascii: "/") } == 1
    }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw TorchError.noPickle(path: path)
    }
    return String(pickle.string.dropLast("data.pkl".count))
  }

  private static func tensors(
    in archive: ZipArchive, _ prefix: String, _ file: FileBytes
  ) throws -> [(name: TensorName, tensor: TorchTensor)] {
    guard let range = archive.members[TensorName(prefix + "data.pkl")] else {
      throw TorchError.noPickle(path: file.path)
    }
    guard range.count <= pickleLimit else {
      throw TorchError.pickleTooLarge(path: file.path, size: range.count, limit: pickleLimit)
    }
    return try file.bytes(range).withUnsafeBufferPointer { bytes in
      var machine = PickleMachine(bytes, path: file.path)
      let root = try machine.run()
      return try StateDictConventions(values: machine.values, path: file.path).tensors(in: root)
    }
  }

  private static func check(
    _ name: TensorName, _ tensor: TorchTensor, _ archive: ZipArchive, _ prefix: String,
    path: String
  ) throws -> (TensorInfo, StridedView) {
    let storage = tensor.storage
    let dtype: DType
    switch tensor.element {
    case .known(let type): dtype = type
    case .other(let type):
      throw TorchError.unsupportedType(path: path, tensor: name, type: type)
    }
    guard let data = archive.members[TensorName(prefix + "data/" + storage.key)] else {
      throw TorchError.noStorage(path: path, tensor: name, storage: storage.key)
    }
    let unit: Int
    switch storage.element {
    case nil: unit = 1
    case .known(let type)?: unit = type.byteCount
    case .other(let type)?:
      throw TorchError.unsupportedType(path: path, tensor: name, type: type)
    }
    let (bytes, overflow) = storage.count.multipliedReportingOverflow(by: unit)
    guard !overflow, bytes <= data.count else {
      throw TorchError.storageSize(
        path: path, tensor: name, storage: storage.key, expected: overflow ? .max : bytes,
        found: data.count)
    }
    guard let info = try? TensorInfo(name: name, dtype: dtype, shape: tensor.shape) else {
      throw CheckpointError.sizeOverflow(path: path, tensor: name, shape: tensor.shape)
    }
    let elements = bytes / dtype.byteCount
    guard
      let view = StridedView(
        info, offset: tensor.offset, strides: tensor.strides, storage: data.lowerBound,
        elements: elements)
    else {
      throw TorchError.outsideStorage(
        path: path, tensor: name, offset: tensor.offset, shape: tensor.shape,
        strides: tensor.strides, storage: elements)
    }
    return (info, view)
  }
}
