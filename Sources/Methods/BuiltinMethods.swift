import FusionCore

/// Every method that a configuration can name.
public let builtinMethods: [BaseAlgorithm.Type] = [
  DummyAlgorithm.self,
  SimpleAverageAlgorithm.self,
  WeightedAverageAlgorithm.self,
  TaskArithmeticAlgorithm.self,
  TiesMergingAlgorithm.self,
  DareSimpleAverage.self,
  DareTaskArithmetic.self,
  DareTiesMerging.self,
  TaskSingularVectorMerging.self,
  IsotropicMergingInCommonSubspace.self,
  IsotropicMergingInCommonAndTaskSubspace.self,
  SingularValueCalibration.self,
  SingularValueCalibrationWithBaseMethod.self,
  SingularValueCalibrationArithmeticTask.self,
]
