internal import Glibc
import Tensors
import Wording

extension CheckpointError: CustomStringConvertible {
  /// One line for the user.
  public var description: String { fileText ?? headerText ?? shardText ?? outputText }

  private var fileText: String? {
    switch self {
    case .system(let operation, let path, let code):
      "\(oneLine(path)): cannot \(operation): \(String(cString: strerror(code))) (errno \(code))"
    case .invalidPath(let path):
      "'\(oneLine(path))' is no path: it is empty or holds a NUL byte"
    case .notRegularFile(let path, let kind):
      "\(oneLine(path)): not a regular file but a \(kind)"
    case .missing(let path, let suggestion):
      "\(oneLine(path)): no such file or directory"
        + (suggestion.map { "; did you mean '\(oneLine($0))'?" } ?? "")
    case .notCached(let name, let cache):
      "'\(oneLine(name))' is neither a local path nor in the Hugging Face cache"
        + " (\(oneLine(cache)))"
    case .brokenCache(let name, let path):
      "'\(oneLine(name))' is in the Hugging Face cache, but \(oneLine(path)) names no snapshot;"
        + " download it again"
    case .noWeights(let directory, let others):
      "\(oneLine(directory)): no weights; looked for \(ModelDirectory.names.joined(separator: ", "))"
        + (others.isEmpty
          ? ""
          : "; it holds \(others.map { "'\(oneLine($0))'" }.joined(separator: ", ")):"
            + " name the file itself")
    case .unknownFormat(let path):
      "\(oneLine(path)): not a checkpoint: expected a directory, a .safetensors, .bin, .pt, .pth or"
        + " .ckpt file, or a .safetensors.index.json or .bin.index.json file"
    case .truncated(let path, let offset, let expected, let found):
      "\(oneLine(path)): cut short: \(found) of \(expected) bytes at offset \(offset)"
    case .changed(let path):
      "\(oneLine(path)): changed while it was in use"
    case .headersOnly(let path):
      "\(oneLine(path)): values are needed, but only headers are read:"
        + " the work of this method depends on values"
    default: nil
    }
  }

  private var headerText: String? {
    switch self {
    case .noHeader(let path, let size):
      "\(oneLine(path)): \(size) bytes are too few for a safetensors file"
    case .headerTooLarge(let path, let length, let limit):
      "\(oneLine(path)): header of \(length) bytes is over the limit of \(limit);"
        + " is it a safetensors file?"
    case .headerPastEnd(let path, let length, let size):
      "\(oneLine(path)): header of \(length) bytes does not fit into the file of \(size) bytes"
    case .json(let path, let tensor, let fault):
      place(path, tensor) + "\(fault)"
    case .missingField(let path, let tensor, let field):
      place(path, tensor) + "'\(field)' is missing"
    case .unknownDType(let path, let tensor, let name):
      place(path, tensor) + "element type '\(oneLine(name, limit: 40))' is not supported; known: "
        + DType.allCases.map(\.rawValue).joined(separator: ", ")
    case .tooManyDimensions(let path, let tensor, let limit):
      place(path, tensor) + "more than \(limit) dimensions"
    case .sizeOverflow(let path, let tensor, let shape):
      place(path, tensor) + "shape \(shape) overflows the number of bytes"
    case .reversedOffsets(let path, let tensor, let begin, let end):
      place(path, tensor) + "data_offsets [\(begin), \(end)] end before they begin"
    case .wrongByteCount(let path, let tensor, let dtype, let shape, let expected, let found):
      place(path, tensor) + "data_offsets span \(found) bytes,"
        + " but \(dtype.rawValue) \(shape) needs \(expected)"
    case .hole(let path, let tensor, let begin, let previousEnd):
      place(path, tensor) + "data begin at \(begin), leaving a hole after \(previousEnd)"
    case .overlap(let path, let tensor, let begin, let previousEnd):
      place(path, tensor) + "data begin at \(begin), inside those of another tensor"
        + " (up to \(previousEnd))"
    case .wrongFileSize(let path, let expected, let found):
      "\(oneLine(path)): "
        + (found < expected ? "cut short: " : "bytes after the last tensor: ")
        + "the file has \(found) bytes, its header describes \(expected)"
    case .duplicateTensor(let path, let tensor):
      place(path, tensor) + "listed twice"
    case .noTensors(let path):
      "\(oneLine(path)): holds no tensors"
    default: nil
    }
  }

  private var shardText: String? {
    switch self {
    case .noWeightMap(let path):
      "\(oneLine(path)): 'weight_map' is missing"
    case .indexTooLarge(let path, let size, let limit):
      "\(oneLine(path)): index of \(size) bytes is over the limit of \(limit)"
    case .shardName(let index, let tensor, let shard, let ending):
      place(index, tensor) + "shard '\(oneLine(shard, limit: 200))' must be"
        + " the plain name of a \(ending) file in the same directory"
    case .notInShard(let index, let tensor, let shard, let holder):
      place(index, tensor) + "not in shard '\(oneLine(shard))'"
        + (holder.map { ", but in '\(oneLine($0))'" } ?? "")
    case .notInIndex(let index, let tensor, let shard):
      place(index, tensor) + "in shard '\(oneLine(shard))', but not in the index"
    case .inTwoShards(let index, let tensor, let shard, let other):
      place(index, tensor) + "in two shards, '\(oneLine(shard))' and '\(oneLine(other))'"
    default: nil
    }
  }

  private var outputText: String {
    switch self {
    case .invalidSize(let text):
      "'\(oneLine(text, limit: 40))' is no size: expected bytes or a number with a unit,"
        + " such as 5GB, 500MB or 2GiB"
    case .reservedName(let tensor):
      "tensor '\(tensor)': safetensors files reserve this name"
    case .outputExists(let path):
      "\(oneLine(path)): output exists; set overwrite=true to replace it"
    case .outputLocked(let path):
      "\(oneLine(path)): another run is writing this output"
    case .noSpace(let path, let needed, let free):
      "\(oneLine(path)): no space left: \(needed) bytes needed, \(free) free"
    case .fileSizeLimit(let path, let needed, let limit):
      "\(oneLine(path)): \(needed) bytes needed, but the process may write files"
        + " of at most \(limit) (ulimit -f)"
    default: ""
    }
  }

  private func place(_ path: String, _ tensor: TensorName?) -> String {
    "\(oneLine(path)): " + (tensor.map { "tensor '\($0)': " } ?? "")
  }
}
