import Synchronization
import Tensors

/// Several state dicts with the same tensors, read side by side, a block at a time.
///
/// The reference (the pre-trained model, else the first model) gives order, shapes and output
/// types; every other input must have the same tensors in any order.
public final class ElementwiseInputs: Sendable {
  /// What a block's `models` hold.
  public enum Quantity: Sendable {
    /// Values as they are stored.
    case values
    /// Values less the base's, rounded per tensor to the precision that the two are stored in.
    case taskVectors
    /// Values less the base's, rounded to the one type that all tensors together have when they
    /// are joined into one vector, integers included (FusionBench's flattened task vectors).
    case jointTaskVectors
  }

  /// The reference's tensors.
  public let manifest: Manifest
  /// Names of the models whose values or task vectors a block holds, in pool order.
  public let modelNames: [String]

  let base: (any StateDict)?
  let members: [Member]
  private let quantity: Quantity
  private let jointPrecision: DType
  let prepare: (@Sendable (ElementBlock) -> Void)?
  /// Who makes the passes over these inputs.
  let passes: any PassRunner
  /// The same for all inputs that are made of the same sources.
  let sources: Sources
  private let workspaces = Mutex<[Workspace]>([])
  private let differing = Mutex<Set<Int>>([])

  /// By its identity, what is read.
  final class Sources: Sendable {}

  /// One model and where it keeps the reference's tensors.
  struct Member {
    let source: any StateDict
    let positions: [Int]
  }

  /// Checks that all models have the reference's tensors.
  ///
  /// - Parameters:
  ///   - models: name and state dict of each model, in pool order; at least one.
  ///   - base: the pre-trained model, needed for task vectors.
  /// - Throws: `TensorError` naming the model and the tensor that differs.
  public convenience init(
    models: [(name: String, stateDict: any StateDict)], base: (any StateDict)? = nil,
    quantity: Quantity = .values
  ) throws {
    try self.init(models: models, base: base, quantity: quantity, passes: SinglePasses())
  }

  /// The same, with passes that may be shared.
  init(
    models: [(name: String, stateDict: any StateDict)], base: (any StateDict)?,
    quantity: Quantity, passes: any PassRunner
  ) throws {
    guard let reference = base ?? models.first?.stateDict else { throw PoolError.noModels }
    self.base = base
    self.quantity = quantity
    self.passes = passes
    sources = Sources()
    prepare = nil
    chunk = WorkingMemory.chunk(inputs: models.count + 1, unit: ElementBlock.limit)
    manifest = reference.manifest
    modelNames = models.map(\.name)
    members = try models.map { model in
      Member(
        source: model.stateDict,
        positions: try model.stateDict.positions(matching: reference))
    }
    jointPrecision = (models.map(\.stateDict) + [reference])
      .flatMap { $0.manifest.tensors.map(\.dtype) }
      .reduce(.bool) { DType.promoted($0, $1) }
  }

  private init(_ other: ElementwiseInputs, prepare: @escaping @Sendable (ElementBlock) -> Void) {
    manifest = other.manifest
    modelNames = other.modelNames
    base = other.base
    members = other.members
    quantity = other.quantity
    jointPrecision = other.jointPrecision
    passes = other.passes
    sources = other.sources
    chunk = other.chunk
    self.prepare = prepare
  }

  /// The same inputs with every block's `models` changed before anyone sees them: selections, sums
  /// and merges are all taken of what `change` makes of task vectors.
  ///
  /// - Parameter change: must depend on the block alone; `sum` is not its to set, and nor are
  ///   values that are no task vectors.
  public func preparing(_ change: @escaping @Sendable (ElementBlock) -> Void) -> ElementwiseInputs {
    guard let prepare else { return ElementwiseInputs(self, prepare: change) }
    return ElementwiseInputs(self) { block in
      prepare(block)
      change(block)
    }
  }

  /// Number of models in a block.
  public var modelCount: Int { members.count }

