import Synchronization

/// How much memory the working buffers of this process may take, whatever the number of models or
/// the size of tensors. Results do not depend on it.
public enum WorkingMemory {
  /// 512 MiB.
  public static let standard = 512 << 20
  /// Elements that are read of one input at a time, unless there is a reason for more.
  public static let customaryRead = 1 << 16

  /// The bytes; all threads share them.
  public static var bytes: Int {
    get { state.withLock { $0.bytes } }
    set { state.withLock { $0.bytes = newValue } }
  }

  /// How many threads share them.
  public static var threads: Int {
    get { state.withLock { $0.threads } }
    set { state.withLock { $0.threads = max(newValue, 1) } }
  }

  /// Elements that are read of one input at a time, memory permitting.
  public static var largestRead: Int {
    get { state.withLock { $0.largestRead } }
    set { state.withLock { $0.largestRead = newValue } }
  }

  private struct State {
    var bytes = standard
    var threads = usableCores()
    var largestRead = customaryRead
  }
  private static let state = Mutex(State())

  /// Elements that a thread reads of each of `inputs` inputs at a time: a multiple of `unit`, and
  /// at least that.
  static func chunk(inputs: Int, unit: Int) -> Int {
    // An element has up to eight bytes; half of the memory is for what is made of it.
    let fitting = bytes / 2 / threads / (inputs * 8)
    return max(min(fitting, largestRead) / unit, 1) * unit
  }

  /// Bins of a histogram, a power of two up to `most`, of which every thread has one for each of
  /// `models` models, and all have one together.
  static func bins(models: Int, most: Int) -> Int {
    var bins = most
    while bins > 1 << 11, (threads + 1) * models * bins * 8 > bytes / 2 { bins /= 2 }
    return bins
  }
}
