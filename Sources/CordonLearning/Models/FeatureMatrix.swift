/// Rows of features for training and batch scoring.
///
/// Row-major, `rows × columns` Floats. NaN stands for a missing value and nothing else does; whether a model accepts one
/// is in its docstring. Infinity is refused where rows come in (`cordon lab`, the wire), never here.
package struct FeatureMatrix: Hashable, Sendable {
  package let columns: Int
  package private(set) var values: [Float]

  package var rows: Int { columns == 0 ? 0 : values.count / columns }

  /// `values` holds whole rows; a matrix has at least one column.
  package init(columns: Int, values: [Float] = []) {
    precondition(columns > 0 && values.count.isMultiple(of: columns), "a matrix holds whole rows")
    self.columns = columns
    self.values = values
  }

  package subscript(row: Int, column: Int) -> Float {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row, without a copy.
  package subscript(row: Int) -> ArraySlice<Float> { values[row * columns..<(row + 1) * columns] }

  /// Adds one row of `columns` values.
  package mutating func append(_ row: some Collection<Float>) {
    precondition(row.count == columns, "a row has one value a column")
    values.append(contentsOf: row)
  }

  /// The named rows, in the given order; a row may be named again.
  package func selecting(rows chosen: some Sequence<Int>) -> FeatureMatrix {
    var picked = FeatureMatrix(columns: columns)
    for row in chosen { picked.values.append(contentsOf: self[row]) }
    return picked
  }
}
