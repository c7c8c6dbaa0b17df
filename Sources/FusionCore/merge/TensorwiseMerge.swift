import Tensors

/// A merged model some of whose tensors can only be computed whole, such as matrices that are
/// decomposed; all others are read from another merge.
///
/// Every process is dealt whole tensors by what they take, and equal shares of the rest. A thread
/// holds what computing one tensor takes, and threads wait for each other where that would be more
/// than half of the process's share of the memory.
public struct TensorwiseMerge: StateDict {
  /// A tensor that is computed whole.
  public struct Whole: Sendable {
    /// Its position in the manifest.
    public let tensor: Int
    /// What computing it takes, in seconds of one core; only ratios matter for dealing.
    public let cost: Double
    /// Bytes of memory that computing it takes.
    public let bytes: Int
    /// What it shares with other tensors that come out of the same computation, so that one process
    /// is dealt them all; nil for a tensor of its own.
    public let group: Int?
    /// Bytes of values that are read from files for it.
    public let bytesRead: Int

    /// Describes the work on a tensor.
    public init(tensor: Int, cost: Double, bytes: Int, bytesRead: Int = 0, group: Int? = nil) {
      self.tensor = tensor
      self.cost = cost
      self.bytes = bytes
      self.bytesRead = bytesRead
      self.group = group
    }
  }

  /// Names, shapes, and types unless cast, of the other merge.
  public var manifest: Manifest { others.manifest }
  /// The method's name.
  public var label: String { others.label }
  private let others: any StateDict
  private let wholes: TensorwiseWork
  /// The tensors that are not computed whole, and their positions in `manifest`.
  private let rest: (manifest: Manifest?, positions: [Int])

  /// Describes a merge; nothing is computed.
  ///
  /// - Parameters:
  ///   - wholes: what is computed whole.
  ///   - others: gives names, shapes and types, and the values of all other tensors.
  ///   - world: the processes of the job.
  ///   - counts: what to report besides times, by name; the ranks' numbers are added up.
  ///   - compute: gets a tensor's position and the place for its values, row after row; they must
  ///     depend on nothing else. It is called by several threads at once.
  public init(
    _ wholes: [Whole], others: any StateDict, in world: any Fabric,
    counts: @escaping @Sendable () -> [(name: String, value: Int)] = { [] },
    compute: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) {
    self.init(
      others: others,
      wholes: TensorwiseWork(
        wholes, memory: MemoryGate.share(of: world), counts: counts, compute: compute))
  }

  private init(others: any StateDict, wholes: TensorwiseWork) {
    self.others = others
    self.wholes = wholes
    let tensors = others.manifest.tensors
    let positions = tensors.indices.filter { wholes.whole($0) == nil }
    // Names are distinct and sizes added up before, so this cannot fail.
    rest = (try? Manifest(positions.map { tensors[$0] }), positions)
  }

  /// Computes the elements of `slice`. Reading less than a whole tensor computes the tensor, which
  /// is kept until another one is read in that way.
  ///
  /// - Throws: what computing throws, and what reading the other merge throws.
  public func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    guard let whole = wholes.whole(slice.tensor) else {
      return try others.read(slice, into: destination)
    }
    let info = manifest.tensors[slice.tensor]
    if slice.elements == 0..<info.count {
      return try wholes.compute(whole, info.count) {
        Conversion.store(UnsafeBufferPointer($0), as: info.dtype, into: destination)
      }
    }
    try wholes.part(of: whole, info.count) { values in
      Conversion.store(
        UnsafeBufferPointer(rebasing: values[slice.elements]), as: info.dtype, into: destination)
    }
  }

  /// Whole tensors, the dearest first, then an equal share of all other elements.
  public func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    let tensors = manifest.tensors
    let dealt = wholes.dealt(part: part, of: parts).compactMap { tensor in
      tensors[tensor].count > 0
        ? Slice(tensor: tensor, elements: 0..<tensors[tensor].count) : nil
    }
    let others = rest.manifest?.slices(part: part, of: parts, limit: limit) ?? []
    return dealt
      + others.map { Slice(tensor: rest.positions[$0.tensor], elements: $0.elements) }
  }

  /// What computing a whole tensor takes, whatever the slice, or what the other merge takes.
  public func work(of slice: Slice) -> ReadingWork {
    guard let whole = wholes.whole(slice.tensor) else { return others.work(of: slice) }
    return ReadingWork(bytesRead: whole.bytesRead, seconds: whole.cost, memory: whole.bytes)
  }

  /// The same merge, its values rounded once into another type.
  ///
  /// - Throws: `TensorError.tooLarge`.
  public func casting(to dtype: DType) throws -> any StateDict {
    TensorwiseMerge(others: try others.casting(to: dtype), wholes: wholes)
  }
}

extension TensorwiseMerge: MergeNotes {
  /// How even the work on whole tensors was, and what was counted meanwhile.
  public func notes(in world: any Fabric) throws -> [String] {
    var notes = try (others as? any MergeNotes)?.notes(in: world) ?? []
    var totals = [Int64(wholes.finished)] + wholes.counts().map { Int64($0.value) }
    try world.allReduce(&totals, .sum)
    var seconds = (0..<world.worldSize).map { $0 == world.globalRank ? wholes.seconds : 0 }
    try world.allReduce(&seconds, .sum)
    guard totals[0] > 0, let least = seconds.min(), let most = seconds.max() else { return notes }
    let mean = seconds.reduce(0, +) / Double(seconds.count)
    let times = [least, mean, most].map(fiveDigits).joined(separator: " / ")
    let counted = zip(wholes.counts(), totals.dropFirst()).map { "\($1) \($0.name)" }
    notes.append(
      "\(label): \(totals[0]) whole tensors, \(times) s (least / mean / most of a rank)"
        + counted.map { ", " + $0 }.joined())
    return notes
  }
}
