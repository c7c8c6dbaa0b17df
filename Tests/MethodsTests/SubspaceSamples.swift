import Checkpoints
import ConfigTree
import FusionCore
import Methods
import Tensors
import Testing

/// A TSVM with parameters.
func taskSingularVectors(
  alpha: NumberOrList? = nil, excluding: [String] = [], single: Bool = false
) -> TaskSingularVectorMerging {
  let method = TaskSingularVectorMerging()
  method.alpha = alpha
  method.excludeKeys = excluding
  method.returnSingleTaskModels = single
  return method
}

/// Calibration over a TSVM.
func calibratedTaskSingularVectors(alpha: Double) -> BaseAlgorithm {
  let method = SingularValueCalibrationWithBaseMethod()
  method.alpha = alpha
  method.baseMethod = TaskSingularVectorMerging().config
  return method
}

/// Rows that FusionBench gives in float64.
let subspaceGoldens: [GoldenCase] = [
  GoldenCase(
    testDescription: "task singular vectors",
    row:
      "0.8578190911|0.8064323628|1.1603002307|-0.9269604248|-0.8684856120|-0.8044490134|0.967165202|5.064078366|9.55434039"
  ) { taskSingularVectors() },
  GoldenCase(
    testDescription: "isotropic, common",
    row:
      "0.7368603477|0.8106972683|1.0732941252|-0.9677717238|-0.8684856120|-0.8044490134|0.434597201|5.071896585|1.19753812"
  ) { IsotropicMergingInCommonSubspace() },
  GoldenCase(
    testDescription: "isotropic, common and task .5",
    row:
      "0.7209575221|0.7622132318|1.1401759828|-0.8471166087|-0.8684856120|-0.8044490134|1.111279790|5.099091471|21.46624272"
  ) {
    IsotropicMergingInCommonAndTaskSubspace(scalingFactor: 1, commonSpaceFraction: 0.5)
  },
  GoldenCase(
    testDescription: "calibrated task arithmetic",
    row:
      "0.7063574034|0.8088795650|1.0310214998|-0.9833621772|-0.8648145250|-0.8008295782|0.446349108|5.072084271|2.50947777"
  ) { SingularValueCalibrationArithmeticTask(scalingFactor: 0.3, alpha: 0.1) },
  GoldenCase(
    testDescription: "WUDI, 400 steps",
    row:
      "0.7397390527|0.7817249992|0.9847405132|-1.0380415211|-0.8684856120|-0.8044490134|0.872276026|5.142870930|6.65956491"
  ) { WUDIMerging(iterationCount: 400) },
  GoldenCase(
    testDescription: "DOGE 6 30 .07",
    row:
      "0.8194185048|0.9092974268|0.9893582466|-0.9372416557|-0.8317747426|-0.7682546613|1.041118176|4.952739090|7.97404875"
  ) { DOGE_TA_Algorithm(subspace: 6, kept: 30, lambda: 0.07) },
  GoldenCase(
    testDescription: "singular projection, low 2",
    row:
      "0.8684583757|0.9487915711|1.0298692288|-0.9432458909|-0.8263868652|-0.7213705463|1.177224030|5.019616713|9.48092792",
    models: [0, 1]
  ) { SingularProjectionMergingAlgorithm(k: 2) },
  GoldenCase(
    testDescription: "OPCM .5",
    row:
      "0.8447760872|0.8604704237|0.9829931854|-0.9625880792|-0.9001908364|-0.8357081494|1.197488759|5.049083171|8.00511833"
  ) {
    let method = OPCM()
    method.shuffleOrder = false
    return method
  },
]

