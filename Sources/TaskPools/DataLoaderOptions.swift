import ConfigTree
import FusionCore

/// `dataloader_kwargs`: PyTorch's data loader options; images are always read in order.
final class DataLoaderOptions: Component {
  static var targets: [String] { ["dataloader_kwargs"] }

  /// Images that go through the network together; a task's loss depends on it.
  @Parameter("batch_size") var batchSize = 128
  /// Accepted for FusionBench's configurations; images are read by the evaluating thread.
  @Parameter("num_workers") var workers = 0
  @Parameter("pin_memory") var pinsMemory = false
  @Parameter("drop_last") var dropsLast = false
  @Parameter("shuffle") var shuffles = false

  func validate() throws {
    guard batchSize > 0 else {
      throw ParameterError.invalid(
        key: "batch_size", value: "\(batchSize)", requirement: "must be positive")
    }
    for (key, isSet) in [("drop_last", dropsLast), ("shuffle", shuffles)] where isSet {
      throw ParameterError.invalid(
        key: key, value: "true",
        requirement: "every image is evaluated once, in order")
    }
  }
}
