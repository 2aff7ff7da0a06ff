/// Moves a scale's alert rate by what analysts say of its alerts, within bounds that nobody can talk it out of.
///
/// Each peer group has one voice between −1 (every label benign) and 1 (every label malicious), however many labels it
/// gives. The step is the mean of the voices with the one group left out whose absence brings it nearest to zero: so no
/// single group moves anything, whatever it labels. A step is at most a factor of two a week, and all steps together at
/// most `factorLimit` either way: a site cannot be desensitised by patience either. What it cannot stop: two groups that
/// conspire, down to one `factorLimit`-th of the budget.
package struct LabelFeedback: Hashable, Sendable {
  /// Most change of the rate a week.
  package static let weeklyFactor = 2.0
  /// Most change of the rate altogether, either way.
  package static let factorLimit = 4.0

  /// A peer group's labels of one week's alerts.
  package struct Labels: Hashable, Sendable {
    package var benign: Int
    package var malicious: Int

    package init(benign: Int, malicious: Int) {
      self.benign = benign
      self.malicious = malicious
    }

    var voice: Double? {
      let all = benign + malicious
      return all > 0 ? Double(malicious - benign) / Double(all) : nil
    }
  }

  /// What the calibrated rate is multiplied with, 1 / `factorLimit` to `factorLimit`.
  package private(set) var factor = 1.0

  package init() {}

  /// Goes on with a factor that was kept; one outside the bounds, or not a number, starts anew.
  package init(factor: Double) {
    if (1 / Self.factorLimit...Self.factorLimit).contains(factor) { self.factor = factor }
  }

  /// Takes in one week's labels by peer group; the caller calls it at most once a week.
  package mutating func take(_ week: [String: Labels]) {
    let voices = week.values.compactMap(\.voice)
    guard voices.count >= 2 else { return }
    let sum = voices.reduce(0, +)
    let leftOut = voices.map { (sum - $0) / Double(voices.count - 1) }
    guard let low = leftOut.min(), let high = leftOut.max(), low * high > 0 else { return }
    let step = low > 0 ? low : high
    let change = exponential(step * logarithm(Self.weeklyFactor))
    factor = min(max(factor * change, 1 / Self.factorLimit), Self.factorLimit)
  }
}
