import CordonCore

/// Every field that a policy's file may have: errors, defaults, differences and `cordon policy schema` come from here.
package enum PolicySchema {
  /// In the order in which people read a policy.
  package static let fields: [PolicyField] =
    general + sensing + wire + logs + tripwires + sigma + learning + containment + interlock + accounts

  /// Fields of one host in `interlock.hosts`.
  package static let hostFields: [HostField] = [
    HostField(name: "label", form: .label, isRequired: true, meaning: "the host's label, as given at enrolment"),
    HostField(
      name: "criticality", form: .criticality, isRequired: true, meaning: "how much care depends on the host"),
    HostField(
      name: "clinical_area", form: .free(most: 64), isRequired: false, meaning: "ward or unit, such as ICU-2"),
  ]

  package struct HostField: Sendable {
    package let name: String
    package let form: TextForm
    package let isRequired: Bool
    package let meaning: String
  }

  /// The field at a dotted path.
  package static func field(at path: String) -> PolicyField? { byPath[path] }

  /// Names that may stand directly under a dotted path (empty: the top), in the table's order.
  package static func names(under path: String) -> [String] { byParent[path] ?? [] }

  private static let byPath = Dictionary(uniqueKeysWithValues: fields.map { ($0.path, $0) })

  private static let byParent: [String: [String]] = {
    var names: [String: [String]] = [:]
    for field in fields {
      var parent = ""
      for name in field.path.split(separator: ".").map(String.init) {
        if names[parent, default: []].contains(name) == false { names[parent, default: []].append(name) }
        parent = parent.isEmpty ? name : "\(parent).\(name)"
      }
    }
    return names
  }()

  private static let general: [PolicyField] = [
    .text("name", \.name, .free(most: 64), required: true, "what people call this policy"),
    .text("group", \.group, .group, "the agents it is for; empty: every agent"),
    .profile(
      "profile", \.profile,
      "passive: logs and lists are read, and nothing is changed: no audit rules, no fanotify, no canaries, no reflex"),
    .text("time_zone", \.timeZone, .timeZone, "the site's time zone"),
    .duration(
      "heartbeat", \.heartbeat, .seconds(1) ... .seconds(600), "how often an agent reports its own health"),
    .duration(
      "clock_tolerance", \.clockTolerance, .seconds(1) ... .seconds(3600),
      "a clock further off marks windows skewed and stops automation on them"),
    .number("alerts.daily_budget", \.dailyAlerts, 0...1000, "alerts a day that the site's people can look at"),
  ]

  private static let sensing: [PolicyField] = [
    .duration(
      "windows.length", \.windows.length, .seconds(10) ... .seconds(3600), "event time that one window covers"),
    .duration(
      "windows.host_lateness", \.windows.hostLateness, .zero ... .seconds(300),
      "how late an observation of the machine itself may come"),
    .duration(
      "windows.ehr_length", \.windows.ehrLength, .seconds(60) ... .seconds(86_400),
      "event time that one window of a health record's audit trail covers"),
    .duration(
      "windows.ehr_lateness", \.windows.ehrLateness, .zero ... .seconds(86_400),
      "how late an event of a health record's audit trail may come, after a later one"),
    .duration(
      "windows.wire_length", \.windows.wireLength, .seconds(10) ... .seconds(3600),
      "event time that one window of the network covers"),
    .duration(
      "windows.wire_lateness", \.windows.wireLateness, .zero ... .seconds(300),
      "how late the network tells of a flow"),
    .flag("sensors.audit.enabled", \.audit.isEnabled, "watch through the kernel's audit"),
    .flag("sensors.audit.exec", \.audit.exec, "watch processes start"),
    .flag("sensors.audit.connect", \.audit.connect, "watch outbound connections"),
    .flag("sensors.audit.privilege", \.audit.privilege, "watch changes of user and group id"),
    .flag("sensors.audit.modules", \.audit.modules, "watch kernel modules come and go"),
    .flag(
      "sensors.audit.sensitive", \.audit.sensitive,
      "watch calls that attacks need: tracing and writing into processes, BPF, mounts, set-user-id, kexec, clocks"),
    .flag("sensors.file.enabled", \.file.isEnabled, "watch files through fanotify"),
    .list("sensors.file.paths", \.file.paths, .absolutePath, most: 256, "folders watched"),
    .list("sensors.file.exclude", \.file.exclude, .absolutePath, most: 256, "folders below them that are not"),
    .flag("sensors.sdk.enabled", \.sdk.isEnabled, "listen to what a gateway's own software reports over the C library"),
    .list("sensors.sdk.users", \.sdk.users, .account, most: 32, "local accounts whose programs may report"),
    .flag(
      "sensors.ehr.enabled", \.ehr.isEnabled, "read a health record's audit trail; on machines of the gateway profile"),
    .list(
      "sensors.ehr.paths", \.ehr.paths, .absolutePath, most: 256,
      "files and folders of the trail: FHIR AuditEvent as JSON, ATNA messages as XML"),
    .list(
      "sensors.ehr.care_paths", \.ehr.carePaths, .absolutePath, most: 256,
      "files and folders of FHIR appointments, encounters, care teams and roles, which explain accesses"),
    .text(
      "sensors.ehr.realm", \.ehr.realm, .realm, "realm of the trail's bare user names; empty: the default realm, or ehr"
    ),
    .text(
      "sensors.ehr.authority", \.ehr.authority, .free(most: 64),
      "assigning authority of patients' numbers that come without one"),
    .list(
      "sensors.ehr.listen", \.ehr.listen, .listener, most: 8,
      "where the trail is listened for: syslog (ATNA) over UDP, TCP or TLS, FHIR posted over HTTPS; both sides of TLS "
        + "show certificates"),
    .text(
      "sensors.ehr.tls_certificate", \.ehr.tlsCertificate, .free(most: TextForm.mostPathBytes),
      "PEM file of the chain that listeners with TLS show"),
    .text(
      "sensors.ehr.tls_key", \.ehr.tlsKey, .free(most: TextForm.mostPathBytes),
      "PEM file of its key, readable by root alone"),
    .text(
      "sensors.ehr.tls_authorities", \.ehr.tlsAuthorities, .free(most: TextForm.mostPathBytes),
      "PEM file of the authorities that must have signed a sender's certificate"),
    .flag(
      "sensors.ehr.record_windows", \.ehr.recordWindows,
      "send hourly windows of patients' records too, where at least five people used one"),
    .sealedNames(
      "sensors.ehr.watched_patients", \.ehr.watchedPatients, most: 4096,
      "patients whose records draw curiosity; accesses to them are counted by themselves"),
    .flag("sensors.auth.enabled", \.auth.isEnabled, "read who logs on, and who uses sudo and su"),
    .list(
      "sensors.auth.paths", \.auth.paths, .absolutePath, most: 16,
      "files that log-in programs write to; those that a machine has not are passed over"),
    .list(
      "sensors.data.postgresql", \.data.postgreSQL, .absolutePath, most: 64,
      "PostgreSQL's logs with pgaudit's lines, in one of their forms: stderr, csvlog, jsonlog or syslog"),
    .list(
      "sensors.data.mysql", \.data.mySQL, .absolutePath, most: 64,
      "logs of the server_audit plugin of MariaDB and MySQL"),
    .list(
      "sensors.data.samba", \.data.samba, .absolutePath, most: 64, "syslog files with lines of Samba's full_audit"),
    .list("sensors.data.ldap", \.data.ldap, .absolutePath, most: 64, "logs of OpenLDAP's slapd at level stats"),
    .text(
      "sensors.data.realm", \.data.realm, .realm,
      "realm of these servers' bare user names; empty: the default realm, or data"),
    .flag("sensors.socket.enabled", \.socket.isEnabled, "watch which ports are listened on"),
    .flag(
      "sensors.persistence.enabled", \.persistence.isEnabled,
      "watch what the machine starts by itself and whom it lets in, its packages, and its disks"),
    .list(
      "sensors.persistence.paths", \.persistence.paths, .absolutePath, most: 64,
      "files and folders watched beside those that every machine has"),
  ]

  private static let wire: [PolicyField] = [
    .flag("sensors.wire.enabled", \.wire.isEnabled, "capture the network's packets, and read what they say"),
    .list("sensors.wire.interfaces", \.wire.interfaces, .interface, most: 64, "interfaces captured; empty: all"),
    .flag(
      "sensors.wire.streams", \.wire.readsStreams, "read HL7, DICOM and TLS; false: flows and names asked for alone"),
    .list(
      "sensors.wire.exclude_ports", \.wire.excludedPortTexts, .port, most: 32,
      "ports of which nothing is captured, such as a backup's"),
    .list(
      "sensors.wire.networks", \.wire.networks, .network, most: 256,
      "networks that devices are in; empty: the private ones"),
    .list(
      "sensors.wire.devices", \.wire.deviceTexts, .device, most: 10_000,
      "devices by address and label, whose labels leave in clear; addresses that are not sealed the collector sees"),
  ]

  private static let tripwires: [PolicyField] = [
    .list(
      "tripwires.canary_folders", \.tripwires.canaryFolders, .absolutePath, most: 64,
      "folders in which canary files are planted and guarded"),
    .flag("tripwires.burst.enabled", \.tripwires.burst.isEnabled, "trip on many encrypted-looking writes or renames"),
    .integer("tripwires.burst.files", \.tripwires.burst.files, 3...10_000, "different files of one process that trip"),
    .duration(
      "tripwires.burst.within", \.tripwires.burst.within, .seconds(1) ... .seconds(600), "the time in which they count"),
    .number(
      "tripwires.burst.entropy_floor", \.tripwires.burst.entropyFloor, 0...8,
      "bits a byte of written content from which a write looks encrypted"),
    .flag("tripwires.guessing.enabled", \.tripwires.guessing.isEnabled, "trip on many log-ons that fail"),
    .integer(
      "tripwires.guessing.failures", \.tripwires.guessing.failures, 2...1000,
      "failed log-ons from one place, or of one account, that trip"),
    .duration(
      "tripwires.guessing.within", \.tripwires.guessing.within, .seconds(10) ... .seconds(86_400),
      "the time in which they count"),
    .flag(
      "tripwires.unexplained.enabled", \.tripwires.unexplained.isEnabled,
      "trip on one user's accesses to patients' records that nothing planned explains, again and again"),
    .integer(
      "tripwires.unexplained.patients", \.tripwires.unexplained.patients, 2...1000,
      "different patients in a day that trip"),
    .integer(
      "tripwires.unexplained.days", \.tripwires.unexplained.days, 2...30,
      "different days, of the last thirty, with accesses to one patient's record that trip"),
    .flag(
      "tripwires.persistence", \.tripwires.persistence,
      "trip when a library is put before all programs, or a key is let in as root"),
    .flag("tripwires.sensor_tampering", \.tripwires.sensorTampering, "trip when a sensor is switched off or blinded"),
    .integer("tripwires.daily_cap", \.tripwires.dailyCap, 1...10_000, "most detections a rule raises a day"),
  ]

  private static let sigma: [PolicyField] = [
    .flag("sigma.enabled", \.sigma.isEnabled, "trip on what matches a Sigma rule"),
    .severity("sigma.level", \.sigma.level, "rules of a lower level are left out"),
    .integer("sigma.daily_cap", \.sigma.dailyCap, 1...10_000, "most detections one rule raises a day"),
    .list("sigma.disabled", \.sigma.disabled, .sigmaID, most: 1024, "ids of rules that are left out"),
    .list(
      "sigma.reflex", \.sigma.reflex, .sigmaID, most: 64,
      "ids of rules on which the agent may take its reflex actions; programs are suspended on rules about files alone"),
    .sigmaRules(
      "sigma.rules", \.sigma.rules, most: SigmaRule.mostRules,
      "rules: files and folders, from this file's own folder, or rules written out here"),
  ]

  private static let learning: [PolicyField] = [
    .flag("learning.enabled", \.learning.isEnabled, "score behaviour, and raise what is unusual within the budget"),
    .flag(
      "learning.standing_rollout", \.learning.standingRollout,
      "let the collector's standing key move models that operators signed through the rings, and back"),
    .duration(
      "learning.train_every", \.learning.trainEvery, .zero ... .seconds(2_592_000),
      "time between two trainings; 0s: only on request"),
    .canaries(
      "learning.canaries", \.learning.canaries, most: 64, "windows that every model must find strange"),
    .list(
      "learning.rings", \.learning.rings, .ring, most: 16,
      "groups in the order in which a model reaches them; other groups come last"),
    .duration(
      "learning.dwell", \.learning.dwell, .seconds(60) ... .seconds(604_800),
      "how long a ring is watched before the next one gets the model"),
    .number(
      "learning.rate_factor", \.learning.rateFactor, 1...10,
      "times the budget above which a model's realised rate halts its rollout"),
    .number(
      "learning.processor_share", \.learning.processorShare, 0.01...1,
      "of one processor, on average, above which an agent's use halts a rollout"),
    .integer(
      "learning.memory_mebibytes", \.learning.memoryMebibytes, 32...4096,
      "of memory, above which an agent's use halts a rollout"),
    .expectations(
      "labels.expected", \.learning.expected, most: 256,
      "maintenance, scanner or ticket: behaviour of a host, a group or the site that is labelled expected until an end"),
  ]

  private static let containment: [PolicyField] = [
    .flag("containment.enabled", \.containment.isEnabled, "allow actions at all; false: observe only"),
    .flag(
      "containment.reflex.enabled", \.containment.reflex.isEnabled, "let the agent act alone when a tripwire trips"),
    .actions(
      "containment.reflex.actions", \.containment.reflex.actions, among: [.suspendProcess, .blockAddress],
      "what the agent may do alone"),
    .duration(
      "containment.reflex.lease", \.containment.reflex.lease, .seconds(10) ... .seconds(600),
      "how long it holds before it ends by itself"),
    .integer("containment.reflex.most_an_hour", \.containment.reflex.mostAnHour, 1...3, "most reflexes an hour"),
    .flag(
      "containment.standing.enabled", \.containment.standing.isEnabled,
      "let the collector's standing key order actions within budgets"),
    .budgets(
      "containment.standing.budgets", \.containment.standing.budgets, 1...1000,
      "most an hour by action; an action that is not here is not allowed"),
    .duration(
      "containment.standing.lease", \.containment.standing.lease, .seconds(10) ... .seconds(86_400),
      "longest lease that it may order"),
    .list(
      "containment.never_touch.networks", \.containment.neverTouchNetworks, .network, most: 1024,
      "addresses and networks that are never blocked"),
    .list(
      "containment.never_touch.executables", \.containment.neverTouchExecutables, .absolutePath, most: 1024,
      "programs that are never suspended or killed"),
    .sealedNames(
      "containment.never_touch.sealed", \.containment.neverTouchSealed, most: 4096,
      "names that must not be written in clear and are never touched"),
  ]

  private static let interlock: [PolicyField] = [
    .hosts("interlock.hosts", \.interlock.hosts, most: 10_000, "what is not listed counts as life-sustaining"),
    .list(
      "interlock.clinical_executables", \.interlock.clinicalExecutables, .absolutePath, most: 1024,
      "interface engine, PACS, pump server: automation never freezes or kills them"),
    .list(
      "interlock.clinical_networks", \.interlock.clinicalNetworks, .network, most: 1024,
      "networks of clinical devices: automation never blocks them"),
  ]

  private static let accounts: [PolicyField] = [
    .list(
      "accounts.service", \.serviceAccounts, .account, most: 1024, "service accounts, whose names may leave in clear"),
    .list("accounts.shared", \.sharedAccounts, .account, most: 256, "accounts that several people use"),
    .text("accounts.default_realm", \.defaultRealm, .realm, "realm of bare account names; empty: they are local"),
  ]
}
