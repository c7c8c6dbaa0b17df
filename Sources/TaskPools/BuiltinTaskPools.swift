import FusionCore

/// Every task pool that a configuration can name.
public let builtinTaskPools: [BaseTaskPool.Type] = [
  DummyTaskPool.self,
  CLIPVisionModelTaskPool.self,
]
