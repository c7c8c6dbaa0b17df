import ConfigTree

/// A sweep over listed values.
public struct ChoiceSweep: Sendable, Equatable {
  /// The values in order.
  public var values: [OverrideValue]
  /// Whether it was written `a,b`, not `choice(a,b)`.
  public var isSimple = false
  /// Whether the order is to be random.
  public var isShuffled = false
  /// Labels that `tag` gave.
  public var tags: Set<String> = []
}

/// A sweep over equally spaced numbers; the end is not part of it.
public struct RangeSweep: Sendable, Equatable {
  /// The first number, an int or a float.
  public var start: ConfigValue
  /// The bound that is not reached.
  public var stop: ConfigValue
  /// The distance between neighbours; negative to count down.
  public var step: ConfigValue
  /// Whether the order is to be random.
  public var isShuffled = false
  /// Labels that `tag` gave.
  public var tags: Set<String> = []
}

/// A sweep over all numbers between two bounds, which only optimisers can use.
public struct IntervalSweep: Sendable, Equatable {
  /// The lower bound, part of the interval.
  public var start: ConfigValue
  /// The upper bound, not part of it.
  public var end: ConfigValue
  /// Labels that `tag` gave.
  public var tags: Set<String> = []
}

/// A choice of the options of a group whose names match patterns.
public struct GlobChoice: Sendable, Equatable {
  /// A name has to match one of these.
  public var include: [String]
  /// And none of these.
  public var exclude: [String]

  /// The names that match, in their order.
  public func filter(_ names: [String]) -> [String] {
    names.filter { name in
      include.contains { FileNamePattern.matches(name, $0) }
        && !exclude.contains { FileNamePattern.matches(name, $0) }
    }
  }
}
