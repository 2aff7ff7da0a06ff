package import CordonCore
import FoundationEssentials

extension Cordon_V1_Policy {
  package init(_ policy: Policy) {
    self.init()
    serial = policy.serial
    name = policy.name
    group = policy.group
    issuedMs = policy.issued.milliseconds
    timeZone = policy.timeZone
    windows.lengthMs = UInt32(clamping: policy.windows.length.milliseconds)
    windows.hostLatenessMs = UInt32(clamping: policy.windows.hostLateness.milliseconds)
    windows.ehrLengthMs = UInt32(clamping: policy.windows.ehrLength.milliseconds)
    windows.ehrLatenessMs = UInt32(clamping: policy.windows.ehrLateness.milliseconds)
    windows.wireLengthMs = UInt32(clamping: policy.windows.wireLength.milliseconds)
    windows.wireLatenessMs = UInt32(clamping: policy.windows.wireLateness.milliseconds)
    sensors = Cordon_V1_SensorPolicy(policy)
    tripwires = Cordon_V1_TripwirePolicy(policy.tripwires)
    containment = Cordon_V1_ContainmentPolicy(policy.containment)
    interlock = Cordon_V1_InterlockPolicy(policy.interlock)
    heartbeatMs = UInt32(clamping: policy.heartbeat.milliseconds)
    clockToleranceMs = UInt32(clamping: policy.clockTolerance.milliseconds)
    alerts.dailyBudget = policy.dailyAlerts
    serviceAccounts = policy.serviceAccounts
    sharedAccounts = policy.sharedAccounts
    defaultRealm = policy.defaultRealm
    learning = Cordon_V1_LearningPolicy(policy.learning)
    sigma = Cordon_V1_SigmaPolicy(policy.sigma)
  }

  /// The policy; every bound that the compiler keeps is checked again, because agents obey only what they checked.
  package func domain() throws(CordonError) -> Policy {
    var policy = Policy(
      serial: serial, name: try Bounded.text(name, "policy name"), group: try Bounded.text(group, "policy group"),
      issued: try Bounded.time(issuedMs, "policy time"))
    policy.timeZone = try Bounded.text(timeZone, "time zone")
    policy.windows.length = try PolicyBounds.duration(windows.lengthMs, PolicyBounds.window, "windows.length")
    policy.windows.hostLateness = .milliseconds(Int64(min(windows.hostLatenessMs, WireLimits.windowLength)))
    // A policy from before there was an EHR sensor says nothing of it.
    if windows.hasEhrLengthMs {
      policy.windows.ehrLength = try PolicyBounds.duration(
        windows.ehrLengthMs, PolicyBounds.ehrWindow, "windows.ehr_length")
    }
    if windows.hasEhrLatenessMs {
      policy.windows.ehrLateness = .milliseconds(Int64(min(windows.ehrLatenessMs, PolicyBounds.mostEHRLateness)))
    }
    policy.audit = sensors.audit.domain()
    policy.file = try sensors.file.domain()
    if sensors.hasSdk { policy.sdk = try sensors.sdk.domain() }
    if sensors.hasEhr { policy.ehr = try sensors.ehr.domain() }
    if sensors.hasLogs { policy.logs = try sensors.logs.domain() }
    if windows.hasWireLengthMs {
      policy.windows.wireLength = try PolicyBounds.duration(
        windows.wireLengthMs, PolicyBounds.window, "windows.wire_length")
    }
    if windows.hasWireLatenessMs {
      policy.windows.wireLateness = .milliseconds(Int64(min(windows.wireLatenessMs, WireLimits.windowLength)))
    }
    if sensors.hasWire { policy.wire = try sensors.wire.domain() }
    policy.profile = sensors.passive ? .passive : .full
    if sensors.hasAuth { policy.auth = try sensors.auth.domain() }
    if sensors.hasSocket { policy.socket = sensors.socket.domain() }
    if sensors.hasPersistence { policy.persistence = try sensors.persistence.domain() }
    if sensors.hasData { policy.data = try sensors.data.domain() }
    policy.tripwires = try tripwires.domain()
    policy.containment = try containment.domain()
    policy.interlock = try interlock.domain()
    policy.heartbeat = try PolicyBounds.duration(heartbeatMs, PolicyBounds.heartbeat, "heartbeat")
    policy.clockTolerance = try PolicyBounds.duration(
      clockToleranceMs, PolicyBounds.clockTolerance, "clock_tolerance")
    policy.dailyAlerts = Float(try Bounded.finite(Double(alerts.dailyBudget), "alerts.daily_budget"))
    policy.serviceAccounts = try PolicyBounds.names(serviceAccounts, "service_accounts")
    policy.sharedAccounts = try PolicyBounds.names(sharedAccounts, "shared_accounts")
    policy.defaultRealm = try Bounded.text(defaultRealm, "default_realm")
    // A policy from before there was one of these says nothing of it.
    if hasLearning { policy.learning = try learning.domain() }
    if hasSigma { policy.sigma = try sigma.domain() }
    return policy
  }
}

/// Ranges that hold for every policy, compiled here or arriving over the wire.
package enum PolicyBounds {
  /// Milliseconds.
  package static let window: ClosedRange<Int64> = 1_000...3_600_000
  /// Milliseconds.
  package static let ehrWindow: ClosedRange<Int64> = 1_000...86_400_000
  /// Milliseconds: a day.
  static let mostEHRLateness: UInt32 = 86_400_000
  /// Milliseconds.
  package static let heartbeat: ClosedRange<Int64> = 1_000...600_000
  /// Milliseconds.
  package static let clockTolerance: ClosedRange<Int64> = 1_000...86_400_000
  /// Milliseconds; the floor in code: a reflex never holds longer than ten minutes.
  package static let reflexLease: ClosedRange<Int64> = 1_000...600_000
  /// The floor in code: never more reflexes an hour.
  package static let reflexesAnHour: ClosedRange<UInt32> = 0...3
  /// Milliseconds.
  package static let standingLease: ClosedRange<Int64> = 1_000...86_400_000

  /// Milliseconds; zero: only on request.
  package static let trainEvery: ClosedRange<Int64> = 0...2_592_000_000
  /// Milliseconds.
  package static let dwell: ClosedRange<UInt64> = 60_000...604_800_000
  package static let rateFactor: ClosedRange<Float> = 1...10
  /// Of one processor.
  package static let processorShare: ClosedRange<Float> = 0.01...1
  package static let memoryMebibytes: ClosedRange<UInt32> = 32...4096

  static func duration(_ value: UInt32, _ range: ClosedRange<Int64>, _ field: String) throws(CordonError) -> Duration {
    guard range.contains(Int64(value)) else {
      throw CordonError(
        .invalid, "out-of-range", "\(field) is \(value) ms; it must be \(range.lowerBound) to \(range.upperBound) ms.")
    }
    return .milliseconds(Int64(value))
  }

  static func names(
    _ list: [String], _ field: String, most: Int = WireLimits.name
  ) throws(CordonError) -> [String] {
    var names: [String] = []
    for name in try Bounded.list(list, field, most: WireLimits.policyEntries) {
      names.append(try Bounded.text(name, field, most: most))
    }
    return names
  }
}
