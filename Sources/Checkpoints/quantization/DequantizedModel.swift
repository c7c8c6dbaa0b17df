internal import CFusionKernels
import Tensors

/// A checkpoint whose 8-bit weights are read as what they stand for: code times scale, in bfloat16.
///
/// The scales of a weight are the tensor of its name with `_scale_inv` or `_scale` behind: one
/// number, one for every row, or one for every block (128 × 128 where `config.json` does not say
/// otherwise), multiplied in float32 as DeepSeek-V3 and vLLM do. Scales of weights and of
/// activations are not among the tensors. 8-bit weights without scales are read by value.
public final class DequantizedModel: StoredModel {
  /// The path that the user gave.
  public let label: String
  /// Where the files are.
  public let directory: String
  /// The checkpoint's tensors without the scales; those that have scales as bfloat16.
  public let manifest: Manifest
  /// The files with the weights.
  public let files: [any TensorFile]
  /// True: the configuration's `quantization_config` no longer holds.
  public var isDequantized: Bool { true }

  /// The checkpoint's.
  public var sharedTensors: [(alias: TensorName, primary: TensorName)] { source.sharedTensors }

  private let source: Checkpoint
  /// For every tensor its position in the checkpoint, and its scales.
  private let tensors: [(position: Int, scales: WeightScales?)]

  /// `checkpoint` itself, or with its scales applied.
  ///
  /// - Throws: `QuantizationError`, `CheckpointError`.
  static func wrapping(_ checkpoint: Checkpoint) throws -> any StoredModel {
    let scaled = checkpoint.manifest.tensors.indices.filter { position in
      scaleOf(position, in: checkpoint.manifest) != nil
    }
    return scaled.isEmpty ? checkpoint : try DequantizedModel(checkpoint, scaled)
  }

  private init(_ source: Checkpoint, _ scaled: [Int]) throws {
    self.source = source
    label = source.label
    directory = source.directory
    files = source.files
    let block = try QuantizationConfig.blockSize(in: source.directory)
    var hidden: Set<TensorName> = []
    var scales: [Int: WeightScales] = [:]
    for position in scaled {
      guard let scale = Self.scaleOf(position, in: source.manifest) else { continue }
      let info = source.manifest.tensors[position]
      let values = source.manifest.tensors[scale]
      guard values.dtype.isFloatingPoint,
        let found = WeightScales(info.shape, position: scale, values.shape, block: block)
      else {
        throw QuantizationError.scales(
          path: source.label, tensor: info.name, shape: info.shape, scale: values.name,
          scaleShape: values.shape)
      }
      scales[position] = found
      hidden.formUnion(Self.companions(of: info.name))
    }
    var infos: [TensorInfo] = []
    var tensors: [(position: Int, scales: WeightScales?)] = []
    for (position, info) in source.manifest.tensors.enumerated() where !hidden.contains(info.name) {
      let applied = scales[position]
      infos.append(applied == nil ? info : try info.with(dtype: .bfloat16))
      tensors.append((position, applied))
    }
    manifest = try Manifest(infos)
    self.tensors = tensors
  }

  /// The scales of an 8-bit weight.
  private static func scaleOf(_ position: Int, in manifest: Manifest) -> Int? {
    let info = manifest.tensors[position]
    guard [.float8e4m3, .float8e5m2].contains(info.dtype) else { return nil }
    return ["_scale_inv", "_scale"].lazy
      .compactMap { manifest.position(of: TensorName(info.name.string + $0)) }.first
  }

  /// Tensors that mean nothing without the codes.
  private static func companions(of name: TensorName) -> [TensorName] {
    var names = ["_scale_inv", "_scale"].map { name.string + $0 }
    if name.string.hasSuffix(".weight") {
      let module = name.string.dropLast("weight".count)
      names += ["input_scale", "input_scale_inv", "activation_scale", "input_scale_ub"].map {
        module + $0
      }
    }
    return names.map { TensorName($0) }
  }

  /// The bytes of the codes, as they are stored.
  public func work(of slice: Slice) -> ReadingWork {
    source.work(of: Slice(tensor: tensors[slice.tensor].position, elements: slice.elements))
  }

  /// Reads elements; those with scales as bfloat16.
  ///
  /// - Parameter destination: exactly `slice.count` elements of the tensor's type.
  /// - Throws: `CheckpointError.truncated`, `.system`.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let (position, scales) = tensors[slice.tensor]
    guard let scales else {
      return try source.read(Slice(tensor: position, elements: slice.elements), into: destination)
    }
    let dtype = source.manifest.tensors[position].dtype
    let run = 1 << 16
    var codes = [UInt8](repeating: 0, count: min(run, slice.count))
    var values = [Float](repeating: 0, count: codes.count)
    var cursor = ScaleCursor(scales: scales, source: source)
    for start in stride(from: 0, to: slice.count, by: run) {
      let count = min(run, slice.count - start)
      let first = slice.elements.lowerBound + start
      try codes.withUnsafeMutableBytes { codes in
        let part = UnsafeMutableRawBufferPointer(rebasing: codes[0..<count])
        try source.read(Slice(tensor: position, elements: first..<first + count), into: part)
        try values.withUnsafeMutableBufferPointer { values in
          Conversion.load(UnsafeRawBufferPointer(part), as: dtype, into: values)
          let used = UnsafeMutableBufferPointer(rebasing: values[0..<count])
          try cursor.multiply(used, first: first)
        }
      }
      let bytes = UnsafeMutableRawBufferPointer(
        rebasing: destination[start * 2..<(start + count) * 2])
      let doubles = values[0..<count].map { Double($0) }
      doubles.withUnsafeBufferPointer { Conversion.store($0, as: .bfloat16, into: bytes) }
    }
  }
}
