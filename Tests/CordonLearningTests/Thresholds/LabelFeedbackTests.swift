import CordonLearning
import Testing

@Suite struct LabelFeedbackTests {
  typealias Labels = LabelFeedback.Labels

  static func factor(_ week: [String: Labels], weeks: Int = 1) -> Double {
    var feedback = LabelFeedback()
    for _ in 0..<weeks { feedback.take(week) }
    return feedback.factor
  }

  @Test func `one group moves nothing, whatever it labels`() {
    #expect(Self.factor(["a": Labels(benign: 10_000, malicious: 0)]) == 1)
    #expect(Self.factor(["a": Labels(benign: 10_000, malicious: 0), "b": Labels(benign: 0, malicious: 0)]) == 1)
    #expect(Self.factor(["a": Labels(benign: 10_000, malicious: 0), "b": Labels(benign: 5, malicious: 5)]) == 1)
    #expect(Self.factor(["a": Labels(benign: 9, malicious: 0), "b": Labels(benign: 0, malicious: 1)]) == 1)
  }

  @Test func `groups that agree move the rate by at most two a week and four altogether`() {
    let benign = ["a": Labels(benign: 9, malicious: 0), "b": Labels(benign: 4, malicious: 0)]
    #expect(abs(Self.factor(benign) - 0.5) < 1e-9)
    #expect(Self.factor(benign, weeks: 50) == 0.25)
    let malicious = ["a": Labels(benign: 0, malicious: 9), "b": Labels(benign: 1, malicious: 3)]
    #expect(abs(Self.factor(malicious) - 1.414) < 0.001)
    #expect(Self.factor(malicious, weeks: 50) == 4)
  }

  @Test func `a flood of labels from one group weighs no more than a few`() {
    let few = [
      "a": Labels(benign: 3, malicious: 0), "b": Labels(benign: 1, malicious: 1), "c": Labels(benign: 3, malicious: 1),
    ]
    var flood = few
    flood["a"] = Labels(benign: 100_000, malicious: 0)
    #expect(Self.factor(flood) == Self.factor(few))
  }
}
