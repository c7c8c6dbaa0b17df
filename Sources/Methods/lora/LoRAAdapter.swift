import FusionCore
import Tensors

/// An adapter that holds what a model changed: factors of its matrices, computed when they are read,
/// and other tensors as they are.
struct LoRAAdapter: AdapterStateDict {
  let manifest: Manifest
  let label: String
  let adapterConfiguration: JSONValue
  private let places: [Place]
  private let work: LoRAWork
  private let model: any StateDict
  /// The tensors that are saved whole, and their positions in `manifest`.
  private let saved: (manifest: Manifest, positions: [Int])

  /// Where a tensor of the adapter comes from.
  private enum Place {
    case a(Int)
    case b(Int)
    /// A tensor of the model.
    case saved(Int)
  }

  /// - Parameters:
  ///   - ranks: the rank of every module.
  ///   - dtype: the type of the factors of a module.
  ///   - saved: what is copied of `model`: the position there, the name in the adapter.
  /// - Throws: `TensorError`.
  init(
    _ work: LoRAWork, ranks: [Int], dtype: (LoRAModule) -> DType,
    saved: [(tensor: Int, name: TensorName)], of model: any StateDict, label: String,
    configuration: JSONValue
  ) throws {
    var infos: [TensorInfo] = []
    var places: [Place] = []
    for (number, module) in work.modules.enumerated() {
      infos += try module.tensors(rank: ranks[number], dtype: dtype(module))
      places += [.a(number), .b(number)]
    }
    for (tensor, name) in saved {
      let info = model.manifest.tensors[tensor]
      infos.append(try TensorInfo(name: name, dtype: info.dtype, shape: info.shape))
      places.append(.saved(tensor))
    }
    try self.init(
      try Manifest(infos), places, work, model, label: label, configuration: configuration)
  }

  private init(
    _ manifest: Manifest, _ places: [Place], _ work: LoRAWork, _ model: any StateDict,
    label: String, configuration: JSONValue
  ) throws {
    self.manifest = manifest
    self.places = places
    self.work = work
    self.model = model
    self.label = label
    adapterConfiguration = configuration
    let first = 2 * work.modules.count
    saved = (try Manifest(Array(manifest.tensors[first...])), Array(first..<places.count))
  }

  func read(_ slice: Slice, into destination: UnsafeMutableRawBufferPointer) throws {
    let info = manifest.tensors[slice.tensor]
    let isEnd = slice.elements.upperBound == info.count
    switch places[slice.tensor] {
    case .saved(let tensor):
      try model.read(Slice(tensor: tensor, elements: slice.elements), into: destination)
    case .a(let module):
      try work.withFactors(of: module, finishesA: isEnd) { factors in
        factors.a[slice.elements].withUnsafeBufferPointer {
          Conversion.store($0, as: info.dtype, into: destination)
        }
      }
    case .b(let module):
      let length = work.modules[module].lengthOfB
      try work.withFactors(of: module, finishesB: isEnd) { factors in
        let values = slice.elements.map {
          factors.b[$0 % factors.rank * length + $0 / factors.rank]
        }
        values.withUnsafeBufferPointer { Conversion.store($0, as: info.dtype, into: destination) }
      }
    }
  }

  /// Both factors of whole modules, the dearest first, then an equal share of what is saved whole.
  func slices(part: Int, of parts: Int, limit: Int) -> [Slice] {
    let dealt = work.dealt(part: part, of: parts)
    func whole(_ tensor: Int) -> [Slice] {
      let count = manifest.tensors[tensor].count
      return count > 0 ? [Slice(tensor: tensor, elements: 0..<count)] : []
    }
    // B comes some modules after its A, so that a thread that wants it need not wait for another.
    var slices: [Slice] = []
    for step in 0..<dealt.count + Self.delay {
      if step < dealt.count { slices += whole(2 * dealt[step]) }
      if step >= Self.delay { slices += whole(2 * dealt[step - Self.delay] + 1) }
    }
    return slices
      + saved.manifest.slices(part: part, of: parts, limit: limit).map {
        Slice(tensor: saved.positions[$0.tensor], elements: $0.elements)
      }
  }

  private static let delay = 8

  func work(of slice: Slice) -> ReadingWork {
    switch places[slice.tensor] {
    case .saved(let tensor):
      return model.work(of: Slice(tensor: tensor, elements: slice.elements))
    case .a(let module):
      let demand = work.demands[module]
      let (bytes, overflow) = demand.numbers.multipliedReportingOverflow(by: 8)
      return ReadingWork(
        bytesRead: work.bytesRead(module), seconds: demand.seconds,
        memory: overflow ? .max : bytes)
    // It comes with A.
    case .b: return ReadingWork()
    }
  }

  func casting(to dtype: DType) throws -> any StateDict {
    try LoRAAdapter(
      try manifest.casting(to: dtype), places, work, try model.casting(to: dtype), label: label,
      configuration: adapterConfiguration)
  }
}

extension LoRAAdapter: MergeNotes {
  /// How many modules there are, and how much of their change is kept.
  func notes(in world: any Fabric) throws -> [String] {
    let (modules, share) = try work.energy(in: world)
    return [
      "\(label): \(modules) modules, \(fiveDigits(100 * share)) % of their squared change kept; "
        + "\(saved.positions.count) tensors saved whole"
    ]
  }
}
