package import CordonCore
import FoundationEssentials

extension Cordon_V1_SensorPolicy {
  package init(_ policy: Policy) {
    self.init()
    audit.enabled = policy.audit.isEnabled
    audit.exec = policy.audit.exec
    audit.connect = policy.audit.connect
    audit.privilege = policy.audit.privilege
    audit.modules = policy.audit.modules
    audit.sensitive = policy.audit.sensitive
    file.enabled = policy.file.isEnabled
    file.paths = policy.file.paths
    file.exclude = policy.file.exclude
    sdk.enabled = policy.sdk.isEnabled
    sdk.users = policy.sdk.users
    ehr = Cordon_V1_EHRSensorPolicy(policy.ehr)
    logs = Cordon_V1_LogsPolicy(policy.logs)
    wire = Cordon_V1_WireSensorPolicy(policy.wire)
    passive = policy.profile == .passive
    auth.enabled = policy.auth.isEnabled
    auth.paths = policy.auth.paths
    socket.enabled = policy.socket.isEnabled
    persistence.enabled = policy.persistence.isEnabled
    persistence.paths = policy.persistence.paths
    data = Cordon_V1_DataSensorPolicy(policy.data)
  }
}

extension Cordon_V1_AuditSensorPolicy {
  package func domain() -> Policy.AuditSensor {
    var sensor = Policy.AuditSensor()
    sensor.isEnabled = enabled
    sensor.exec = exec
    sensor.connect = connect
    sensor.privilege = privilege
    sensor.modules = modules
    sensor.sensitive = hasSensitive ? sensitive : sensor.sensitive
    return sensor
  }
}

extension Cordon_V1_FileSensorPolicy {
  package func domain() throws(CordonError) -> Policy.FileSensor {
    var sensor = Policy.FileSensor()
    sensor.isEnabled = enabled
    sensor.paths = try PolicyBounds.names(paths, "sensors.file.paths", most: WireLimits.path)
    sensor.exclude = try PolicyBounds.names(exclude, "sensors.file.exclude", most: WireLimits.path)
    return sensor
  }
}

extension Cordon_V1_SDKSensorPolicy {
  package func domain() throws(CordonError) -> Policy.SDKSensor {
    var sensor = Policy.SDKSensor()
    sensor.isEnabled = enabled
    sensor.users = try PolicyBounds.names(users, "sensors.sdk.users")
    return sensor
  }
}

extension Cordon_V1_EHRSensorPolicy {
  init(_ policy: Policy.EHRSensor) {
    self.init()
    enabled = policy.isEnabled
    paths = policy.paths
    carePaths = policy.carePaths
    realm = policy.realm
    authority = policy.authority
    listen = policy.listen
    tlsCertificate = policy.tlsCertificate
    tlsKey = policy.tlsKey
    tlsAuthorities = policy.tlsAuthorities
    watchedPatients = policy.watchedPatients.map { Cordon_V1_SealedEntity($0) }
    recordWindows = policy.recordWindows
  }

  package func domain() throws(CordonError) -> Policy.EHRSensor {
    var sensor = Policy.EHRSensor()
    sensor.isEnabled = enabled
    sensor.paths = try PolicyBounds.names(paths, "sensors.ehr.paths", most: WireLimits.path)
    sensor.carePaths = try PolicyBounds.names(carePaths, "sensors.ehr.care_paths", most: WireLimits.path)
    sensor.realm = try Bounded.text(realm, "sensors.ehr.realm")
    sensor.authority = try Bounded.text(authority, "sensors.ehr.authority")
    sensor.listen = try PolicyBounds.names(listen, "sensors.ehr.listen", most: WireLimits.path)
    guard sensor.listen.allSatisfy({ Listener($0) != nil }) else {
      throw CordonError(.invalid, "listener", "sensors.ehr.listen names what is no transport://address:port.")
    }
    sensor.tlsCertificate = try Bounded.text(tlsCertificate, "sensors.ehr.tls_certificate", most: WireLimits.path)
    sensor.tlsKey = try Bounded.text(tlsKey, "sensors.ehr.tls_key", most: WireLimits.path)
    sensor.tlsAuthorities = try Bounded.text(tlsAuthorities, "sensors.ehr.tls_authorities", most: WireLimits.path)
    let watched = try Bounded.list(
      watchedPatients, "sensors.ehr.watched_patients", most: WireLimits.policyEntries)
    for sealed in watched { sensor.watchedPatients.append(try sealed.domain()) }
    sensor.recordWindows = recordWindows
    return sensor
  }
}

extension Cordon_V1_AuthSensorPolicy {
  package func domain() throws(CordonError) -> Policy.AuthSensor {
    var sensor = Policy.AuthSensor()
    sensor.isEnabled = enabled
    sensor.paths = try PolicyBounds.names(paths, "sensors.auth.paths", most: WireLimits.path)
    return sensor
  }
}

