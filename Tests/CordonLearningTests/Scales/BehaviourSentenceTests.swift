import CordonCore
import CordonLearning
import Testing

@Suite struct BehaviourSentenceTests {
  private static let processes = Detection.Evidence(
    feature: 101, what: "processes started", value: 212, usual: 9.2...21.7, unit: "count")
  private static let modules = Detection.Evidence(
    feature: 109, what: "kernel modules loaded or removed", value: 3, usual: 0...0.01, unit: "count")
  private static let entropy = Detection.Evidence(
    feature: 114, what: "highest sampled entropy", value: 7.96, usual: 4...5.25, unit: "bits a byte")

  @Test func `an analyst reads what was done and what is usual`() {
    #expect(
      BehaviourSentence.text(kind: .host, scale: .minute, evidence: [Self.processes, Self.modules, Self.entropy])
        == "This host did what is unusual for it: 212 processes started, usually 9.2 to 22 at this hour; "
        + "3 kernel modules loaded or removed, usually none at this hour; "
        + "highest sampled entropy of 8 bits a byte, usually 4 to 5.3 at this hour.")
  }

  @Test func `a slow change, a further day and a tripwire are said`() {
    #expect(
      BehaviourSentence.text(
        kind: .user, scale: .twelveHours, evidence: [Self.processes], goesOn: true, tripwires: ["canary-touched"])
        == "It goes on: this user has been unusual for it for about 12 hours, at the end with 212 processes started, "
        + "usually 9.2 to 22 at this hour. Tripwires of the same time: canary-touched.")
    #expect(
      BehaviourSentence.text(kind: .host, scale: .minute, evidence: [])
        == "This host did what is unusual for it: a combination that its model has not seen.")
  }
}
