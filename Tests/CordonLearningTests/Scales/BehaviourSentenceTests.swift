import CordonCore
import CordonLearning
import Testing

@Suite struct BehaviourSentenceTests {
  private static let processes = Detection.Evidence(
    feature: 101, what: "processes started", value: 212, usual: 9.2...21.7, percentile: 98.7, unit: "count")
  private static let modules = Detection.Evidence(
    feature: 109, what: "kernel modules loaded or removed", value: 3, usual: 0...0.01, percentile: 99.99, unit: "count")
  private static let entropy = Detection.Evidence(
    feature: 114, what: "highest sampled entropy", value: 7.96, usual: 4...5.25, unit: "bits a byte")

  @Test func `an analyst reads what was done and what is usual`() {
    #expect(
      BehaviourSentence.text(kind: .host, scale: .minute, evidence: [Self.processes, Self.modules, Self.entropy])
        == "This host did what is unusual for it: 212 processes started, usually 9.2 to 22 at this hour and lower for 98 % "
        + "of the time; "
        + "3 kernel modules loaded or removed, usually none at this hour and lower for 99.9 % of the time; "
        + "highest sampled entropy of 8 bits a byte, usually 4 to 5.3 at this hour.")
  }

  @Test func `a slow change, a further day and a tripwire are said`() {
    #expect(
      BehaviourSentence.text(
        kind: .user, scale: .twelveHours, evidence: [Self.processes], goesOn: true, tripwires: ["canary-touched"])
        == "It goes on: this user has been unusual for it for about 12 hours, at the end with 212 processes started, "
        + "usually 9.2 to 22 at this hour and lower for 98 % of the time. Tripwires of the same time: canary-touched.")
  }

  @Test func `what the fleet's model carries is not told as the entity's own past`() {
    #expect(
      BehaviourSentence.text(kind: .host, scale: .minute, evidence: [Self.entropy], isByModel: true)
        == "This host did what the fleet's model has hardly seen: highest sampled entropy of 8 bits a byte, usually 4 to "
        + "5.3 at this hour.")
    #expect(
      BehaviourSentence.text(kind: .host, scale: .minute, evidence: [], isByModel: true)
        == "This host did what the fleet's model has hardly seen: a combination of what is usual by itself.")
    #expect(
      BehaviourSentence.text(kind: .user, scale: .threeHours, evidence: [])
        == "This user has been unusual for it for about 3 hours; what it did last was usual.")
  }
}
