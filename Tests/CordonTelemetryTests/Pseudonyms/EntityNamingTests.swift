import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite struct EntityNamingTests {
  static let machine = PseudonymTests.machine

  static func named(_ account: RawAccount, _ change: (inout Policy) -> Void = { _ in }) throws -> EntityNaming.Named {
    try withTemporaryFolder { root in
      mkdir("\(root)/etc", 0o755)
      let users = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nnursing1:x:1001:1001::/:/bin/sh\n"
      try SmallFile.replace("\(root)/etc/passwd", with: Array(users.utf8))
      var policy = Policy.observeOnly
      change(&policy)
      var naming = EntityNaming(
        settings: .init(machine: machine, policy: policy),
        directory: SystemAccounts(root: root, asksNameService: false))
      let found = naming.name(account, now: FakeClock.start)
      return try #require(found)
    }
  }

  @Test func `a uid of the machine is a local account, whatever the realm`() throws {
    let ann = try Self.named(.uid(1000)) { $0.defaultRealm = "ward.example" }
    #expect(ann.name.text == "local:\(Self.machine)/ann")
    #expect(!ann.isShared)
    #expect(try Self.named(.uid(4242)).name.text == "local:\(Self.machine)/#4242")
  }

  @Test func `a shared account is one of this host, a name of the realm is the realm's`() throws {
    let root = try Self.named(.uid(0))
    #expect(root.isShared && root.name.kind == .account)
    let nurse = try Self.named(.uid(1001)) { $0.sharedAccounts = ["nursing1"] }
    #expect(nurse.isShared)
    let domain = try Self.named(.name("Nursing1")) { policy in
      policy.sharedAccounts = ["nursing1"]
      policy.defaultRealm = "ward.example"
    }
    #expect(domain.name.text == "ward.example/nursing1@\(Self.machine)")
  }

  @Test(arguments: [("", "", "ehr"), ("", "Ward.example", "ward.example"), ("epic", "ward.example", "epic")])
  func `a bare user of the health record is nobody of this machine`(
    realm: String, defaultRealm: String, expected: String
  ) throws {
    let ann = try Self.named(.record("Ann")) { policy in
      policy.ehr.realm = realm
      policy.defaultRealm = defaultRealm
    }
    #expect(ann.name.text == "\(expected)/ann")
    #expect(try Self.named(.record("DOM\\Ann")).name.text == "dom/ann")
    #expect(try Self.named(.record("nursing1")) { $0.sharedAccounts = ["nursing1"] }.isShared)
  }

  @Test func `service accounts are clear under the policy's name`() throws {
    var policy = Policy.observeOnly
    policy.serviceAccounts = ["svc-hl7", "backup@ward.example"]
    let naming = EntityNaming(settings: .init(machine: Self.machine, policy: policy), directory: SystemAccounts())
    let backup = try #require(CanonicalName.domainAccount("Backup", realm: "WARD.example"))
    #expect(naming.clearNames[backup] == "backup@ward.example")
  }
}
