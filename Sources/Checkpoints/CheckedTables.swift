import Synchronization

/// Tables of shards that were found to hold just what an index lists.
///
/// Models whose index and headers are the same share one table, and the work of checking it.
final class CheckedTables: Sendable {
  private struct Entry {
    let index: ShardedIndex
    let headers: [SafetensorsHeader]
    let table: TensorTable
  }

  private let entries = Mutex<[Entry]>([])

  /// The table of these headers under this index; `check` makes it where it is not known.
  func table(
    of files: [any TensorFile], index: ShardedIndex, check: () throws -> TensorTable
  ) rethrows -> TensorTable {
    let headers = files.compactMap { ($0 as? SafetensorsFile)?.header }
    let known = entries.withLock { entries in
      entries.first {
        $0.index === index && $0.headers.elementsEqual(headers, by: ===)
      }
    }
    if let known { return known.table }
    let table = try check()
    if headers.count == files.count {
      entries.withLock { $0.append(Entry(index: index, headers: headers, table: table)) }
    }
    return table
  }
}
