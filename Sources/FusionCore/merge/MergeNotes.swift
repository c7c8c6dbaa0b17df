/// A merge that has something to say once it was computed: what it did with the inputs, how even
/// the work was.
public protocol MergeNotes {
  /// One line for each thing to say, the same on every rank.
  ///
  /// Every process of `world` needs to call this method.
  ///
  /// - Throws: what the collectives throw.
  func notes(in world: any Fabric) throws -> [String]
}

extension ElementwiseMerge: MergeNotes {
  /// Which integer tensors the inputs disagree on.
  public func notes(in world: any Fabric) throws -> [String] {
    let names = try inputs.differingIntegers(in: world)
    guard let first = names.first else { return [] }
    return [
      "\(names.count) integer tensor(s) differ between models, such as '\(first)'; "
        + "the values of the pre-trained or first model are kept"
    ]
  }
}
