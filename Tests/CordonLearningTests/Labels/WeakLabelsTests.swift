import CordonLearning
import Testing

@Suite struct WeakLabelsTests {
  /// Rules of known accuracy over rows of known labels; the last one guesses.
  static func votes(
    rows: Int, accuracies: [Double], coverage: Double, seed: UInt64
  ) -> (votes: [[WeakLabels.Vote]], truth: [Bool]) {
    var randomness = ModelRandomness(seed: seed)
    let truth = (0..<rows).map { _ in randomness.uniform() < 0.3 }
    let votes = accuracies.map { accuracy in
      truth.map { isBad -> WeakLabels.Vote in
        guard randomness.uniform() < coverage else { return .abstains }
        return (randomness.uniform() < accuracy) == isBad ? .bad : .good
      }
    }
    return (votes, truth)
  }

  @Test func `accuracies are found without any truth`() {
    let accuracies = [0.9, 0.8, 0.7, 0.85, 0.55]
    let (votes, truth) = Self.votes(rows: 4_000, accuracies: accuracies, coverage: 0.8, seed: 1)
    let labels = WeakLabels(votes: votes)
    for (found, real) in zip(labels.accuracies, accuracies) { #expect(abs(found - real) < 0.05) }
    #expect(abs(labels.badShare - 0.3) < 0.05)
    // Better than the majority of the votes.
    let majority = truth.indices.map { row in votes.reduce(0) { $0 + Int($1[row].rawValue) } > 0 }
    let byModel = zip(labels.probabilities, truth).count { ($0 > 0.5) == $1 }
    let byMajority = zip(majority, truth).count { $0 == $1 }
    #expect(byModel > byMajority)
  }

  @Test func `no votes say nothing, and no rule is believed wholly`() {
    let silent = WeakLabels(votes: [[.abstains, .abstains], [.abstains, .abstains]])
    #expect(silent.probabilities.allSatisfy { abs($0 - silent.badShare) < 1e-9 })
    #expect(WeakLabels(votes: []).probabilities.isEmpty)
    let certain = WeakLabels(votes: (0..<3).map { _ in [.bad, .good, .bad, .good] })
    #expect(certain.accuracies.allSatisfy { WeakLabels.accuracyBounds.contains($0) })
    #expect(certain.probabilities.map { $0 > 0.5 } == [true, false, true, false])
  }
}
