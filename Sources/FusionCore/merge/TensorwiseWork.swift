import Synchronization
import Tensors

/// The work on the tensors of a merge that are computed whole, shared by its casts.
final class TensorwiseWork: Sendable {
  /// What to report, by name.
  let counts: @Sendable () -> [(name: String, value: Int)]
  private let wholes: [TensorwiseMerge.Whole]
  private let byTensor: [Int: TensorwiseMerge.Whole]
  private let gate: MemoryGate
  private let body: @Sendable (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  private let plan = Mutex<(parts: Int, tensors: [[Int]])>((0, []))
  private let times = Mutex<(tensors: Int, seconds: Double)>((0, 0))
  private let kept = Mutex<Kept?>(nil)

  /// The tensor of which a part was read last.
  private struct Kept {
    let tensor: Int
    let values: [Double]
  }

  init(
    _ wholes: [TensorwiseMerge.Whole], memory: Int,
    counts: @escaping @Sendable () -> [(name: String, value: Int)],
    compute: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) {
    self.wholes = wholes
    self.counts = counts
    byTensor = Dictionary(wholes.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first })
    gate = MemoryGate(limit: memory)
    body = compute
  }

  /// Tensors computed by this process so far.
  var finished: Int { times.withLock { $0.tensors } }
  /// Seconds that its threads spent on them, added up.
  var seconds: Double { times.withLock { $0.seconds } }

  /// The tensor at a position, if it is computed whole.
  func whole(_ tensor: Int) -> TensorwiseMerge.Whole? { byTensor[tensor] }

  /// The tensors of one part.
  func dealt(part: Int, of parts: Int) -> [Int] {
    plan.withLock { plan in
      if plan.parts != parts {
        let groups = groups
        let costs = groups.map { $0.reduce(0) { $0 + $1.cost } }
        let dealt = Dealing.parts(of: costs, among: parts)
        plan = (parts, dealt.map { Self.order($0.map { groups[$0] }) })
      }
      return plan.tensors[part]
    }
  }

  /// What is dealt to one process: the tensors of a group, or one of its own.
  private var groups: [[TensorwiseMerge.Whole]] {
    var groups: [[TensorwiseMerge.Whole]] = []
    var places: [Int: Int] = [:]
    for whole in wholes {
      if let group = whole.group, let place = places[group] {
        groups[place].append(whole)
        continue
      }
      if let group = whole.group { places[group] = groups.count }
      groups.append([whole])
    }
    return groups
  }

  /// The first tensors of some groups, then their second ones, and so on: the first one of a group
  /// takes the time, and threads should not wait for each other in one group.
  private static func order(_ groups: [[TensorwiseMerge.Whole]]) -> [Int] {
    stride(from: 0, to: groups.count, by: 8).flatMap { start in
      let some = groups[start..<min(start + 8, groups.count)]
      return (0..<(some.map(\.count).max() ?? 0)).flatMap { number in
        some.compactMap { $0.indices.contains(number) ? $0[number].tensor : nil }
      }
    }
  }

  /// Computes the `count` values of a tensor and lends them.
  func compute<R>(
    _ whole: TensorwiseMerge.Whole, _ count: Int,
    _ body: (UnsafeMutableBufferPointer<Double>) throws -> R
  ) throws -> R {
    try gate.pass(whole.bytes) {
      let values = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
      defer { values.deallocate() }
      values.initialize(repeating: 0)
      let started = ContinuousClock.now
      try self.body(whole.tensor, values)
      let seconds = (ContinuousClock.now - started) / .seconds(1)
      times.withLock { $0 = ($0.tensors + 1, $0.seconds + seconds) }
      return try body(values)
    }
  }

  /// Lends the values of a tensor, which are computed unless they are kept.
  func part(
    of whole: TensorwiseMerge.Whole, _ count: Int, _ body: (UnsafeBufferPointer<Double>) -> Void
  ) throws {
    // One thread at a time: the next one usually reads the same tensor.
    try kept.withLock { kept in
      if kept?.tensor != whole.tensor {
        kept = nil
        kept = Kept(tensor: whole.tensor, values: try compute(whole, count) { Array($0) })
      }
      kept?.values.withUnsafeBufferPointer(body)
    }
  }
}
