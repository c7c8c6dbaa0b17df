import Tensors
import Wording

extension TorchError: CustomStringConvertible {
  /// One line for the user.
  public var description: String {
    switch self {
    case .notAnArchive(let path):
      "\(oneLine(path)): not a PyTorch checkpoint: neither a zip archive nor a pickle"
    case .legacy(let path):
      "\(oneLine(path)): written in PyTorch's format before 1.6, which is not read;"
        + " load it with torch.load(…, weights_only=True) and save it again, or convert it to"
        + " safetensors"
    case .torchScript(let path):
      "\(oneLine(path)): a TorchScript archive, which holds code; save the model's state_dict(),"
        + " or convert it to safetensors"
    case .zip(let path, let fault): "\(oneLine(path)): invalid zip archive: \(fault)"
    case .noPickle(let path):
      "\(oneLine(path)): the archive has no data.pkl, or several; not a PyTorch checkpoint"
    case .bigEndian(let path):
      "\(oneLine(path)): the byte order is not 'little'; save it again on a little-endian machine"
    case .pickleTooLarge(let path, let size, let limit):
      "\(oneLine(path)): data.pkl of \(size) bytes is over the limit of \(limit)"
    case .pickle(let path, let fault, let offset):
      "\(oneLine(path)): invalid pickle: \(fault) at byte \(offset) of data.pkl"
    case .refusedGlobal(let path, let name):
      "\(oneLine(path)): the pickle asks for '\(oneLine(name, limit: 200))', which is refused"
        + (name.hasPrefix("torch.nn.modules.") || name.hasPrefix("__main__.")
          ? ": it holds a whole object and not its weights; save the model's state_dict() instead"
          : ": only tensors and plain containers are read; convert the checkpoint to safetensors")
    case .noStateDict(let path, let keys):
      "\(oneLine(path)): no tensors at the top level nor under"
        + " \(StateDictConventions.keys.map { "'\($0)'" }.joined(separator: ", "))"
        + (keys.isEmpty
          ? "" : "; it has \(keys.map { "'\(oneLine($0, limit: 60))'" }.joined(separator: ", "))")
        + "; save the state dict itself"
    case .nested(let path, let tensor):
      "\(oneLine(path)): entry '\(tensor)' holds tensors inside a container; save a flat state dict"
    case .keyNotText(let path):
      "\(oneLine(path)): a tensor's key is not text; save a state dict with names"
    case .unsupportedType(let path, let tensor, let type):
      "\(oneLine(path)): tensor '\(tensor)': element type '\(oneLine(type, limit: 60))'"
        + " is not supported; known: "
        + DType.allCases.map(\.torchName).joined(separator: ", ")
    case .noStorage(let path, let tensor, let storage):
      "\(oneLine(path)): tensor '\(tensor)': the archive has no"
        + " data/\(oneLine(storage, limit: 60))"
    case .storageSize(let path, let tensor, let storage, let expected, let found):
      "\(oneLine(path)): tensor '\(tensor)': data/\(oneLine(storage, limit: 60)) has \(found) bytes"
        + " where \(expected) are announced"
    case .outsideStorage(let path, let tensor, let offset, let shape, let strides, let storage):
      "\(oneLine(path)): tensor '\(tensor)': shape \(shape) with strides \(strides) from element"
        + " \(offset) does not lie in its storage of \(storage) elements"
    }
  }
}

extension ZipFault: CustomStringConvertible {
  /// A clause for the user.
  public var description: String {
    switch self {
    case .noEndRecord: "no end record; the file is cut short"
    case .noZip64Record: "the zip64 end record is missing or misplaced"
    case .severalDisks: "it spans several disks"
    case .tableSize: "the table of contents does not fit"
    case .entry(let name): "entry '\(name)' has impossible sizes"
    case .name(let name): "entry name '\(oneLine(name, limit: 200))' is not a plain relative path"
    case .duplicate(let name): "entry '\(name)' appears twice"
    case .encrypted(let name): "entry '\(name)' is encrypted"
    case .compressed(let name): "entry '\(name)' is compressed, which torch.save never does"
    case .localHeader(let name): "entry '\(name)' has no matching local header inside the file"
    case .overlap(let name): "entry '\(name)' overlaps another one"
    }
  }
}

extension PickleFault: CustomStringConvertible {
  /// A clause for the user.
  public var description: String {
    switch self {
    case .cutShort: "cut short"
    case .noProtocol: "no protocol number; protocols 2 to 5 are read"
    case .unknownProtocol(let number): "protocol \(number); protocols 2 to 5 are read"
    case .opcode(let code): "opcode \(code) is not allowed"
    case .emptyStack: "empty stack"
    case .noMark: "no mark on the stack"
    case .noMemo(let index): "no memo \(index)"
    case .invalidUTF8: "invalid UTF-8"
    case .tooManyValues: "more than \(PickleMachine.valueLimit) values"
    case .target(let operation): "wrong target of \(operation)"
    case .arguments(let function): "wrong arguments of \(function)"
    case .persistentID: "wrong description of a storage"
    case .trailingBytes: "bytes after the end"
    case .nothingLeft: "more or less than one value at the end"
    }
  }
}
