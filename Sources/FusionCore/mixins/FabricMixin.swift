/// Gives a component the processes it may spread its work over.
///
/// The program sets `fabric` when a launcher started several processes. Components use `world`,
/// which is always there, and never ask whether they are distributed.
public protocol FabricMixin: AnyObject {
  /// The processes of the job; nil in a single process.
  var fabric: (any Fabric)? { get set }
}

extension FabricMixin {
  /// The processes of the job, or the world of one.
  public var world: any Fabric { fabric ?? LocalFabric() }
}
