import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct InterlockTests {
  static func interlock(_ criticality: Criticality?) -> Interlock {
    var policy = Policy.Interlock()
    if let criticality { policy.hosts = [.init(label: "here", criticality: criticality)] }
    policy.clinicalExecutables = ["/opt/engine"]
    policy.clinicalNetworks = ["10.9.0.0/16"]
    return Interlock(policy, label: "here")
  }

  static let cases: [(Criticality?, Authority, Bool)] =
    [nil, .lifeSustaining, .therapeutic].flatMap { criticality in
      [
        (criticality, .reflex, false), (criticality, .standing, false), (criticality, .operators, false),
        (criticality, .clinicalOperators, true),
      ]
    }
    + [Criticality.diagnostic, .administrative].flatMap { criticality in
      [Authority.reflex, .standing, .operators, .clinicalOperators].map { (criticality, $0, true) }
    }

  /// The whole table of machines and authorities.
  @Test(arguments: cases.indices) func machines(_ index: Int) throws {
    let (criticality, authority, isAllowed) = Self.cases[index]
    let interlock = Self.interlock(criticality)
    let process = ProcessFacts(pid: 10, parent: 1, startTicks: 1, executable: "/tmp/x")
    let address = IPAddress("192.0.2.9")!
    if isAllowed {
      try interlock.check(authority, tree: [process])
      try interlock.check(authority, address: address)
    } else {
      expectRefusal("interlock") { try interlock.check(authority, tree: [process]) }
      expectRefusal("interlock") { try interlock.check(authority, address: address) }
    }
  }

  /// A declared clinical program or peer needs a clinical signature even on an administrative machine.
  @Test(arguments: [Authority.reflex, .standing, .operators]) func clinicalTargets(authority: Authority) throws {
    let interlock = Self.interlock(.administrative)
    let engine = ProcessFacts(pid: 11, parent: 10, startTicks: 1, executable: "/opt/engine")
    let shell = ProcessFacts(pid: 10, parent: 1, startTicks: 1, executable: "/bin/sh")
    expectRefusal("interlock") { try interlock.check(authority, tree: [shell, engine]) }
    expectRefusal("interlock") { try interlock.check(authority, address: IPAddress("10.9.1.1")!) }
    try interlock.check(.clinicalOperators, tree: [shell, engine])
    try interlock.check(.clinicalOperators, address: IPAddress("10.9.1.1")!)
  }

  @Test func aLabelNamedTwiceCountsAtItsMostCritical() {
    var policy = Policy.Interlock()
    policy.hosts = [
      .init(label: "here", criticality: .administrative), .init(label: "here", criticality: .therapeutic),
      .init(label: "there", criticality: .lifeSustaining),
    ]
    #expect(Interlock(policy, label: "here").criticality == .therapeutic)
    #expect(Interlock(policy, label: "elsewhere").effectiveCriticality == .lifeSustaining)
  }
}
