import Tensors

/// What can be wrong with checkpoint files, read or written.
public enum CheckpointError: Error, Equatable {
  // Files
  case system(operation: String, path: String, errno: Int32)
  case invalidPath(String)
  case notRegularFile(path: String, kind: String)
  case missing(path: String, didYouMean: String?)
  case notCached(name: String, cache: String)
  case brokenCache(name: String, path: String)
  case noWeights(directory: String, others: [String])
  case unknownFormat(path: String)
  case truncated(path: String, offset: Int, expected: Int, found: Int)
  case changed(path: String)
  case headersOnly(path: String)

  // Headers
  case noHeader(path: String, size: Int)
  case headerTooLarge(path: String, length: UInt64, limit: Int)
  case headerPastEnd(path: String, length: UInt64, size: Int)
  case json(path: String, tensor: TensorName?, JSONFault)
  case missingField(path: String, tensor: TensorName, field: String)
  case unknownDType(path: String, tensor: TensorName, String)
  case tooManyDimensions(path: String, tensor: TensorName, limit: Int)
  case sizeOverflow(path: String, tensor: TensorName, shape: [Int])
  case reversedOffsets(path: String, tensor: TensorName, begin: Int, end: Int)
  case wrongByteCount(
    path: String, tensor: TensorName, dtype: DType, shape: [Int], expected: Int, found: Int)
  case hole(path: String, tensor: TensorName, begin: Int, previousEnd: Int)
  case overlap(path: String, tensor: TensorName, begin: Int, previousEnd: Int)
  case wrongFileSize(path: String, expected: Int, found: Int)
  case duplicateTensor(path: String, tensor: TensorName)
  case noTensors(path: String)

  // Sharded checkpoints
  case noWeightMap(path: String)
  case indexTooLarge(path: String, size: Int, limit: Int)
  case shardName(index: String, tensor: TensorName, shard: String, ending: String)
  case notInShard(index: String, tensor: TensorName, shard: String, holder: String?)
  case notInIndex(index: String, tensor: TensorName, shard: String)
  case inTwoShards(index: String, tensor: TensorName, shard: String, other: String)

  // Output
  case invalidSize(String)
  case reservedName(TensorName)
  case outputExists(path: String)
  case outputLocked(path: String)
  case noSpace(path: String, needed: Int, free: Int)
  case fileSizeLimit(path: String, needed: Int, limit: Int)
}