  /// Integer tensors that any rank saw to differ between inputs; their values are the reference's.
  ///
  /// Every process of `world` needs to call this method.
  public func differingIntegers(in world: any Fabric) throws -> [TensorName] {
    let seen = differing.withLock { $0 }
    let integers = manifest.tensors.indices.filter { !manifest.tensors[$0].dtype.isFloatingPoint }
    var flags: [Int64] = integers.map { seen.contains($0) ? 1 : 0 }
    try world.allReduce(&flags, .max)
    return zip(integers, flags).filter { $1 == 1 }.map { manifest.tensors[$0.0].name }
  }

  /// Elements read from each input at a time.
  private let chunk: Int

  /// Reads a slice of every input and calls `body` for each block of it.
  ///
  /// - Parameter body: gets the block and the block's range, counted from the slice's start.
  /// - Throws: what reading and `body` throw.
  public func forEachBlock(
    of slice: Slice, _ body: (ElementBlock, Range<Int>) throws -> Void
  ) throws {
    try Self.forEachBlock(of: slice, for: [self]) { _, block, range in try body(block, range) }
  }

  /// Reads a slice once for several users of the same sources.
  ///
  /// - Parameter body: gets for each block and each user in turn the user's position, the block as
  ///   it looks to that user, and the block's range, counted from the slice's start.
  /// - Throws: what reading and `body` throw.
  static func forEachBlock(
    of slice: Slice, for users: [ElementwiseInputs],
    _ body: (Int, ElementBlock, Range<Int>) throws -> Void
  ) throws {
    try users.first?.forEachChunk(of: slice) { chunk in
      try forEachBlock(of: chunk, for: users, body)
    }
  }

  /// What was read of a part of a slice.
  struct Chunk {
    let workspace: Workspace
    let slice: Slice
    /// Where it begins, counted from the slice's start.
    let offset: Int
  }

  /// Reads a slice in parts of which all inputs fit into the buffers.
  ///
  /// - Throws: what reading and `body` throw.
  func forEachChunk(of slice: Slice, _ body: (Chunk) throws -> Void) throws {
    let workspace = workspaces.withLock { $0.popLast() } ?? Workspace(modelCount: modelCount)
    defer { workspaces.withLock { $0.append(workspace) } }
    var start = slice.elements.lowerBound
    while start < slice.elements.upperBound {
      let end = min(start + chunk, slice.elements.upperBound)
      let part = Slice(tensor: slice.tensor, elements: start..<end)
      try read(part, into: workspace)
      try body(
        Chunk(workspace: workspace, slice: part, offset: start - slice.elements.lowerBound))
      start = end
    }
  }

  /// Goes through the blocks of what was read, each for several users of the same sources.
  static func forEachBlock(
    of chunk: Chunk, for users: [ElementwiseInputs],
    _ body: (Int, ElementBlock, Range<Int>) throws -> Void
  ) rethrows {
    let block = chunk.workspace.block
    let (start, count) = (chunk.slice.elements.lowerBound, chunk.slice.count)
    var from = 0
    while from < count {
      let part = from..<min(from + ElementBlock.limit, count)
      let range = chunk.offset + part.lowerBound..<chunk.offset + part.upperBound
      for (position, user) in users.enumerated() {
        if position > 0 && user === users[position - 1] {
          block.begin(block.slice)
        } else {
          user.load(chunk.slice.tensor, part, of: chunk.workspace, startingAt: start)
        }
        try body(position, block, range)
      }
      from = part.upperBound
    }
  }

  /// Copies a slice of the reference, in the type that `output` gives the tensor.
  ///
  /// Where the tensor holds integers, notes whether another input differs.
  func readReference(
    _ slice: Slice, as output: Manifest, into destination: UnsafeMutableRawBufferPointer
  ) throws {
    let reference = base ?? members[0].source
    let stored = manifest.tensors[slice.tensor].dtype
    let wanted = output.tensors[slice.tensor].dtype
    let source = stored == wanted ? reference : try reference.casting(to: wanted)
    try source.read(slice, into: destination)
    if !stored.isFloatingPoint { try compareIntegers(slice, with: destination) }
  }

