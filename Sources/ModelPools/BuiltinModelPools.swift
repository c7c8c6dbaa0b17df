import FusionCore

/// Every model pool that a configuration can name.
public let builtinModelPools: [BaseModelPool.Type] = [
  LazyStateDictPool.self,
  CLIPVisionModelPool.self,
  CausalLMPool.self,
  CausalLMBackbonePool.self,
]
