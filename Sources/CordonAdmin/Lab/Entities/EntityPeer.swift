import CordonCore
import CordonLearning

/// What `cordon lab entities` is measured beside: the greatest z-score of an entity's raw features.
///
/// Mean and standard deviation over the entity's training windows, a tenth of a unit added to the deviation. No hours, no
/// peers, no learning afterwards: what a spreadsheet would do.
package enum EntityPeer {
  private static let addedDeviation = 0.1

  /// One score a judged window, in the same order.
  package static func scores(of judged: [EntityReplay.Judged], training: [[[Float]]]) -> [Double] {
    let norms = training.map { norm(of: $0) }
    return judged.map { window in
      let norm = norms[window.entity]
      return zip(window.window.features, norm).reduce(-Double.greatestFiniteMagnitude) { greatest, pair in
        max(greatest, (Double(pair.0) - pair.1.mean) / (pair.1.deviation + addedDeviation))
      }
    }
  }

  private static func norm(of rows: [[Float]]) -> [(mean: Double, deviation: Double)] {
    guard let first = rows.first else { return [] }
    return first.indices.map { column in
      let values = rows.map { Double($0[column]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      return (mean, variance.squareRoot())
    }
  }
}
