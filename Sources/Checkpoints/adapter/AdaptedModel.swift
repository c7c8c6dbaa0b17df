import Tensors
import Wording

/// A model with a LoRA adapter applied: W + s·B·A, computed for the slice that is read.
///
/// Agrees with PEFT's `merge_and_unload`, but sums in float64 and rounds once into the base's type.
public final class AdaptedModel: StoredModel, AdaptedStateDict {
  /// The path of the adapter.
  public let label: String
  /// Where the base's configuration and tokenizer are; the adapter's directory when the base is
  /// not on disk.
  public let directory: String
  /// Those of the base, and those that the adapter adds.
  public let manifest: Manifest
  /// The base's files and the adapter's.
  public let files: [any TensorFile]
  /// Paths and sizes of the base's files and the adapter's.
  public let storedFiles: [StoredFile]
  /// As the base.
  public let isDequantized: Bool
  /// What the adapter adds.
  public let adapter: LowRankAdapter?

  private enum Change {
    case none
    case replacement(Int)
    case lowRank(LowRankUpdate)
    case bias(Int, scale: Double)
  }

  private let base: any StateDict
  private let weights: Checkpoint
  private let changes: [Change]

  init(
    _ label: String, _ base: any StateDict, _ place: AdapterDirectory, _ config: AdapterConfig
  ) throws {
    let weights = try Checkpoint.file(place.weights, label: label)
    let stored = base as? any StoredModel
    self.label = label
    self.base = base
    self.weights = weights
    directory = stored?.directory ?? place.directory
    isDequantized = stored?.isDequantized ?? false
    files = (stored?.files ?? []) + weights.files
    storedFiles = (stored?.storedFiles ?? []) + weights.storedFiles
    let plan = AdapterPlan(base: base, adapter: weights, config: config, path: place.weights)
    var tensors = base.manifest.tensors
    var changes = [Change](repeating: .none, count: tensors.count)
    let sorted = try AdapterTensors(weights.manifest, path: place.weights)
    for (name, position) in sorted.replacements {
      if let target = try plan.target(ofReplacement: name, position) {
        changes[target] = .replacement(position)
      } else {
        tensors.append(
          try TensorInfo(
            name: name, dtype: weights.manifest.tensors[position].dtype,
            shape: weights.manifest.tensors[position].shape))
        changes.append(.replacement(position))
      }
    }
    var updates: [LowRankAdapter.Update] = []
    for (module, factors) in sorted.factors {
      let (target, update) = try plan.update(module, factors)
      changes[target] = .lowRank(update)
      let isTransposed = update.left.position == factors.a
      updates.append(
        LowRankAdapter.Update(
          weight: tensors[target].name,
          a: isTransposed ? update.left.position : update.right.position,
          b: isTransposed ? update.right.position : update.left.position,
          isTransposed: isTransposed, scale: update.scale))
    }
    for (module, position) in sorted.biases {
      guard let factors = sorted.factors(of: module) else {
        throw AdapterError.halfPair(path: place.weights, module: module)
      }
      let target = try plan.target(ofBias: module, position)
      changes[target] = .bias(position, scale: try plan.update(module, factors).update.scale)
    }
    self.changes = changes
    adapter = LowRankAdapter(
      factors: weights, updates: updates,
      otherChanges: zip(tensors, changes).compactMap { tensor, change in
        switch change {
        case .none, .lowRank: nil
        case .replacement, .bias: tensor.name
        }
      })
    manifest = try Manifest(tensors)
  }

  /// That of the base.
  public func configurationText() throws -> [UInt8]? {
    try (base as? any StoredModel ?? weights).configurationText()
  }

  /// Those of the base.
  public func sideFiles() throws -> [StoredFile] {
    try (base as? any StoredModel ?? weights).sideFiles()
  }

  /// Copies those of the base.
  public func copySideFiles(to target: String, fsync: Bool) throws -> [String] {
    try (base as? any StoredModel ?? weights).copySideFiles(to: target, fsync: fsync)
  }

  /// Reads elements of the base and applies to them what the adapter changes.
  ///
  /// - Parameter destination: exactly `slice.count` elements of the tensor's type.
  /// - Throws: what reading base and adapter throws.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let dtype = manifest.tensors[slice.tensor].dtype
    switch changes[slice.tensor] {
    case .none: try base.read(slice, into: destination)
    case .lowRank(let update):
      try update.read(slice, of: base, adapter: weights, into: destination)
    case .replacement(let position):
      let source = Slice(tensor: position, elements: slice.elements)
      if weights.manifest.tensors[position].dtype == dtype {
        return try weights.read(source, into: destination)
      }
      try store(try weights.doubles(source), dtype, into: destination)
    case .bias(let position, let scale):
      let added = try weights.doubles(Slice(tensor: position, elements: slice.elements))
      let values = try base.doubles(slice)
      try store(zip(values, added).map { $0 + scale * $1 }, dtype, into: destination)
    }
  }

  /// The bytes of the base, and of those parts of the adapter that the slice needs.
  public func work(of slice: Slice) -> ReadingWork {
    func ofAdapter(_ position: Int, _ count: Int) -> ReadingWork {
      ReadingWork(bytesRead: count * weights.manifest.tensors[position].dtype.byteCount)
    }
    switch changes[slice.tensor] {
    case .none: return base.work(of: slice)
    case .replacement(let position): return ofAdapter(position, slice.count)
    case .bias(let position, _):
      var work = base.work(of: slice)
      work.add(ofAdapter(position, slice.count))
      return work
    case .lowRank(let update):
      var work = base.work(of: slice)
      let rows = (slice.count + update.right.count - 1) / max(update.right.count, 1)
      work.add(ofAdapter(update.left.position, rows * update.rank))
      work.add(ofAdapter(update.right.position, update.right.count * update.rank))
      return work
    }
  }

  private func store(
    _ values: [Double], _ dtype: DType, into destination: UnsafeMutableRawBufferPointer
  ) throws {
    values.withUnsafeBufferPointer { Conversion.store($0, as: dtype, into: destination) }
  }
}
