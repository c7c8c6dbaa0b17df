import ConfigTree

extension FunctionCall {
  func sort() throws(FunctionFailure) -> OverrideValue {
    let named = try bindNamed(["sweep", "list", "reverse"])
    let arguments = try orderedArguments(named)
    try requireType(named["reverse"], "reverse", "bool") {
      if case .scalar(.bool) = $0 { true } else { false }
    }
    let isReversed = named["reverse"] == .scalar(.bool(true))
    guard arguments.count == 1 else {
      guard !arguments.isEmpty else { throw FunctionFailure("ValueError", "empty sort input") }
      for argument in arguments {
        guard case .scalar(let value) = argument, value != .null else {
          let texts = arguments.map(\.argumentText).joined(separator: ", ")
          throw FunctionFailure("TypeError", "Invalid arguments: (\(texts))")
        }
      }
      return .choice(
        ChoiceSweep(values: try Self.sorted(arguments, isReversed), isSimple: true))
    }
    switch arguments[0] {
    case .choice(var sweep):
      sweep.values = try Self.sorted(sweep.values, isReversed)
      return .choice(sweep)
    case .range(let sweep): return .range(Self.sorted(sweep, isReversed))
    case .list(let items): return .list(try Self.sorted(items, isReversed))
    default: return arguments[0]
    }
  }

  /// What `sort` and `shuffle` work on.
  func orderedArguments(
    _ named: [String: OverrideValue]
  ) throws(FunctionFailure) -> [OverrideValue] {
    try requireTypes("Union[str, int, bool, float, list, dict, ChoiceSweep, RangeSweep]") {
      $0.isOrdered
    }
    try requireType(named["sweep"], "sweep", "Optional[Union[ChoiceSweep, RangeSweep]]") {
      $0.isSweepOfValues || $0.isNull
    }
    try requireType(named["list"], "list", "Optional[List[Any]]") { $0.isList || $0.isNull }
    for name in ["list", "sweep"] {
      if let value = named[name], !value.isNull { return [value] }
    }
    return positional
  }

  /// A stable sort of values that Python can compare.
  private static func sorted(
    _ values: [OverrideValue], _ isReversed: Bool
  ) throws(FunctionFailure) -> [OverrideValue] {
    for (left, right) in zip(values, values.dropFirst()) {
      _ = try isLess(right, left)
    }
    let keyed = values.enumerated().map { (offset: $0.offset, value: $0.element) }
    let ordered = keyed.sorted { left, right in
      let isLeftFirst = (try? isLess(left.value, right.value)) ?? false
      let isRightFirst = (try? isLess(right.value, left.value)) ?? false
      if isLeftFirst == isRightFirst { return left.offset < right.offset }
      return isReversed ? isRightFirst : isLeftFirst
    }
    return ordered.map(\.value)
  }

  private static func isLess(
    _ left: OverrideValue, _ right: OverrideValue
  ) throws(FunctionFailure) -> Bool {
    if let leftNumber = left.number, let rightNumber = right.number {
      return PythonDecimal.isLess(leftNumber, rightNumber)
    }
    if case .scalar(.string(let leftText)) = left, case .scalar(.string(let rightText)) = right {
      return leftText.unicodeScalars.lexicographicallyPrecedes(rightText.unicodeScalars)
    }
    if case .list(let leftItems) = left, case .list(let rightItems) = right {
      for (leftItem, rightItem) in zip(leftItems, rightItems) where leftItem != rightItem {
        return try isLess(leftItem, rightItem)
      }
      return leftItems.count < rightItems.count
    }
    throw FunctionFailure(
      "TypeError",
      "'<' not supported between instances of '\(left.pythonTypeName)' and "
        + "'\(right.pythonTypeName)'")
  }

  private static func sorted(_ sweep: RangeSweep, _ isReversed: Bool) -> RangeSweep {
    let isAscending = PythonDecimal.isLess(sweep.start, sweep.stop)
    let isDescending = PythonDecimal.isLess(sweep.stop, sweep.start)
    guard isReversed ? isAscending : isDescending else { return sweep }
    var result = sweep
    let step = ConfigNumber.magnitude(sweep.step)
    let shift = isReversed ? ConfigNumber.negated(step) : step
    result.start = ConfigNumber.sum(sweep.stop, shift)
    result.stop = ConfigNumber.sum(sweep.start, shift)
    result.step = ConfigNumber.negated(sweep.step)
    return result
  }
}

extension OverrideValue {
  /// The value in Python's spelling, a sweep by the name of its type.
  fileprivate var argumentText: String {
    guard !isSweep, let list = try? OverrideValue.list([self]).node(key: "") else {
      return pythonTypeName
    }
    return String(list.pythonText.dropFirst().dropLast())
  }
}
