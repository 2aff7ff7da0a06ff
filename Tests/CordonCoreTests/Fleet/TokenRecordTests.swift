import CordonCore
import CordonTestSupport
import Testing

@Suite struct TokenRecordTests {
  private static let now = FakeClock.start

  private static func record(_ change: (inout TokenRecord) -> Void = { _ in }) -> TokenRecord {
    var record = TokenRecord(
      id: "t1", digest: [], createdAt: now, notAfter: now.advanced(by: .seconds(3600)), usesLeft: 1, createdBy: "ann")
    change(&record)
    return record
  }

  @Test func isGoodBeforeItsEndAndNotAtIt() throws {
    try Self.record().check(at: Self.now.advanced(by: .milliseconds(3_599_999)))
    expectRefusal("token-expired") { try Self.record().check(at: Self.now.advanced(by: .seconds(3600))) }
  }

  @Test func isRefusedRevokedAndUsedUp() {
    expectRefusal("token-revoked") { try Self.record { $0.isRevoked = true }.check(at: Self.now) }
    expectRefusal("token-used") { try Self.record { $0.usesLeft = 0 }.check(at: Self.now) }
  }
}
