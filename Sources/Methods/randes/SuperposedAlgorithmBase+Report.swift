import FusionCore
import Tensors

extension SuperposedAlgorithmBase {
  /// Writes what the compression costs into the log folder, where there is one.
  ///
  /// - Parameters:
  ///   - superposed: the tensors of each model.
  ///   - base: the pre-trained model, where it is kept besides and absorbs what is no target.
  func report(
    _ superposed: Manifest, targets: [Int], models: Int, base: Manifest? = nil
  ) throws {
    guard let folder = program?.logDirectory else { return }
    let tensors = superposed.tensors
    let isTarget = Set(targets)
    let isAbsorbed = base != nil && mode == .identity && shiftLayers == 0
    var count = base?.elementCount ?? 0
    var contextCount = 0
    var bytes = base.map(Self.byteCount) ?? 0
    for (position, tensor) in tensors.enumerated() {
      let isTarget = isTarget.contains(position)
      if isTarget ? !isAbsorbed : base == nil {
        count += tensor.count
        bytes += tensor.count * max(tensor.dtype.byteCount, isTarget ? 4 : 1)
      }
      guard isTarget else { continue }
      let numbers = mode.numbers(forColumns: tensor.shape.last ?? 1) * models
      count += numbers
      contextCount += numbers
      bytes += numbers * (mode == .binary ? 1 : 4)
    }
    let metadata = JSONValue.object([
      "nonzero_parameter_count": .integer(count),
      "nonzero_param_count_context": .integer(contextCount),
      "target_layers": .array(targets.sorted().map { .string(tensors[$0].name.string) }),
      "total_param_count_original": .integer(superposed.elementCount),
      "total_gb_original": .number(Double(Self.byteCount(superposed)) / 1e9),
      "total_gb_retrieved": .number(Double(bytes) / 1e9),
    ])
    try world.onGlobalZero {
      try ReportFolder(path: folder).write(metadata.text(indent: 2), to: "randes_metadata.json")
    }
  }

  private static func byteCount(_ manifest: Manifest) -> Int {
    manifest.tensors.reduce(0) { $0 + $1.byteCount }
  }
}
