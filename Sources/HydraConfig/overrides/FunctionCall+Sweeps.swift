import ConfigTree

extension FunctionCall {
  func choice() throws(FunctionFailure) -> OverrideValue {
    _ = try bindNamed([])
    try requireTypes("Union[str, int, float, bool, Dict[Any, Any], List[Any], ChoiceSweep]") {
      if case .range = $0 { false } else { $0.isOrdered }
    }
    guard let first = positional.first else {
      throw FunctionFailure("ValueError", "empty choice is not legal")
    }
    if positional.count == 1, case .choice(var sweep) = first {
      guard sweep.isSimple else {
        throw FunctionFailure("ValueError", "nesting choices is not supported")
      }
      sweep.isSimple = false
      return .choice(sweep)
    }
    return .choice(ChoiceSweep(values: positional))
  }

  func range() throws(FunctionFailure) -> OverrideValue {
    let arguments = try bind(["start", "stop", "step"], required: 1)
    let number = "Union[int, float]"
    try requireType(arguments["start"], "start", number) { $0.isNumber }
    try requireType(arguments["stop"], "stop", "Optional[\(number)]") { $0.isNumber || $0.isNull }
    try requireType(arguments["step"], "step", number) { $0.isNumber }
    var start = arguments["start"]?.number ?? .int(0)
    var stop = arguments["stop"]?.number
    if stop == nil {
      stop = start
      start = .int(0)
    }
    return .range(
      RangeSweep(
        start: start, stop: stop ?? .int(0), step: arguments["step"]?.number ?? .int(1)))
  }

  func interval() throws(FunctionFailure) -> OverrideValue {
    let arguments = try bind(["start", "end"], required: 2)
    for name in ["start", "end"] {
      try requireType(arguments[name], name, "Union[int, float]") { $0.isNumber }
    }
    guard let start = arguments["start"], let end = arguments["end"],
      case .scalar(let from) = try Self.cast(start, to: .float),
      case .scalar(let to) = try Self.cast(end, to: .float)
    else { throw FunctionFailure("TypeError", "missing a required argument: 'start'") }
    return .interval(IntervalSweep(start: from, end: to))
  }

  func glob() throws(FunctionFailure) -> OverrideValue {
    let arguments = try bind(["include", "exclude"], required: 1)
    try requireType(arguments["include"], "include", "Union[List[str], str]") {
      $0.text != nil || $0.isList
    }
    try requireType(arguments["exclude"], "exclude", "Optional[Union[str, List[str]]]") {
      $0.text != nil || $0.isList || $0.isNull
    }
    return .glob(
      GlobChoice(
        include: arguments["include"]?.texts ?? [], exclude: arguments["exclude"]?.texts ?? []))
  }

  func tag() throws(FunctionFailure) -> OverrideValue {
    let sweep = try bindNamed(["sweep"])["sweep"].flatMap { $0.isNull ? nil : $0 }
    try requireTypes("Union[str, Sweep]") {
      switch $0 {
      case .choice, .range, .interval: true
      default: $0.text != nil
      }
    }
    try requireType(sweep, "sweep", "Optional[Sweep]") {
      if case .glob = $0 { false } else { $0.isSweep }
    }
    guard !positional.isEmpty else {
      throw FunctionFailure(
        "ValueError", "Not enough arguments to tag, must take at least a sweep")
    }
    let arguments = positional + (sweep.map { [$0] } ?? [])
    var tags: Set<String> = []
    guard let last = arguments.last, last.isSweep else {
      throw FunctionFailure(
        "ValueError",
        "Last argument to tag() must be a choice(), range() or interval(), got NoneType")
    }
    for argument in arguments.dropLast() {
      guard let text = argument.text else {
        throw FunctionFailure(
          "ValueError", "tag arguments type must be string, got \(argument.pythonTypeName)")
      }
      tags.insert(text)
    }
    switch last {
    case .choice(var sweep):
      sweep.tags = tags
      return .choice(sweep)
    case .range(var sweep):
      sweep.tags = tags
      return .range(sweep)
    case .interval(var sweep):
      sweep.tags = tags
      return .interval(sweep)
    default: return last
    }
  }

  func shuffle() throws(FunctionFailure) -> OverrideValue {
    let arguments = try orderedArguments(try bindNamed(["sweep", "list"]))
    guard arguments.count == 1 else {
      return .choice(ChoiceSweep(values: arguments, isSimple: true, isShuffled: true))
    }
    switch arguments[0] {
    case .choice(var sweep):
      sweep.isShuffled = true
      return .choice(sweep)
    case .range(var sweep):
      sweep.isShuffled = true
      return .range(sweep)
    case .list(let items): return .list(items.shuffled())
    default: return .list(arguments)
    }
  }
}

extension OverrideValue {
  var isList: Bool {
    if case .list = self { true } else { false }
  }

  /// A number, truth values counting as 0 and 1.
  var number: ConfigValue? {
    switch self {
    case .scalar(.bool(let flag)): .int(flag ? 1 : 0)
    case .scalar(let value) where isNumber: value
    default: nil
    }
  }

  /// One text, or the texts of a list.
  fileprivate var texts: [String] {
    if case .list(let items) = self { return items.compactMap(\.text) }
    return text.map { [$0] } ?? []
  }
}
