import OrderedCollections
import Tensors

/// A pool of models in hand, called "0", "1" and so on.
///
/// - Throws: nothing for a list; declared for symmetry with the dictionary form.
public func toModelPool(_ models: [any StateDict]) throws -> BaseModelPool {
  try BaseModelPool(models.enumerated().map { ("\($0)", $1) })
}

/// A pool of models in hand with their names.
///
/// - Throws: `PoolError.invalidName`.
public func toModelPool(_ models: OrderedDictionary<String, any StateDict>) throws -> BaseModelPool
{
  try BaseModelPool(models.map { ($0.key, $0.value) })
}
