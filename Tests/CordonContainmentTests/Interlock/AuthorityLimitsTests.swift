import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct AuthorityLimitsTests {
  static let block = Action.blockAddress(Sample.sealed("192.0.2.9"))

  static func limits(_ change: (inout Policy.Containment) -> Void = { _ in }) -> AuthorityLimits {
    var containment = Sample.policy.containment
    change(&containment)
    return AuthorityLimits(containment)
  }

  static func journal(_ uses: [(Authority, Action.Name, minutesAgo: Int64)]) throws -> JournalState {
    var state = JournalState()
    for (authority, action, minutes) in uses {
      var at = Sample.start
      at.sinceBoot -= minutes * 60_000
      at.wall = at.wall.advanced(by: .seconds(-60 * minutes))
      try state.apply(.use(.init(authority: authority, action: action, at: at)))
    }
    return state
  }

  @Test(arguments: [Authority.reflex, .standing, .operators, .clinicalOperators])
  func nothingWithoutAPolicyThatSaysSo(authority: Authority) {
    expectRefusal("observe-only") {
      _ = try AuthorityLimits(Policy.observeOnly.containment)
        .check(Sample.command(1), authority: authority, journal: JournalState(), at: Sample.start)
    }
  }

  @Test func reflexNeedsItsPolicyAndNeverKills() {
    let off = Self.limits { $0.reflex.isEnabled = false }
    let suspendOnly = Self.limits { $0.reflex.actions = [.suspendProcess] }
    let killToo = Self.limits { $0.reflex.actions = Set(Action.Name.allCases) }
    let kill = Sample.command(1, .killProcess(Sample.process()))
    for (limits, command) in [(off, Sample.command(1)), (suspendOnly, Sample.command(1, Self.block)), (killToo, kill)] {
      expectRefusal("authority") {
        _ = try limits.check(command, authority: .reflex, journal: JournalState(), at: Sample.start)
      }
    }
  }

  @Test func standingNeedsToBeNamed() throws {
    let limits = Self.limits { $0.standing.budgets = [.blockAddress: 1] }
    expectRefusal("authority") {
      _ = try limits.check(Sample.command(1), authority: .standing, journal: JournalState(), at: Sample.start)
    }
    _ = try limits.check(Sample.command(1, Self.block), authority: .standing, journal: JournalState(), at: Sample.start)
    expectRefusal("authority") {
      _ = try Self.limits { $0.standing.isEnabled = false }
        .check(Sample.command(1), authority: .standing, journal: JournalState(), at: Sample.start)
    }
  }

  /// Three an hour is the most in code, whatever the policy says; fewer where it says fewer.
  @Test(arguments: [(UInt32(100), 2, true), (100, 3, false), (2, 1, true), (2, 2, false), (0, 0, false)])
  func reflexBudget(policyMost most: UInt32, used: Int, isAllowed: Bool) throws {
    let limits = Self.limits { $0.reflex.mostAnHour = most }
    let uses = (0..<used).map { _ in (Authority.reflex, Action.Name.blockAddress, minutesAgo: Int64(59)) }
    let journal = try Self.journal(uses + [(.reflex, .suspendProcess, 60), (.standing, .suspendProcess, 1)])
    if isAllowed {
      _ = try limits.check(Sample.command(1), authority: .reflex, journal: journal, at: Sample.start)
    } else {
      expectRefusal("budget") {
        _ = try limits.check(Sample.command(1), authority: .reflex, journal: journal, at: Sample.start)
      }
    }
  }

  @Test func standingBudgetIsOfEachAction() throws {
    let limits = Self.limits { $0.standing.budgets = [.suspendProcess: 2, .blockAddress: 1] }
    let journal = try Self.journal([
      (.standing, .suspendProcess, 5), (.standing, .blockAddress, 5), (.reflex, .suspendProcess, 5),
      (.standing, .suspendProcess, 61),
    ])
    _ = try limits.check(Sample.command(1), authority: .standing, journal: journal, at: Sample.start)
    expectRefusal("budget") {
      _ = try limits.check(Sample.command(1, Self.block), authority: .standing, journal: journal, at: Sample.start)
    }
    // People's signatures are not bound by it.
    _ = try limits.check(Sample.command(1, Self.block), authority: .operators, journal: journal, at: Sample.start)
  }

  /// Setting the wall clock forward does not refill a budget within a boot.
  @Test func budgetsRunOnTheBootClock() throws {
    let journal = try Self.journal([
      (.reflex, .suspendProcess, 5), (.reflex, .suspendProcess, 4), (.reflex, .blockAddress, 3),
    ])
    var later = Sample.start
    later.wall = later.wall.advanced(by: .seconds(86_400))
    expectRefusal("budget") {
      _ = try Self.limits().check(
        Sample.command(1, at: later.wall), authority: .reflex, journal: journal, at: later)
    }
  }

  @Test(arguments: [
    // Authority, asked, policy's reflex lease, policy's standing lease, granted; seconds.
    (Authority.reflex, 3000, 3000, 900, 600), (.reflex, 3000, 120, 900, 120), (.reflex, 60, 600, 900, 60),
    (.standing, 3000, 600, 900, 900), (.standing, 60, 600, 900, 60), (.operators, 3000, 600, 900, 3000),
    // Never past the command's end, an hour here.
    (.operators, 7200, 600, 900, 3600), (.clinicalOperators, 7200, 600, 900, 3600),
  ])
  func leases(_ authority: Authority, asked: Int64, reflex: Int64, standing: Int64, granted: Int64) throws {
    let limits = Self.limits {
      $0.reflex.lease = .seconds(reflex); $0.standing.lease = .seconds(standing)
    }
    let command = Sample.command(1, lease: .seconds(asked))
    #expect(
      try limits.check(command, authority: authority, journal: JournalState(), at: Sample.start) == .seconds(granted))
  }

  @Test(arguments: [Int64(0), -5]) func aLeaseMustLast(seconds: Int64) {
    expectRefusal("lease") {
      _ = try Self.limits().check(
        Sample.command(1, lease: .seconds(seconds)), authority: .operators, journal: JournalState(), at: Sample.start)
    }
  }
}
