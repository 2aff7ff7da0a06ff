import CordonAgent
import CordonCore
import CordonTestSupport
import CordonTrust

/// One agent: the product's spool rules and uplink machine over a simulated disk.
final class SimulatedAgent {
  let index: Int
  let id: AgentID
  let disk = SimulatedDisk()
  /// Nil while the agent is down.
  var spool: RecordSpool<SimulatedDisk>?
  var machine: UplinkMachine
  var connection: Connection?
  /// How far its wall clock is off.
  var skew: Duration = .zero
  var snapshot: SimulatedDisk.Contents?
  /// Commands whose effect happened here; on its own disk, which a snapshot of the spool does not hold.
  var obeyed: [UniqueID: Int] = [:]

  init(index: Int) {
    self.index = index
    id = AgentID(Hex.encode([UInt8](repeating: UInt8(index + 1), count: 16)))!
    machine = UplinkMachine(settings: Self.settings)
  }

  static let settings = UplinkSettings(
    backOffFirst: .milliseconds(200), backOffMost: .seconds(5), stableAfter: .seconds(10), greeting: .seconds(3),
    acknowledgement: .seconds(4), heartbeat: .seconds(10), leastBatchRecords: 1)

  static let limits = SpoolLimits(
    bytes: 600, reserveBytes: 1 << 20, windowAge: .seconds(3 * 86_400), setAsideRecords: 4, setAsideBytes: 1_000)

  /// Verifies, then acts once a command: what a keeper does.
  func obey(_ envelope: Envelope, _ authority: TestAuthority) -> DirectiveVerdict {
    do throws(CordonError) {
      let verified = try authority.verifier.verify(envelope, for: .contain, at: FakeClock.start)
      obeyed[try verified.decode(CommandRelease.self).commandID, default: 0] += 1
      return .accepted
    } catch {
      return .refused(error)
    }
  }
}
