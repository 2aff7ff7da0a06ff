import CordonCore

/// What a name of the graph stands for while the graph is compiled: a form, instead of numbers.
///
/// The graph is carried out once on forms. A form that no flat model has becomes `refused` with its reason, and
/// whatever is made of it too; only an output that depends on it fails.
enum SymbolicValue: Sendable {
  case constant(ONNXTensor)
  /// Rows after scaling and fully connected layers.
  case row(RowValue)
  /// One number a row: a sum over trees, through a link.
  case trees(TreeValue)
  /// A row minus its reconstruction.
  case residual(ResidualValue)
  /// One number a row: the mean over a residual.
  case error(ReconstructionError)
  /// Two columns, of which this is the second: the probability of the positive class.
  indirect case probabilities(SymbolicValue)
  /// Which values of the row are missing.
  case missing
  /// 1 for each value of the row that is present, 0 for what is missing.
  case presence
  /// How many values of the row are present.
  case presentCount
  /// The sum over a residual's present columns: a mean once it is divided by their count.
  case errorSum(ReconstructionError)
  /// A class that was chosen; no score is made of it.
  case label
  case refused(CordonError)
}

/// A row minus its reconstruction, before the mean is taken.
struct ResidualValue: Sendable {
  enum Power: Sendable { case plain, absolute, square }

  /// The row as it is reconstructed, scaled and no more.
  var target: RowValue
  var output: RowValue
  var power: Power
  /// Whether what is missing counts as no error.
  var isMasked = false
}

/// The mean of a residual over the columns.
struct ReconstructionError: Sendable {
  enum Measure: Sendable { case meanAbsolute, meanSquare, rootMeanSquare }

  var target: RowValue
  var output: RowValue
  var measure: Measure
}
