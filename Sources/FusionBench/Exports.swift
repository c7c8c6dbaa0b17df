// One import for programs in Swift: everything that their lines name comes with this module.
@_exported import ConfigTree
@_exported import FusionCore
@_exported import HydraConfig
@_exported import Methods
@_exported import ModelPools
@_exported import Programs
@_exported import TaskPools
@_exported import Tensors
