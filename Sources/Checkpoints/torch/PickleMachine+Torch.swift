extension PickleMachine {
  /// What PyTorch's pickles call: each is built here, in place.
  mutating func reduce(_ operands: [Reference]) throws {
    guard case .global(let function) = values[operands[0]] else {
      throw PickleFault.target(of: "REDUCE")
    }
    guard case .tuple(let arguments) = values[operands[1]] else {
      throw PickleFault.arguments(of: "REDUCE")
    }
    switch function {
    case .orderedDictionary: push(.dictionary(try pairs(arguments)))
    case .set: push(.set)
    case .device, .encode: push(.opaque)
    case .size:
      guard arguments.count == 1, case .tuple = values[arguments[0]] else {
        throw PickleFault.arguments(of: "torch.Size")
      }
      stack.append(arguments[0])
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = values[first] else {
        throw PickleFault.arguments(of: "_rebuild_parameter")
      }
      stack.append(first)
    case .rebuildTensor, .rebuildTypedTensor:
      push(.tensor(try tensor(arguments, isTyped: function == .rebuildTypedTensor)))
    case .element, .storage: throw PickleFault.target(of: "REDUCE")
    }
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`, and `v3` with the
  /// type after those.
  private func tensor(_ arguments: [Reference], isTyped: Bool) throws -> TorchTensor {
    let fault = PickleFault.arguments(of: "_rebuild_tensor")
    guard arguments.count >= (isTyped ? 7 : 6), case .storage(let storage) = values[arguments[0]],
      case .int(let offset) = values[arguments[1]], let shape = sizes(arguments[2]),
      let strides = sizes(arguments[3]), shape.count == strides.count
    else { throw fault }
    var element = storage.element
    if isTyped {
      guard case .global(.element(let given)) = values[arguments[6]] else { throw fault }
      element = given
    }
    guard let element else { throw fault }
    return TorchTensor(
      storage: storage, element: element, offset: offset, shape: shape, strides: strides)
  }

  private func sizes(_ reference: Reference) -> [Int]? {
    guard case .tuple(let items) = values[reference],
      items.count <= SafetensorsHeader.dimensionLimit
    else { return nil }
    var sizes: [Int] = []
    for item in items {
      guard case .int(let size) = values[item] else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// The pairs that an ordered dictionary is made of.
  private func pairs(_ arguments: [Reference]) throws -> [(key: Reference, value: Reference)] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, case .list(let items) = values[first] else {
      throw PickleFault.arguments(of: "OrderedDict")
    }
    return try items.map { item in
      switch values[item] {
      case .list(let pair) where pair.count == 2, .tuple(let pair) where pair.count == 2:
        (pair[0], pair[1])
      default: throw PickleFault.arguments(of: "OrderedDict")
      }
    }
  }

  /// The tuple `("storage", type, key, location, count)`.
  func storage(_ reference: Reference) throws -> TorchStorage {
    guard case .tuple(let parts) = values[reference], parts.count == 5,
      case .text("storage") = values[parts[0]],
      case .global(.storage(let element)) = values[parts[1]],
      case .text(let key) = values[parts[2]], case .int(let count) = values[parts[4]], count >= 0
    else { throw PickleFault.persistentID }
    return TorchStorage(key: key, element: element, count: count)
  }
}