extension Cordon_V1_DataSensorPolicy {
  fileprivate init(_ policy: Policy.DataSensor) {
    self.init()
    postgresql = policy.postgreSQL
    mysql = policy.mySQL
    samba = policy.samba
    ldap = policy.ldap
    realm = policy.realm
  }

  package func domain() throws(CordonError) -> Policy.DataSensor {
    var sensor = Policy.DataSensor()
    sensor.postgreSQL = try PolicyBounds.names(postgresql, "sensors.data.postgresql", most: WireLimits.path)
    sensor.mySQL = try PolicyBounds.names(mysql, "sensors.data.mysql", most: WireLimits.path)
    sensor.samba = try PolicyBounds.names(samba, "sensors.data.samba", most: WireLimits.path)
    sensor.ldap = try PolicyBounds.names(ldap, "sensors.data.ldap", most: WireLimits.path)
    sensor.realm = try Bounded.text(realm, "sensors.data.realm")
    return sensor
  }
}

extension Cordon_V1_SocketSensorPolicy {
  package func domain() -> Policy.SocketSensor {
    var sensor = Policy.SocketSensor()
    sensor.isEnabled = enabled
    return sensor
  }
}

extension Cordon_V1_PersistenceSensorPolicy {
  package func domain() throws(CordonError) -> Policy.PersistenceSensor {
    var sensor = Policy.PersistenceSensor()
    sensor.isEnabled = enabled
    sensor.paths = try PolicyBounds.names(paths, "sensors.persistence.paths", most: WireLimits.path)
    return sensor
  }
}

extension Cordon_V1_GuessingTripwire {
  package func domain() throws(CordonError) -> Policy.Tripwires.Guessing {
    var guessing = Policy.Tripwires.Guessing()
    guard !enabled || (2...1000).contains(failures) else {
      throw CordonError(.invalid, "out-of-range", "tripwires.guessing.failures must be 2 to 1000.")
    }
    guessing.isEnabled = enabled
    guessing.failures = failures
    guessing.within = .milliseconds(Int64(withinMs))
    return guessing
  }
}

extension Cordon_V1_UnexplainedTripwire {
  package func domain() throws(CordonError) -> Policy.Tripwires.Unexplained {
    var unexplained = Policy.Tripwires.Unexplained()
    guard !enabled || (2...1000).contains(patients) && (2...30).contains(days) else {
      throw CordonError(
        .invalid, "out-of-range", "tripwires.unexplained.patients must be 2 to 1000, and its days 2 to 30.")
    }
    unexplained.isEnabled = enabled
    unexplained.patients = patients
    unexplained.days = days
    return unexplained
  }
}

extension Cordon_V1_TripwirePolicy {
  package init(_ tripwires: Policy.Tripwires) {
    self.init()
    canaryFolders = tripwires.canaryFolders
    burst.enabled = tripwires.burst.isEnabled
    burst.files = tripwires.burst.files
    burst.withinMs = UInt32(clamping: tripwires.burst.within.milliseconds)
    burst.entropyFloor = tripwires.burst.entropyFloor
    guessing.enabled = tripwires.guessing.isEnabled
    guessing.failures = tripwires.guessing.failures
    guessing.withinMs = UInt32(clamping: tripwires.guessing.within.milliseconds)
    persistence = tripwires.persistence
    unexplained.enabled = tripwires.unexplained.isEnabled
    unexplained.patients = tripwires.unexplained.patients
    unexplained.days = tripwires.unexplained.days
    sensorTampering = tripwires.sensorTampering
    dailyCap = tripwires.dailyCap
  }

  package func domain() throws(CordonError) -> Policy.Tripwires {
    var tripwires = Policy.Tripwires()
    tripwires.canaryFolders = try PolicyBounds.names(
      canaryFolders, "tripwires.canary_folders", most: WireLimits.path)
    tripwires.burst.isEnabled = burst.enabled
    guard !burst.enabled || burst.files >= 2, burst.files <= 10_000 else {
      throw CordonError(.invalid, "out-of-range", "tripwires.burst.files must be 2 to 10000.")
    }
    tripwires.burst.files = burst.files
    tripwires.burst.within = .milliseconds(Int64(burst.withinMs))
    guard (0...8).contains(burst.entropyFloor) else {
      throw CordonError(.invalid, "out-of-range", "tripwires.burst.entropy_floor must be 0 to 8 bits a byte.")
    }
    tripwires.burst.entropyFloor = burst.entropyFloor
    if hasGuessing { tripwires.guessing = try guessing.domain() }
    if hasPersistence { tripwires.persistence = persistence }
    if hasUnexplained { tripwires.unexplained = try unexplained.domain() }
    tripwires.sensorTampering = sensorTampering
    tripwires.dailyCap = dailyCap
    return tripwires
  }
}
