/// Which process reads which model.
enum ModelDealing {
  /// Deals models to processes that see them: those that the fewest see first, each to the process
  /// that has the fewest so far, of equals the first.
  ///
  /// - Parameter sight: for every process and model whether it sees it.
  /// - Returns: for every model its process; nil where none sees it.
  static func owners(sight: [[Bool]]) -> [Int?] {
    let models = sight.first?.count ?? 0
    let seers = (0..<models).map { model in sight.indices.filter { sight[$0][model] } }
    var owners = [Int?](repeating: nil, count: models)
    var loads = Array(repeating: 0, count: sight.count)
    for model in seers.indices.sorted(by: { (seers[$0].count, $0) < (seers[$1].count, $1) }) {
      guard let owner = seers[model].min(by: { (loads[$0], $0) < (loads[$1], $1) }) else {
        continue
      }
      owners[model] = owner
      loads[owner] += 1
    }
    return owners
  }
}
