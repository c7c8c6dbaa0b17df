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
  MagMaxAlgorithm.self,
  TallMaskTaskArithmeticAlgorithm.self,
  TaskArithmeticWithTrustRegionForCLIP.self,
  MagnitudeDiffPruningAlgorithm.self,
  MagnitudePruningForLlama.self,
  RandomPruningForLlama.self,
  ModelRecombinationAlgorithm.self,
  DepthUpscalingAlgorithm.self,
  DepthUpscalingForLlama.self,
  PassthroughMerge.self,
  MixtralUpscalingAlgorithm.self,
  MixtralForCausalLMUpscalingAlgorithm.self,
  MixtralMoEMergingAlgorithm.self,
  MixtralForCausalLMMergingAlgorithm.self,
  TaskSingularVectorMerging.self,
]
