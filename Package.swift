// swift-tools-version: 6.2
import PackageDescription

/// A libtorch of one's own (`LIBTORCH=/path swift build`); Debian's is used otherwise.
let libtorch = Context.environment["LIBTORCH"]

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// Kernels are fast in debug builds too, and give the same bits on every CPU.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off"])]

let torchHeaders =
  libtorch.map { ["-I\($0)/include", "-I\($0)/include/torch/csrc/api/include"] }
  ?? ["-I/usr/include/torch/csrc/api/include"]
let torchLibraries = libtorch.map { ["-L\($0)/lib", "-Xlinker", "-rpath=\($0)/lib"] } ?? []

extension Target {
  static func swift(
    _ name: String, _ dependencies: [Dependency] = [], linker: [LinkerSetting] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linker)
  }

  static func test(_ name: String, _ dependencies: [Dependency]) -> Target {
    .testTarget(
      name: name + "Tests", dependencies: dependencies, exclude: [], swiftSettings: strict)
  }
}

extension Target.Dependency {
  static let collections = product(name: "OrderedCollections", package: "swift-collections")
  static let yams = product(name: "Yams", package: "Yams")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
}

let package = Package(
  name: "FusionBench",
  traits: [
    .trait(name: "LibTorch", description: "Run networks with libtorch: evaluation of models."),
    .default(enabledTraits: ["LibTorch"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "CFusionKernels", cSettings: kernelSettings),
    .swift("Tensors", ["CFusionKernels"], linker: [.linkedLibrary("m")]),
    .swift("ConfigTree", [.collections]),
    .swift(
      "FusionCore", ["Tensors", "CFusionKernels", "ConfigTree", .collections]),
    .swift("Methods", ["FusionCore", "Tensors", "ConfigTree"]),
    .target(name: "CFileIO"),
    .swift("Checkpoints", ["Tensors", "CFileIO", .crypto]),
    .swift("ModelPools", ["FusionCore", "Checkpoints", "Tensors", "ConfigTree"]),
    .swift("TaskPools", ["FusionCore", "Tensors", "ConfigTree"]),
    .swift(
      "Programs",
      [
        "FusionCore", "Methods", "ModelPools", "TaskPools", "Checkpoints", "Tensors", "ConfigTree",
        .collections,
      ]),
    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CMPI", dependencies: ["COpenMPI"]),
    .swift("MPIModule", ["CMPI"]),
    .swift("FusionMPI", ["FusionCore", "MPIModule"]),
    .target(
      name: "FusionTestSupport", dependencies: ["FusionCore", "Tensors"],
      path: "Tests/FusionTestSupport", swiftSettings: strict),
    .test("Methods", ["Methods", "FusionCore", "Tensors", "FusionTestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
