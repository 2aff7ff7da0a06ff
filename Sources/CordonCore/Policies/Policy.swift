/// What an admin wants of agents, compiled; before any arrives, `observeOnly` applies.
package struct Policy: Hashable, Sendable {
  /// One serial for the whole site; agents refuse anything not above the one they hold.
  package var serial: UInt64
  package var name: String
  /// Empty: every agent.
  package var group: String
  package var issued: Timestamp
  /// IANA name.
  package var timeZone: String
  package var windows: Windows
  package var profile: PolicyProfile
  package var audit: AuditSensor
  package var file: FileSensor
  package var sdk: SDKSensor
  package var ehr: EHRSensor
  package var logs = Logs()
  package var wire: WireSensor
  package var auth: AuthSensor
  package var data = DataSensor()
  package var socket: SocketSensor
  package var persistence: PersistenceSensor
  package var tripwires: Tripwires
  package var containment: Containment
  package var interlock: Interlock
  package var heartbeat: Duration
  package var clockTolerance: Duration
  /// Alerts a day that the site's people can look at.
  package var dailyAlerts: Float
  package var serviceAccounts: [String]
  package var sharedAccounts: [String]
  /// Realm for bare account names; empty: accounts are local.
  package var defaultRealm: String
  package var learning: Learning
  package var sigma: Sigma

  package struct Windows: Hashable, Sendable {
    package var length: Duration = .seconds(60)
    package var hostLateness: Duration = .seconds(5)
    /// Of windows of a health record's audit trail: a minute of a person's reading says nothing, an hour does.
    package var ehrLength: Duration = .seconds(3600)
    /// How late an event of an audit trail may come, after a later one.
    package var ehrLateness: Duration = .seconds(120)
    package var wireLength: Duration = .seconds(60)
    /// How late the network tells of a flow: one that nobody answered is given up after some seconds.
    package var wireLateness: Duration = .seconds(45)

    package init() {}
  }

  package struct AuditSensor: Hashable, Sendable {
    package var isEnabled = true
    package var exec = true
    package var connect = true
    package var privilege = true
    package var modules = true
    /// Calls that attacks need and every day's work does not.
    package var sensitive = true

    package init() {}
  }

  package struct FileSensor: Hashable, Sendable {
    package var isEnabled = true
    /// Absolute folders.
    package var paths: [String] = ["/home"]
    package var exclude: [String] = []

    package init() {}
  }

  package struct SDKSensor: Hashable, Sendable {
    package var isEnabled = false
    /// Local accounts whose programs may report.
    package var users: [String] = ["root"]

    package init() {}
  }

  package struct EHRSensor: Hashable, Sendable {
    package var isEnabled = false
    /// Absolute files and folders that the audit trail is written to.
    package var paths: [String] = []
    /// Absolute files and folders of FHIR resources that explain accesses.
    package var carePaths: [String] = []
    /// Realm of the trail's bare user names; empty: the default realm, else `ehr`.
    package var realm = ""
    /// Assigning authority of patients' numbers that come without one.
    package var authority = "ehr"
    /// Where syslog packets of the trail are listened for, each as `Listener` writes it.
    package var listen: [String] = []
    /// PEM files for listeners with TLS: the chain shown, its key, and whose certificates senders must show.
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var tlsAuthorities = ""
    /// Patients whose records draw curiosity; accesses to them are counted by themselves.
    package var watchedPatients: [SealedEntity] = []
    /// Windows of patients' records leave too, hourly, where enough people used one.
    package var recordWindows = false

    package init() {}
  }

  package struct AuthSensor: Hashable, Sendable {
    package var isEnabled = true
    /// Absolute files that log-in programs write to; those that a machine has not are passed over.
    package var paths: [String] = ["/var/log/auth.log", "/var/log/secure"]

    package init() {}
  }

  /// Logs in which servers of data tell who used what, by who writes them; a kind without paths is off.
  package struct DataSensor: Hashable, Sendable {
    /// PostgreSQL's, with pgaudit's lines: stderr, csvlog, jsonlog or syslog.
    package var postgreSQL: [String] = []
    /// Of the server_audit plugin of MariaDB and MySQL.
    package var mySQL: [String] = []
    /// Of Samba's full_audit, by way of syslog.
    package var samba: [String] = []
    /// OpenLDAP's at level stats.
    package var ldap: [String] = []
    /// Realm of bare user names; empty: the default realm, else `data`.
    package var realm = ""

    package init() {}
  }

  package struct SocketSensor: Hashable, Sendable {
    package var isEnabled = true

    package init() {}
  }

  package struct PersistenceSensor: Hashable, Sendable {
    package var isEnabled = true
    /// Absolute files and folders looked after beside those that every machine has.
    package var paths: [String] = []

    package init() {}
  }

  package struct Tripwires: Hashable, Sendable {
    package var canaryFolders: [String] = []
    package var burst = Burst()
    package var guessing = Guessing()
    package var unexplained = Unexplained()
    /// Trip when a program is put before all others, or a key let in as root.
    package var persistence = true
    package var sensorTampering = true
    package var dailyCap: UInt32 = 50

    package struct Burst: Hashable, Sendable {
      package var isEnabled = true
      package var files: UInt32 = 12
      package var within: Duration = .seconds(10)
      /// Bits a byte.
      package var entropyFloor: Float = 7.2

      package init() {}
    }

    /// Many log-ons that fail, from one place or of one account.
    package struct Guessing: Hashable, Sendable {
      package var isEnabled = true
      package var failures: UInt32 = 10
      package var within: Duration = .seconds(300)

      package init() {}
    }

    /// One user's accesses to records that nothing planned explains, again and again.
    package struct Unexplained: Hashable, Sendable {
      package var isEnabled = true
      /// Different patients in a day.
      ///
      /// High enough for a hospital that plans no consultations; one whose planning is whole wants five.
      package var patients: UInt32 = 20
      /// Different days, of the last thirty, on which one patient's record was used.
      package var days: UInt32 = 5

      package init() {}
    }

    package init() {}
  }

  package struct Containment: Hashable, Sendable {
    /// False: observe only.
    package var isEnabled = false
    package var reflex = Reflex()
    package var standing = Standing()
    /// CIDR, in clear.
    package var neverTouchNetworks: [String] = []
    package var neverTouchExecutables: [String] = []
    package var neverTouchSealed: [SealedEntity] = []

    package struct Reflex: Hashable, Sendable {
      package var isEnabled = false
      package var actions: Set<Action.Name> = [.suspendProcess]
      package var lease: Duration = .seconds(600)
      package var mostAnHour: UInt32 = 3

      package init() {}
    }

    package struct Standing: Hashable, Sendable {
      package var isEnabled = false
      /// Most in an hour, by action; an action that is not here is not allowed.
      package var budgets: [Action.Name: UInt32] = [:]
      package var lease: Duration = .seconds(3600)

      package init() {}
    }

    package init() {}
  }

  package struct Sigma: Hashable, Sendable {
    package var isEnabled = true
    /// Rules of lower severity were left out by the compiler.
    package var level = Severity.high
    /// Most detections of one rule a day.
    package var dailyCap: UInt32 = 20
    /// Ids of rules that the compiler left out.
    package var disabled: [String] = []
    /// Ids of the rules on which the agent may act alone; on a match of any other it never does.
    package var reflex: [String] = []
    package var rules: [SigmaRule] = []

    package init() {}
  }

  package struct Learning: Hashable, Sendable {
    /// False: windows are not scored, and behaviour raises nothing.
    package var isEnabled = true
    /// The collector's standing key may move a model that operators signed through the rings, and back.
    package var standingRollout = false
    /// Between two trainings; zero: only on request.
    package var trainEvery: Duration = .zero
    package var canaries: [CanaryWindow] = []
    /// Groups in the order in which a model reaches them; agents of other groups come last.
    package var rings: [String] = []
    /// How long a ring is watched before the next one gets the model.
    package var dwell: Duration = .seconds(4 * 3600)
    /// Times the budget above which a realised rate halts a rollout, or keeps a shadow from becoming champion.
    package var rateFactor: Float = 2
    /// Of one processor, on average, above which an agent's use halts a rollout.
    package var processorShare: Float = 0.25
    /// Mebibytes above which an agent's use halts a rollout.
    package var memoryMebibytes: UInt32 = 512
    /// Behaviour that people expect, until an end.
    package var expected: [ExpectedActivity] = []

    package init() {}
  }

  package struct Interlock: Hashable, Sendable {
    package var hosts: [HostFacts] = []
    package var clinicalExecutables: [String] = []
    package var clinicalNetworks: [String] = []

    package init() {}
  }

  package struct HostFacts: Hashable, Sendable {
    package var label: String
    package var criticality: Criticality
    package var clinicalArea: String

    package init(label: String, criticality: Criticality, clinicalArea: String = "") {
      self.label = label
      self.criticality = criticality
      self.clinicalArea = clinicalArea
    }
  }

  /// What agents do before any policy arrives: watch, and touch nothing.
  package static let observeOnly = Policy(serial: 0, name: "built-in observe-only", group: "", issued: .epoch)

  package init(serial: UInt64, name: String, group: String, issued: Timestamp) {
    self.serial = serial
    self.name = name
    self.group = group
    self.issued = issued
    self.timeZone = "UTC"
    self.windows = Windows()
    self.profile = .full
    self.audit = AuditSensor()
    self.file = FileSensor()
    self.sdk = SDKSensor()
    self.ehr = EHRSensor()
    self.wire = WireSensor()
    self.auth = AuthSensor()
    self.socket = SocketSensor()
    self.persistence = PersistenceSensor()
    self.tripwires = Tripwires()
    self.containment = Containment()
    self.interlock = Interlock()
    self.heartbeat = .seconds(15)
    self.clockTolerance = .seconds(120)
    self.dailyAlerts = 5
    self.serviceAccounts = []
    self.sharedAccounts = ["root"]
    self.defaultRealm = ""
    self.learning = Learning()
    self.sigma = Sigma()
  }
}

/// How much care depends on a machine; raw values are the wire's.
package enum Criticality: UInt8, Sendable, CaseIterable {
  case lifeSustaining = 1
  case therapeutic = 2
  case diagnostic = 3
  case administrative = 4

  /// Automation alone may contain here; what is unregistered counts as life-sustaining.
  package var allowsAutomation: Bool { self == .diagnostic || self == .administrative }
}
