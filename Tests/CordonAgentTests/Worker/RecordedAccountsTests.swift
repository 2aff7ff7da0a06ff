import CordonAgent
import CordonCore
import Testing

@Suite struct RecordedAccountsTests {
  static let passwd = """
    root:x:0:0:root:/root:/bin/bash
    ann@hospital.example:x:10001:10001::/home/ann:/bin/bash
    HOSPITAL\\bob:*:10002:10002:::
    nursing1:x:1000:1000::/home/nursing1:/bin/sh
    later:x:1000:1000:::
    :x:1001:1001:::
    nobody
    minus:x:-1:0:::

    """

  @Test(
    arguments: [
      (0, "root", true), (10_001, "ann@hospital.example", false), (10_002, "HOSPITAL\\bob", false),
      (1000, "nursing1", true), (1001, nil, true), (7, nil, true),
    ] as [(UInt32, String?, Bool)])
  func aNumberIsWhomTheRecordedMachineSays(uid: UInt32, name: String?, isLocal: Bool) {
    var accounts = RecordedAccounts(passwd: Array(Self.passwd.utf8))
    let found = accounts.account(of: uid, now: .epoch)
    #expect(found?.name == name)
    #expect(found == nil || found?.isLocal == isLocal)
  }

  @Test func withoutAccountsOnlyTheSuperuserHasAName() {
    var accounts = RecordedAccounts()
    #expect(accounts.account(of: 0, now: .epoch)?.name == "root")
    #expect(accounts.account(of: 10_001, now: .epoch) == nil)
  }

  @Test func aRecordingThatNamesItsUsersIsBelievedWhereNothingElseIsKnown() {
    var accounts = RecordedAccounts(passwd: Array("ann:x:1000:1000:::".utf8))
    let head = "type=SYSCALL msg=audit(1767225600.965:93777): auid=1000 uid=0 euid=1001"
    accounts.learn(from: Array("\(head)\u{1D}AUID=\"other\" UID=\"root\" EUID=\"bob\"".utf8))
    #expect(accounts.account(of: 1000, now: .epoch)?.name == "ann")
    #expect(accounts.account(of: 1001, now: .epoch)?.name == "bob")
  }
}