  private func compareIntegers(
    _ slice: Slice, with expected: UnsafeMutableRawBufferPointer
  ) throws {
    let found = UnsafeMutableRawBufferPointer.allocate(byteCount: expected.count, alignment: 64)
    defer { found.deallocate() }
    for member in members {
      let position = member.positions[slice.tensor]
      let same =
        member.source.manifest.tensors[position].dtype == manifest.tensors[slice.tensor].dtype
      if same {
        try member.source.read(Slice(tensor: position, elements: slice.elements), into: found)
      }
      if !same || !found.elementsEqual(expected) {
        differing.withLock { _ = $0.insert(slice.tensor) }
      }
    }
  }

  /// What reading a slice of all inputs takes: the buffers of one thread, however long the slice.
  ///
  /// - Parameter onlyReference: whether nothing but the reference is read.
  public func work(of slice: Slice, onlyReference: Bool = false) -> ReadingWork {
    let count = min(chunk, slice.count)
    // A block holds the base, every model and the sum in up to eight bytes an element.
    var total = ReadingWork(memory: (members.count + 2) * ElementBlock.limit * 8)
    func add(_ source: any StateDict, _ position: Int) {
      var work = source.work(of: Slice(tensor: position, elements: slice.elements))
      work.memory += count * source.manifest.tensors[position].dtype.byteCount
      total.add(work)
    }
    if let base { add(base, slice.tensor) }
    for member in onlyReference ? members.prefix(base == nil ? 1 : 0) : members[...] {
      add(member.source, member.positions[slice.tensor])
    }
    return total
  }

  /// Whether a tensor's blocks are computed in `Double`.
  public func isWide(_ tensor: Int) -> Bool {
    if case .jointTaskVectors = quantity { return isEverywhereWide }
    return members.reduce(manifest.tensors[tensor].dtype) {
      DType.promoted($0, $1.source.manifest.tensors[$1.positions[tensor]].dtype)
    } == .float64
  }

  /// The type that blocks are computed in where it is one for all tensors.
  public var computingType: DType { isEverywhereWide ? .float64 : .float32 }

  /// Whether all blocks are computed in `Double`.
  var isEverywhereWide: Bool { jointPrecision == .float64 }

  private func read(_ slice: Slice, into workspace: Workspace) throws {
    var reads: [SliceRead] = []
    reads.reserveCapacity(members.count + 1)
    if let base {
      let dtype = manifest.tensors[slice.tensor].dtype
      reads.append(SliceRead(base, slice, into: workspace.baseBytes(slice.count, dtype)))
    }
    for (m, member) in members.enumerated() {
      let position = member.positions[slice.tensor]
      let dtype = member.source.manifest.tensors[position].dtype
      reads.append(
        SliceRead(
          member.source, Slice(tensor: position, elements: slice.elements),
          into: workspace.modelBytes(m, slice.count, dtype)))
    }
    try SliceRead.all(reads)
  }

  /// Whether blocks hold task vectors.
  var isOfTaskVectors: Bool {
    if case .values = quantity { false } else { true }
  }

  /// The type that model `m` keeps a tensor of the reference in.
  func storedType(of m: Int, _ tensor: Int) -> DType {
    members[m].source.manifest.tensors[members[m].positions[tensor]].dtype
  }

  /// What the difference of a model's and the base's values is rounded to.
  func precision(of dtype: DType, onto base: DType) -> DType {
    if case .jointTaskVectors = quantity { jointPrecision } else { DType.promoted(base, dtype) }
  }

  private func load(
    _ tensor: Int, _ range: Range<Int>, of workspace: Workspace, startingAt start: Int
  ) {
    let block = workspace.block
    let wide = isWide(tensor)
    let baseType = manifest.tensors[tensor].dtype
    block.begin(
      Slice(tensor: tensor, elements: start + range.lowerBound..<start + range.upperBound))
    if base != nil {
      block.setBase(workspace.baseBytes(range, baseType), baseType, wide: wide)
    }
    for m in members.indices {
      let dtype = storedType(of: m, tensor)
      let bytes = workspace.modelBytes(m, range, dtype)
      if isOfTaskVectors {
        let precision = precision(of: dtype, onto: baseType)
        block.setTaskVector(m, bytes, dtype, wide: wide, precision: precision)
      } else {
        block.setModel(m, bytes, dtype, wide: wide)
      }
    }
    prepare?(block)
  }
}
