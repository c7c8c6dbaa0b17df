import Checkpoints
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors

/// Models of which each is read by one rank.
enum NumberedModel {
  /// Writes a model unless it is there already.
  static func write(
    _ values: UnsafeRawBufferPointer, _ manifest: Manifest, to path: String
  ) throws {
    if FileManager.default.fileExists(atPath: "\(path)/model.safetensors") { return }
    let writer = try SafetensorsWriter(manifest, to: path, runID: "benchmark", fsync: false)
    try writer.create()
    try writer.open()
    for slice in manifest.slices(limit: 1 << 20) {
      let first = (manifest.elementOffsets[slice.tensor] + slice.elements.lowerBound) * 4
      try writer.write(slice, .init(rebasing: values[first..<first + slice.count * 4]))
    }
    try writer.finishWriting()
    try writer.commit()
  }

  /// Opens models as the command does with `fabric.split=model`.
  ///
  /// Every process of `world` needs to call this.
  static func deal(_ paths: [String], in world: any Fabric) throws -> [any StateDict] {
    var models = ConfigNode(.dictionary([:]))
    for (number, path) in paths.enumerated() { models["m\(number)"] = ConfigNode(.string(path)) }
    var config = ConfigNode(.dictionary([:]))
    config["_target_"] = ConfigNode(.string("LazyStateDictPool"))
    config["models"] = models
    let pool = try Registry(builtinModelPools).make(
      config, role: "modelpool", as: BaseModelPool.self)
    pool.fabric = world
    try pool.deal(.model)
    return try world.agreeing { try pool.models() }
  }
}
