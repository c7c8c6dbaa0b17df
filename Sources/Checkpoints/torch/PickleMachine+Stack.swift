extension PickleMachine {
  /// Opcodes that work on the stack.
  mutating func runStack(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      // POP takes a mark where one is on top.
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top("DUP"))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case UInt8(ascii: ")"): push(.tuple([]))
    case 0x8F: push(.set)
    case UInt8(ascii: "l"): push(.list(try popToMark()))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case UInt8(ascii: "d"): push(.dictionary(try pairs(try popToMark(), of: "DICT")))
    case 0x91:
      _ = try popToMark()
      push(.set)
    case 0x85: push(.tuple(try pop(1)))
    case 0x86: push(.tuple(try pop(2)))
    case 0x87: push(.tuple(try pop(3)))
    case UInt8(ascii: "a"): try append(try pop(1), operation: "APPEND")
    case UInt8(ascii: "e"): try append(try popToMark(), operation: "APPENDS")
    case UInt8(ascii: "s"): try set(try pop(2), operation: "SETITEM")
    case UInt8(ascii: "u"): try set(try popToMark(), operation: "SETITEMS")
    case 0x90:
      _ = try popToMark()
      guard case .set = values[try top("ADDITEMS")] else {
        throw PickleFault.target(of: "ADDITEMS")
      }
    case 0x93:
      let names = try pop(2)
      guard case .text(let module) = values[names[0]], case .text(let name) = values[names[1]]
      else { throw PickleFault.arguments(of: "STACK_GLOBAL") }
      try pushGlobal(module + "." + name)
    case UInt8(ascii: "R"), 0x81: try reduce(try pop(2))
    case UInt8(ascii: "b"):
      // The attributes of an ordered dictionary, such as a state dict's _metadata, are dropped.
      _ = try pop()
      guard case .dictionary = values[try top("BUILD")] else {
        throw PickleFault.target(of: "BUILD")
      }
    case UInt8(ascii: "Q"): push(.storage(try storage(try pop())))
    default: return false
    }
    return true
  }

  /// The value on top, above the last mark.
  private func top(_ operation: String) throws -> Reference {
    guard let top = stack.last, marks.last ?? 0 < stack.count else { throw PickleFault.emptyStack }
    return top
  }

  private mutating func pop() throws -> Reference { try pop(1)[0] }

  private mutating func pop(_ count: Int) throws -> [Reference] {
    guard stack.count - (marks.last ?? 0) >= count else { throw PickleFault.emptyStack }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [Reference] {
    guard let mark = marks.popLast() else { throw PickleFault.noMark }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func pairs(
    _ items: [Reference], of operation: String
  ) throws -> [(key: Reference, value: Reference)] {
    guard items.count.isMultiple(of: 2) else { throw PickleFault.arguments(of: operation) }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private mutating func append(_ items: [Reference], operation: String) throws {
    let target = try top(operation)
    guard case .list(var list) = values[target] else { throw PickleFault.target(of: operation) }
    // The list is alone in `list` now, so that appending copies nothing.
    values[target] = .none
    list.append(contentsOf: items)
    values[target] = .list(list)
  }

  private mutating func set(_ items: [Reference], operation: String) throws {
    let added = try pairs(items, of: operation)
    let target = try top(operation)
    guard case .dictionary(var entries) = values[target] else {
      throw PickleFault.target(of: operation)
    }
    values[target] = .none
    entries.append(contentsOf: added)
    values[target] = .dictionary(entries)
  }
}
