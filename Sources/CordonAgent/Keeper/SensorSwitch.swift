import CordonCore
import CordonTelemetry
import CordonWire
import Logging

/// One source of this machine, and how it does as a policy says.
protocol SensorSwitching: Sendable {
  var source: any SensorSource { get }
  /// Whether the worker is told of the source while it does not run and never did.
  var isReportedOff: Bool { get }
  /// Whether the policy that is followed asks for the source.
  var isWanted: Bool { get }
  /// What else is to be said of it, in words for people.
  var notes: [String] { get }

  /// Starts, restarts or stops the source, where what the policy says of it has changed.
  mutating func follow(_ policy: Policy, logger: Logger)
}

/// A source with the settings that a policy gives it.
struct SensorSwitch<Source: SensorSource>: SensorSwitching {
  /// What was followed last, if anything was.
  private enum Followed: Equatable {
    case nothing
    /// Nil: the source is not asked for.
    case settings(Source.Settings?)
  }

  let isReportedOff: Bool
  private let subject: Source
  private let told: @Sendable () -> [String]
  private let settings: @Sendable (Policy) -> Source.Settings?
  private var followed = Followed.nothing

  /// - Parameters:
  ///   - isReportedOff: true for a source that every machine is expected to have.
  ///   - notes: what is said beside what the source itself says.
  ///   - settings: what a policy says of the source; nil where it does not ask for it.
  init(
    _ subject: Source, isReportedOff: Bool = false, notes: @escaping @Sendable () -> [String] = { [] },
    settings: @escaping @Sendable (Policy) -> Source.Settings?
  ) {
    self.subject = subject
    told = notes
    self.isReportedOff = isReportedOff
    self.settings = settings
  }

  var source: any SensorSource { subject }

  var notes: [String] { told() }

  var isWanted: Bool {
    if case .settings(_?) = followed { true } else { false }
  }

  mutating func follow(_ policy: Policy, logger: Logger) {
    let wanted = settings(policy)
    guard followed != .settings(wanted) else { return }
    followed = .settings(wanted)
    subject.stop()
    guard let wanted else { return }
    do throws(CordonError) {
      try subject.use(wanted)
      try subject.start()
    } catch {
      logger.warning("The sensor cannot run", metadata: ["sensor": "\(subject.name)", "why": "\(error)"])
    }
  }
}
