import Tensors

/// What can be wrong with PyTorch's checkpoint files.
public enum TorchError: Error, Equatable {
  case notAnArchive(path: String)
  case legacy(path: String)
  case torchScript(path: String)
  case zip(path: String, ZipFault)
  case noPickle(path: String)
  case bigEndian(path: String)
  case pickleTooLarge(path: String, size: Int, limit: Int)
  case pickle(path: String, PickleFault, offset: Int)
  case refusedGlobal(path: String, name: String)
  case noStateDict(path: String, keys: [String])
  case nested(path: String, tensor: TensorName)
  case keyNotText(path: String)
  case unsupportedType(path: String, tensor: TensorName, type: String)
  case noStorage(path: String, tensor: TensorName, storage: String)
  case storageSize(path: String, tensor: TensorName, storage: String, expected: Int, found: Int)
  case outsideStorage(
    path: String, tensor: TensorName, offset: Int, shape: [Int], strides: [Int], storage: Int)
}

/// What can be wrong with a zip file.
public enum ZipFault: Equatable, Sendable {
  case noEndRecord
  case noZip64Record
  case severalDisks
  case tableSize
  case entry(TensorName)
  case name(String)
  case duplicate(TensorName)
  case encrypted(TensorName)
  case compressed(TensorName)
  case localHeader(TensorName)
  case overlap(TensorName)
}

/// Why bytes are not the pickle that a state dict is.
public enum PickleFault: Equatable, Sendable {
  case cutShort
  case noProtocol
  case unknownProtocol(Int)
  case opcode(UInt8)
  case emptyStack
  case noMark
  case noMemo(Int)
  case invalidUTF8
  case tooManyValues
  case target(of: String)
  case arguments(of: String)
  case persistentID
  case trailingBytes
  case nothingLeft
}
