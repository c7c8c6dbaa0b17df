// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// A libtorch of one's own (`LIBTORCH=/path swift build`); Debian's is used otherwise.
let libtorch = Context.environment["LIBTORCH"]

/// The MPI library to build against, by its pkg-config name: `ompi-c`, or `mpich`.
let mpi = Context.environment["FUSION_MPI"] ?? "ompi-c"

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
// Kernels are fast in debug builds too, and give the same bits on every CPU.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off"])]

let torchLibraries = libtorch.map { $0 + "/lib" }
let torchHasCUDA =
  torchLibraries.map { FileManager.default.fileExists(atPath: $0 + "/libtorch_cuda.so") } ?? false
let whenTorch = BuildSettingCondition.when(traits: ["LibTorch"])
let torchInclude = (libtorch ?? "/usr") + "/include"
let torchCXX: [CXXSetting] = [
  .define("FUSION_BENCH_LIBTORCH", whenTorch),
  .unsafeFlags(
    ["-isystem", torchInclude + "/torch/csrc/api/include", "-fvisibility=hidden"]
      + (libtorch == nil ? [] : ["-isystem", torchInclude]), whenTorch),
]
let torchKernels: [CSetting] = [.unsafeFlags(["-O3", "-fvisibility=hidden"])]
let torchLinker: [LinkerSetting] =
  (torchLibraries.map { [.unsafeFlags(["-L", $0, "-Xlinker", "-rpath=" + $0], whenTorch)] } ?? [])
  + [.linkedLibrary("torch_cpu", whenTorch), .linkedLibrary("c10", whenTorch)]
  + (torchHasCUDA
    ? [
      .unsafeFlags(
        ["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-Xlinker", "--as-needed"], whenTorch)
    ]
    : [])

extension Target {
  /// A library of ours in Swift.
  static func swift(
    _ name: String, _ dependencies: [Dependency] = [], settings: [SwiftSetting] = [],
    linker: [LinkerSetting] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, swiftSettings: strict + settings,
      linkerSettings: linker)
  }

  /// The tests of one library.
  static func test(
    _ name: String, _ dependencies: [Dependency] = [], exclude: [String] = [],
    settings: [SwiftSetting] = []
  ) -> Target {
    .testTarget(
      name: name + "Tests", dependencies: dependencies, exclude: exclude,
      swiftSettings: strict + settings)
  }
}

extension Target.Dependency {
  static let collections = product(name: "OrderedCollections", package: "swift-collections")
  static let yams = product(name: "Yams", package: "Yams")
}

let torchDefine: [SwiftSetting] = [.define("FUSION_BENCH_LIBTORCH", whenTorch)]

