import ConfigTree
import Foundation
import FusionCore
import HydraConfig
import Programs

/// What the command line asks for.
struct Command {
  private var directory: String
  private var configName = "fabric_model_fusion"
  private var printsJob = false
  private var resolves = false
  private var overrides: [String] = []

  /// Whether it prints text and runs nothing.
  var onlyPrints: Bool { printsJob }

  init(_ arguments: [String]) throws {
    directory = try ConfigFolder.locate()
    for argument in arguments {
      switch argument {
      case "--cfg", "-c", "job": printsJob = true
      case "--resolve": resolves = true
      default: overrides.append(argument)
      }
    }
  }

  private func compose() throws -> Composition {
    try ConfigComposer(searchPath: [directory]).compose(configName: configName, overrides: overrides)
  }

  func printText() throws {
    let composition = try compose()
    print((resolves ? try composition.resolvedJob() : composition.job).yaml(), terminator: "")
  }

  /// Composes on rank 0, gives the result to all, and runs the program.
  func run(in world: any Fabric) throws {
    let bytes = try world.fromGlobalZero {
      Array(try JSONEncoder().encode(try compose().resolvedJob()))
    }
    let config = try JSONDecoder().decode(ConfigNode.self, from: Data(bytes))
    let program: FabricModelFusionProgram = try world.agreeing {
      try Registry([FabricModelFusionProgram.self]).make(config, role: "program")
    }
    program.fabric = world
    try program.run()
  }
}
