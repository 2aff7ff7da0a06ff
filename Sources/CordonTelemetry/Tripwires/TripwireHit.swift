package import CordonCore

/// Deterministic rules that make a detection at once.
package enum TripwireRule: Hashable, Sendable {
  case canaryTouched
  case encryptionBurst
  case sensorTampering
  /// A person logged in as an account that several share: a finding, not an attack.
  case sharedAccount
  /// What the network shows in clear, or protects too little: an inventory, not an attack.
  case clearHL7, clearDICOM, weakTLS, weakRDP
  /// Many log-ons failed, from one place or of one account.
  case passwordGuessing
  /// A log-on succeeded where many had failed.
  case guessingSucceeded
  /// What is loaded into every program, or let in as root, was changed.
  case persistence
  /// A system call that nobody's work explains: into a program that checks passwords, another kernel, rights planted.
  case sensitiveCall
  /// One user used records that nothing planned explains, again and again.
  case unexplainedAccess
  /// A Sigma rule of the policy, which says whether a machine may act on it.
  case sigma(id: String, severity: Severity, mayReflex: Bool)
  /// A rule of another program of the site; an empty one stands for all of the program's.
  case alert(program: String, rule: String, severity: Severity)

  /// The rules that need no policy.
  package static let builtIn: [TripwireRule] = [
    .canaryTouched, .encryptionBurst, .sensorTampering, .sharedAccount, .clearHL7, .clearDICOM, .weakTLS, .weakRDP,
    .passwordGuessing, .guessingSucceeded, .persistence, .sensitiveCall, .unexplainedAccess,
  ]

  /// How a detection names it; permanent.
  package var name: String {
    switch self {
    case .canaryTouched: "canary-touched"
    case .encryptionBurst: "encryption-burst"
    case .sensorTampering: "sensor-tampering"
    case .sharedAccount: "shared-account"
    case .clearHL7: Detection.exposurePrefix + "hl7"
    case .clearDICOM: Detection.exposurePrefix + "dicom"
    case .weakTLS: Detection.exposurePrefix + "tls"
    case .weakRDP: Detection.exposurePrefix + "rdp"
    case .passwordGuessing: "password-guessing"
    case .guessingSucceeded: "guessing-succeeded"
    case .persistence: "persistence"
    case .sensitiveCall: "sensitive-call"
    case .unexplainedAccess: "unexplained-access"
    case .sigma(let id, _, _): SigmaRule.detectionPrefix + id
    case .alert(let program, let rule, _): "\(program):\(rule)"
    }
  }

  /// Whether a machine may act on it by itself.
  package var mayReflex: Bool {
    switch self {
    case .canaryTouched, .encryptionBurst: true
    case .sensorTampering, .sharedAccount, .alert, .clearHL7, .clearDICOM, .weakTLS, .weakRDP, .passwordGuessing,
      .guessingSucceeded, .persistence, .sensitiveCall, .unexplainedAccess:
      false
    case .sigma(_, _, let mayReflex): mayReflex
    }
  }

  /// How long repetitions are folded into one that was raised.
  package var foldFor: Duration {
    switch self {
    case .canaryTouched, .encryptionBurst, .sensorTampering, .guessingSucceeded, .persistence, .sensitiveCall:
      .seconds(600)
    // What a rule's author did not think of comes from timers: once an hour is often enough.
    case .sigma, .alert, .passwordGuessing: .seconds(3600)
    case .sharedAccount, .clearHL7, .clearDICOM, .weakTLS, .weakRDP, .unexplainedAccess: .seconds(86_400)
    }
  }

  package var severity: Severity {
    switch self {
    case .canaryTouched, .encryptionBurst: .critical
    case .sensorTampering, .guessingSucceeded, .persistence, .sensitiveCall: .high
    case .passwordGuessing, .unexplainedAccess: .medium
    case .sharedAccount, .clearHL7, .clearDICOM, .weakTLS, .weakRDP: .low
    case .sigma(_, let severity, _), .alert(_, _, let severity): severity
    }
  }

  /// The rule whose daily cap counts: another program's rules, of which there are tens of thousands, have one together.
  package var capped: TripwireRule {
    guard case .alert(let program, _, _) = self else { return self }
    return .alert(program: program, rule: "", severity: .high)
  }
}

/// One time that a rule fired, with raw names: it is put into words and pseudonyms before it leaves.
package struct TripwireHit: Hashable, Sendable {
  /// Files that a detection names, at most.
  package static let fileLimit = 3

  package var rule: TripwireRule
  /// ATT&CK, or empty.
  package var technique: String
  package var time: Timestamp
  package var process: ObservedProcess?
  package var actor: RawAccount?
  package var files: [[UInt8]]
  /// The other ends that it names itself.
  package var peers: [IPAddress]
  /// The patient whom it is about, where it is about one.
  package var patient: CanonicalName?
  /// The machine whose log told it, where that is another than this one; empty where the log names none.
  package var machine: String?
  /// Machines that took part.
  package var parties: [Party]
  package var evidence: [Detection.Evidence]
  /// What happened, to follow the process's name: holds counts alone.
  package var predicate: String
  /// Hits with an equal one are the same trouble: repetitions are folded.
  package var identity: String

  /// A machine by its address, and its part in what happened.
  package struct Party: Hashable, Sendable {
    package var address: IPAddress
    package var part: SealedEntity.Part

    package init(_ address: IPAddress, _ part: SealedEntity.Part) {
      self.address = address
      self.part = part
    }
  }

  package init(
    _ rule: TripwireRule, technique: String, time: Timestamp, process: ObservedProcess? = nil,
    actor: RawAccount? = nil, files: [[UInt8]] = [], peers: [IPAddress] = [], parties: [Party] = [],
    evidence: [Detection.Evidence] = [], predicate: String, identity: String
  ) {
    self.rule = rule
    self.technique = technique
    self.time = time
    self.process = process
    self.actor = actor
    self.files = Array(files.prefix(Self.fileLimit))
    self.peers = peers
    self.parties = parties
    self.evidence = evidence
    self.predicate = predicate
    self.identity = identity
  }
}

extension ObservedProcess {
  /// Tells processes of one boot apart: a pid alone is reused.
  var identity: String { "\(pid):\(startTicks)" }
}