let package = Package(
  name: "FusionBench",
  products: [
    .executable(name: "fusion_bench", targets: ["fusion_bench"]),
    // Everything but MPI, for programs in Swift.
    .library(name: "FusionBench", targets: ["FusionBench"]),
    // Loaded at run time, and only where a network has to run: it takes most of a second to load.
    .library(name: "CTorch", type: .dynamic, targets: ["CTorch"]),
  ],
  traits: [
    .trait(name: "LibTorch", description: "Run networks with libtorch: evaluation of models."),
    .default(enabledTraits: ["LibTorch"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Values and files
    .swift("Wording"),
    .swift("Threading"),
    .target(name: "CFusionKernels", cSettings: kernelSettings),
    .swift("Tensors", ["CFusionKernels", "Wording"], linker: [.linkedLibrary("m")]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .target(name: "CFileIO", dependencies: ["CXXHash"], cSettings: kernelSettings),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .swift(
      "Checkpoints",
      ["Tensors", "Threading", "Wording", "CFusionKernels", "CFileIO", "CLibCrypto"]),

    // Matrices: OpenBLAS is loaded at run time, and only where a method needs it.
    .target(
      name: "CLinearAlgebra", cSettings: kernelSettings, linkerSettings: [.linkedLibrary("dl")]),
    .swift("LinearAlgebra", ["CLinearAlgebra"]),

    // Configuration
    .swift("ConfigTree", [.collections]),
    .swift("HydraConfig", ["ConfigTree", .yams, .collections]),

    // Merging
    .swift(
      "FusionCore",
      ["Tensors", "Threading", "Wording", "CFusionKernels", "ConfigTree", .collections]),
    .swift(
      "Methods",
      [
        "FusionCore", "LinearAlgebra", "Tensors", "Threading", "Wording", "ConfigTree",
        .collections,
      ]),
    .swift(
      "ModelPools",
      [
        "FusionCore", "Checkpoints", "DataSets", "Tensors", "Threading", "ConfigTree", "Wording",
      ]),

    .swift(
      "Inspection",
      [
        "FusionCore", "ModelPools", "Checkpoints", "Tensors", "Threading", "Wording",
        "CFusionKernels", .collections,
      ]),

    // Evaluation
    .target(name: "CTorchInterface"),
    .target(
      name: "CTorch", dependencies: ["CTorchInterface"], cSettings: torchKernels,
      cxxSettings: torchCXX,
      linkerSettings: torchLinker),
    .swift(
      "Networks", ["Tensors", "DataSets", "Threading", "CTorchInterface"], settings: torchDefine),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .swift("DataSets", ["CZlib", "CPNG"]),
    .swift(
      "TaskPools",
      ["FusionCore", "Networks", "DataSets", "Checkpoints", "Tensors", "ConfigTree", .collections]),

    // MPI
    .systemLibrary(
      name: "COpenMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CMPI", dependencies: ["COpenMPI"]),
    .swift("MPIModule", ["CMPI"]),
    .swift("FusionMPI", ["FusionCore", "MPIModule"]),

    // The command
    .swift(
      "Programs",
      [
        "FusionCore", "Methods", "ModelPools", "TaskPools", "Checkpoints", "Tensors", "Threading",
        "ConfigTree", "Wording", .collections,
      ]),
    .swift(
      "FusionBench",
      [
        "Programs", "Methods", "ModelPools", "TaskPools", "FusionCore", "HydraConfig",
        "Checkpoints", "Tensors", "ConfigTree",
      ]),
    .executableTarget(
      name: "fusion_bench",
      dependencies: [
        "Programs", "FusionCore", "FusionMPI", "MPIModule", "HydraConfig", "ConfigTree",
        "Checkpoints", "Inspection", "ModelPools", "Wording",
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "merge_benchmark", dependencies: ["FusionCore", "Checkpoints", "Tensors", "Threading"],
      path: "Benchmarks/MergeBenchmark", swiftSettings: strict),

    .executableTarget(
      name: "bare_merge", path: "Benchmarks/BareMerge", cSettings: kernelSettings),

    .target(
      name: "BareReductions", dependencies: ["COpenMPI"], path: "Benchmarks/BareReductions"),
    .executableTarget(
      name: "exchange_benchmark",
      dependencies: [
        "BareReductions", "FusionMPI", "MPIModule", "FusionCore", "ModelPools", "Checkpoints",
        "Tensors", "Threading", "ConfigTree",
      ],
      path: "Benchmarks/ExchangeBenchmark", swiftSettings: strict),

    .executableTarget(
      name: "matrix_benchmark", dependencies: ["LinearAlgebra"],
      path: "Benchmarks/MatrixBenchmark", swiftSettings: strict),

    // Tests
    .target(
      name: "FusionTestSupport", dependencies: ["FusionCore", "Tensors", "Threading"],
      path: "Tests/FusionTestSupport", swiftSettings: strict),
    .executableTarget(
      name: "MPIWorker", dependencies: ["MPIModule"], swiftSettings: strict),
    .executableTarget(
      name: "FabricWorker", dependencies: ["FusionMPI", "MPIModule", "FusionTestSupport"],
      swiftSettings: strict),
    .target(
      name: "ConfigFuzzing", dependencies: ["HydraConfig", "ConfigTree"],
      path: "Tests/Fuzz/ConfigFuzzing", swiftSettings: strict),
    .executableTarget(
      name: "config_fuzz", dependencies: ["ConfigFuzzing"], path: "Tests/Fuzz/ConfigFuzz",
      swiftSettings: strict),
    .target(
      name: "CheckpointFuzzing", dependencies: ["Checkpoints"],
      path: "Tests/Fuzz/CheckpointFuzzing", swiftSettings: strict),
    .executableTarget(
      name: "checkpoint_fuzz", dependencies: ["CheckpointFuzzing"],
      path: "Tests/Fuzz/CheckpointFuzz", swiftSettings: strict),
    .test("Checkpoints", ["Checkpoints", "CheckpointFuzzing", "Tensors", "Wording"]),
    .test("HydraConfig", ["HydraConfig", "ConfigTree", "ConfigFuzzing"]),
    .test("Tensors", ["Tensors", "FusionTestSupport"]),
    .test("Threading", ["Threading"]),
    .test("LinearAlgebra", ["LinearAlgebra"]),
    .test(
      "FusionCore",
      [
        "FusionCore", "Tensors", "Threading", "CFusionKernels", "Wording", "ConfigTree",
        "FusionTestSupport", .collections,
      ]),
    .test(
      "Methods",
      [
        "Methods", "FusionCore", "Tensors", "ConfigTree", "Checkpoints", "FusionTestSupport",
        .collections,
      ]),
    .test(
      "ModelPools",
      ["ModelPools", "FusionCore", "Checkpoints", "Tensors", "ConfigTree", "FusionTestSupport"]),
    .test(
      "Inspection",
      ["Inspection", "FusionCore", "Checkpoints", "Tensors", "FusionTestSupport"]),
    .test("TaskPools", ["TaskPools", "FusionCore", "Tensors", "ConfigTree"]),
    .test(
      "Networks", ["Networks", "DataSets", "Checkpoints", "Tensors", "Methods", "FusionCore"],
      settings: torchDefine),
    .test("DataSets", ["DataSets", "CZlib"], exclude: ["Fixtures"]),
    .test("FusionBench", ["FusionBench", "FusionTestSupport"]),
    .test("MPIModule", ["MPIModule", "MPIWorker"]),
    .test(
      "EndToEnd", ["fusion_bench", "FabricWorker", "CTorch", "Checkpoints", "Tensors"],
      settings: torchDefine),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
