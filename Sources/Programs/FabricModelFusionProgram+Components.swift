import ConfigTree
import FusionCore

extension FabricModelFusionProgram {
  /// Describes a job, for running it from Swift.
  public convenience init(
    method: ConfigNode, modelpool: ConfigNode, taskpool: ConfigNode = ConfigNode(.null)
  ) {
    self.init()
    self.method = method
    self.modelpool = modelpool
    taskpoolConfig = taskpool
  }

  /// Makes a method or pool, also from a configuration of FusionBench 0.1, which rank 0 tells.
  func make<C>(
    _ config: ConfigNode, role: String, _ builtin: [any Component.Type], as: C.Type = C.self
  ) throws -> C {
    let config = try LegacyConfig.modernised(config, role: role) { line in
      if world.isGlobalZero { Log.line(line, level: .warning) }
    }
    return try Registry(builtin + components).make(config, role: role)
  }
}
