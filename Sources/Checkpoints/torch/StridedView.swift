internal import CFusionKernels
import Tensors

/// Where the elements of a tensor stand in a file: any view of a storage that PyTorch can make,
/// transposed, cut out or expanded.
///
/// A run of elements is read without reading the tensor: the run is cut into boxes, and the
/// elements of a box are taken in the order of the file, through a small window.
struct StridedView: Sendable, Hashable {
  /// Where the first element stands in the file.
  let start: Int
  let shape: [Int]
  /// Bytes from one element to the next, for every dimension.
  private let steps: [Int]
  private let itemSize: Int
  /// Whether the elements stand one after the other.
  let isContiguous: Bool

  /// Bytes that are read at once where elements stand apart.
  private static let windowSize = 1 << 18
  /// The widest gap that is read over.
  private static let gapLimit = 1 << 12

  /// Checks a view.
  ///
  /// - Parameters:
  ///   - offset: the first element, counted in the storage.
  ///   - strides: elements from one to the next, for every dimension.
  ///   - storage: where the storage begins in the file.
  ///   - elements: how many elements the storage holds.
  /// - Returns: nil when an element would lie outside the storage.
  init?(_ info: TensorInfo, offset: Int, strides: [Int], storage: Int, elements: Int) {
    guard offset >= 0, offset <= elements, strides.allSatisfy({ $0 >= 0 }) else { return nil }
    shape = info.shape
    itemSize = info.dtype.byteCount
    start = storage + offset * info.dtype.byteCount
    guard info.count > 0 else {
      steps = strides.map { _ in 0 }
      isContiguous = true
      return
    }
    var last = offset
    for (size, stride) in zip(info.shape, strides) {
      let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(reach)
      guard !overflow, !carry else { return nil }
      last = sum
    }
    guard last < elements else { return nil }
    // A stride that is never taken may be anything.
    steps = zip(info.shape, strides).map { $0 > 1 ? $1 * info.dtype.byteCount : 0 }
    var expected = info.dtype.byteCount
    var isContiguous = true
    for (size, step) in zip(shape, steps).reversed() where size > 1 {
      isContiguous = isContiguous && step == expected
      expected *= size
    }
    self.isContiguous = isContiguous
  }

  /// Copies a run of elements (row-major) from the file.
  ///
  /// - Parameter destination: exactly as many bytes as the elements have.
  /// - Throws: what reading throws.
  func read(
    _ elements: Range<Int>, from file: FileBytes, into destination: UnsafeMutableRawBufferPointer
  ) throws {
    if isContiguous {
      return try file.read(start + elements.lowerBound * itemSize, destination)
    }
    let window = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.windowSize, alignment: 4096)
    defer { window.deallocate() }
    for box in boxes(of: elements) {
      let first = box.position - elements.lowerBound
      let target = UnsafeMutableRawBufferPointer(
        rebasing: destination[first * itemSize..<(first + box.count) * itemSize])
      try read(box, from: file, into: target, window)
    }
  }

  private func read(
    _ box: ElementBox, from file: FileBytes, into target: UnsafeMutableRawBufferPointer,
    _ window: UnsafeMutableRawBufferPointer
  ) throws {
    // From the widest step in the file to the narrowest, each with its step in the target.
    var targetStep = itemSize
    var loops: [(size: Int, from: Int, to: Int)] = []
    var position = start
    for dimension in shape.indices.reversed() {
      loops.append((box.sizes[dimension], steps[dimension], targetStep))
      position += box.origin[dimension] * steps[dimension]
      targetStep *= box.sizes[dimension]
    }
    loops.removeAll { $0.size == 1 }
    loops.sort { $0.from > $1.from }
    let inner = loops.popLast() ?? (1, itemSize, itemSize)
    // Neighbours in the file that are worth reading at once.
    let isDense = (loops.last?.from ?? .max) <= Self.gapLimit
    var reader = WindowReader(
      file: file, window: window, isDense: isDense,
      end: position + loops.reduce(inner.from * (inner.size - 1)) { $0 + $1.from * ($1.size - 1) }
        + itemSize)
    var counters = [Int](repeating: 0, count: loops.count)
    var from = position
    var to = 0
    while true {
      try copy(inner, at: from, to: target, at: to, &reader)
      var dimension = loops.count - 1
      while dimension >= 0 {
        counters[dimension] += 1
        from += loops[dimension].from
        to += loops[dimension].to
        if counters[dimension] < loops[dimension].size { break }
        from -= loops[dimension].from * loops[dimension].size
        to -= loops[dimension].to * loops[dimension].size
        counters[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }

  /// Copies elements at equal distances.
  private func copy(
    _ run: (size: Int, from: Int, to: Int), at from: Int,
    to target: UnsafeMutableRawBufferPointer, at to: Int, _ reader: inout WindowReader
  ) throws {
    // As many at once as a window holds, or one where they stand far apart.
    let fit = run.from == 0 ? run.size : (Self.windowSize - itemSize) / run.from + 1
    let step = run.from > Self.gapLimit ? 1 : min(run.size, fit)
    var done = 0
    while done < run.size {
      let count = min(step, run.size - done)
      let source = try reader.bytes(
        at: from + done * run.from, count: (count - 1) * run.from + itemSize)
      ck_copy_strided(
        itemSize, source, run.from, target.baseAddress.map { $0 + to + done * run.to }, run.to,
        count)
      done += count
    }
  }
}
