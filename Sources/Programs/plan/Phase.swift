import FusionCore
import Tensors

/// Something that all ranks do side by side: a pass over the models, or saving one.
final class Phase {
  /// A rank's part.
  struct Part {
    var bytesRead = 0
    var bytesWritten = 0
    /// Seconds of one core for decompositions.
    var seconds = 0.0
    /// The longest that cannot be shared among threads.
    var longest = 0.0
    /// Bytes that one thread holds at most.
    var memory = 0
  }

  private let slices: (_ part: Int, _ parts: Int) -> [Slice]
  private let work: (Slice) -> ReadingWork
  private let share: Double
  /// For every tensor its elements, and how many bytes one takes in the output: 0 for a pass.
  private let tensors: [(count: Int, size: Int)]
  /// What whole tensors take, which is asked for again and again.
  private var known: [ReadingWork?]

  /// A pass.
  init(_ pass: PlannedPass) {
    slices = pass.slices
    work = pass.work
    share = pass.share
    tensors = pass.elementCounts.map { ($0, 0) }
    known = Array(repeating: nil, count: tensors.count)
  }

  /// Computing and writing a model.
  init(saving model: any StateDict) {
    slices = { model.slices(part: $0, of: $1, limit: .max) }
    work = model.work
    share = 1
    tensors = model.manifest.tensors.map { ($0.count, $0.dtype.byteCount) }
    known = Array(repeating: nil, count: tensors.count)
  }

  /// What one of so many ranks does.
  func part(_ number: Int, of count: Int) -> Part {
    var part = Part()
    for slice in slices(number, count) {
      let work = work(ofKnown: slice)
      let size = tensors[slice.tensor].size
      part.bytesRead += work.bytesRead
      part.bytesWritten += slice.count * size
      part.seconds += work.seconds
      part.longest = max(part.longest, work.seconds)
      // What takes long is computed whole; anything else is saved in pieces.
      let saved = work.seconds > 0 ? slice.count : min(slice.count, Self.savedAtOnce)
      let (memory, overflow) = work.memory.addingReportingOverflow(saved * size)
      part.memory = max(part.memory, overflow ? .max : memory)
    }
    if share < 1 { part.bytesRead = Int(Double(part.bytesRead) * share) }
    return part
  }

  private func work(ofKnown slice: Slice) -> ReadingWork {
    guard slice.count == tensors[slice.tensor].count else { return work(slice) }
    if let work = known[slice.tensor] { return work }
    let work = work(slice)
    known[slice.tensor] = work
    return work
  }

  /// Elements that `ModelOutput` writes at once, at most.
  private static let savedAtOnce = 1 << 18
}