/// The methods that decompose matrices.
let subspaceMethods: [MethodCase] = [
  MethodCase(testDescription: "task singular vectors") { taskSingularVectors() },
  MethodCase(testDescription: "isotropic, common") { IsotropicMergingInCommonSubspace() },
  MethodCase(testDescription: "isotropic, common and task") {
    IsotropicMergingInCommonAndTaskSubspace()
  },
  MethodCase(testDescription: "calibrated task arithmetic") {
    SingularValueCalibrationArithmeticTask()
  },
  MethodCase(testDescription: "calibrated task singular vectors") {
    calibratedTaskSingularVectors(alpha: 1)
  },
]

/// All methods that compute whole matrices.
let matrixMethods: [MethodCase] =
  subspaceMethods + [
    MethodCase(testDescription: "WUDI") { WUDIMerging(iterationCount: 20) },
    MethodCase(testDescription: "KnOTS") { KnOTSMerging(scalingFactor: 0.3, threshold: 50) },
  ]

/// Compares with FusionBench's result in a folder: within 1e-5 of the largest change of each tensor,
/// and the rounding to float32.
func expectReference(
  _ merged: any StateDict, _ name: String, in folder: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let expected = try Checkpoint.open("\(folder)/\(name).safetensors")
  let base = try Checkpoint.open("\(folder)/_pretrained_.safetensors")
  #expect(
    merged.manifest.tensors.count == expected.manifest.tensors.count,
    sourceLocation: sourceLocation)
  for info in expected.manifest.tensors {
    let found = try merged.tensor(info.name).doubles()
    let wanted = try expected.tensor(info.name).doubles()
    let start = try base.tensor(info.name).doubles()
    let change = zip(wanted, start).map { abs($0 - $1) }.max() ?? 0
    let rounding = 1.2e-7 * (wanted.map(abs).max() ?? 0)
    let worst = zip(found, wanted).map { abs($0 - $1) }.max() ?? 0
    #expect(
      worst <= 1e-5 * change + rounding, "\(info.name): \(worst) of a change of \(change)",
      sourceLocation: sourceLocation)
  }
}

/// A pool of models of one matrix, made by `value` from the model's number (0 is
/// `_pretrained_`), row and column.
func matrixPool(
  _ rows: Int, _ columns: Int, models: Int = 2, name: TensorName = "w", dtype: DType = .float32,
  _ value: (_ model: Int, _ row: Int, _ column: Int) -> Double
) throws -> BaseModelPool {
  let pool = BaseModelPool()
  for (model, key) in ["_pretrained_", "a", "b", "c", "d"].prefix(models + 1).enumerated() {
    var values: [Double] = []
    for row in 0..<rows { for column in 0..<columns { values.append(value(model, row, column)) } }
    let tensors = [
      try Tensor(name, dtype: dtype, shape: [rows, columns], values: values),
      try Tensor("b", dtype: dtype, shape: [2], values: [Double(model), 1]),
    ]
    try pool.addModel(key, .model(try InMemoryStateDict(tensors)))
  }
  return pool
}

/// Numbers of full rank, different for every model.
func wavy(_ model: Int, _ row: Int, _ column: Int) -> Double {
  let i = Double(row * 31 + column + 1)
  return 0.3 * (i * 0.7).remainder(dividingBy: 1) + (model == 0 ? 0 : 0.1 * wave(i, model))
}

private func wave(_ i: Double, _ model: Int) -> Double {
  let x = (0.07 * Double(model) * i * i + Double(model)).remainder(dividingBy: 1)
  return x * (1 - x * x)
}

/// Numbers of `Float` without any order, different for every model.
func noisy(_ model: Int, _ row: Int, _ column: Int) -> Double {
  func draw(_ model: Int) -> Double {
    var state = UInt64(model * 1_000_003 + row * 1009 + column + 1) &* 0x9E37_79B9_7F4A_7C15
    state ^= state >> 31
    state &*= 0xBF58_476D_1CE4_E5B9
    state ^= state >> 29
    // A multiple of 2^-12 between -0.25 and 0.25.
    return Double(Int64(state >> 53) - 1024) / 4096
  }
  return draw(0) + (model == 0 ? 0 : draw(model) / 4)
}
