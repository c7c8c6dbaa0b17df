/// Columns of text, aligned.
public struct TextTable {
  private let rows: [[String]]
  private let right: Set<Int>

  /// A table with a heading; the columns `right` end at the right.
  public init(_ heading: [String], _ rows: [[String]], right: Set<Int> = []) {
    self.rows = [heading] + rows
    self.right = right
  }

  /// The lines.
  public var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        let isLast = column == row.count - 1
        line += right.contains(column) ? space + cell : cell + (isLast ? "" : space)
        if !isLast { line += "  " }
      }
      return line + "\n"
    }.joined()
  }
}
