import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// A worker of a made-up machine, with names planted wherever a name may be.
enum WorkerSupport {
  static let machine = MachineID("0123456789abcdef0123456789abcdef")!
  static let start = FakeClock.start

  struct Accounts: AccountDirectory {
    var names: [UInt32: String] = [0: "root", 1000: "plantedann", 1001: "plantedbob", 33: "www-data", 990: "svc-hl7"]

    mutating func account(of uid: UInt32, now: Timestamp) -> (name: String, isLocal: Bool)? {
      names[uid].map { ($0, true) }
    }

    mutating func isLocal(_ name: String, now: Timestamp) -> Bool { names.values.contains(name) }
  }

  static func keys(epoch: UInt32 = 1, byte: UInt8 = 0x11, gateway: Bool = false) throws -> PseudonymKeys {
    func ring(_ byte: UInt8) throws -> KeyRing {
      KeyRing(current: try #require(EpochKey(epoch: epoch, bytes: [UInt8](repeating: byte, count: 32))))
    }
    return PseudonymKeys(
      staff: try ring(byte), patient: gateway ? try ring(0x33) : nil,
      path: SymmetricKey(data: [UInt8](repeating: 0x22, count: 32)))
  }

  static func policy(reflex: Bool = true) -> Policy {
    var policy = Policy(serial: 1, name: "test", group: "", issued: start)
    policy.containment.isEnabled = reflex
    policy.containment.reflex.isEnabled = reflex
    policy.containment.reflex.actions = [.suspendProcess, .blockAddress]
    policy.sharedAccounts = ["root", "nursing1"]
    policy.serviceAccounts = ["svc-hl7"]
    return policy
  }

  static func pipeline(
    host: String = "ws-17", policy: Policy = policy(), packages: String = "/nowhere", seed: UInt64 = 1,
    gateway: Bool = false, memory: WorkerMemory = WorkerMemory(), progress: [UInt8] = []
  ) throws -> WorkerPipeline {
    WorkerPipeline(
      settings: WorkerSettings(machine: machine, host: host, bootID: "1120833b-d52a-4367-8624-3e84b146f470"),
      policy: policy, keys: try keys(gateway: gateway), memory: memory, progress: progress,
      directory: Accounts(),
      ownership: PackageOwnership(root: packages),
      randomness: SeededRandomness(seed: seed))
  }

  /// Passwords guessed until one is right, by the log of sshd.
  static func logOns() -> SensorBatch {
    let stamp = "2026-01-01T00:00:01Z localhost sshd[77]:"
    let failure = "\(stamp) Failed password for plantedann from 192.0.2.7 port 5 ssh2"
    let nobody = "\(stamp) Failed password for invalid user plantedbob from 192.0.2.7 port 5 ssh2"
    let success = "\(stamp) Accepted password for plantedann from 192.0.2.7 port 5 ssh2"
    let lines = [String](repeating: failure, count: 12) + [nobody, success]
    return SensorBatch(sensor: AuthSensor.name, records: lines.map { Array($0.utf8) })
  }

  /// A log-on, a program and a cleared log on each of some Windows computers.
  static func computers(_ names: [String]) -> SensorBatch {
    let records = names.flatMap { name in
      [
        #"{"EventID":4624,"Channel":"Security","TimeCreated":"2026-01-01T00:00:01Z","Hostname":"\#(name)","TargetUserName":"plantedann","TargetDomainName":"PLANTED","LogonType":"10","IpAddress":"192.0.2.7"}"#,
        #"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","UtcTime":"2026-01-01 00:00:01.000","Hostname":"\#(name)","Image":"C:\\plantedbob.exe","ProcessId":"17","CommandLine":"plantedargument","User":"PLANTED\\plantedann"}"#,
        #"{"EventID":1102,"Channel":"Security","TimeCreated":"2026-01-01T00:00:02Z","Hostname":"\#(name)","SubjectUserName":"plantedann","SubjectDomainName":"PLANTED"}"#,
      ]
    }
    return SensorBatch(sensor: WindowsSensor.name, records: records.map { Array($0.utf8) })
  }

  /// A key let in as root.
  static func letInKey() -> SensorBatch {
    let change = PersistenceChange(
      kind: .authorizedKeys, act: .changed, path: Array("/root/.ssh/plantedann".utf8), isOfRoot: true)
    let record = MachineRecord(time: at(1000), fact: .persistence(change))
    return SensorBatch(sensor: PersistenceSensor.name, records: [record.encoded])
  }

  static func at(_ milliseconds: Int64) -> Timestamp { start.advanced(by: .milliseconds(milliseconds)) }

  static func lines(_ text: String) -> SensorBatch { AuditSensor.records(inReplay: Array(text.utf8)) }

  /// A connect and its peer, as two lines of a log.
  static func connect(_ serial: Int, pid: Int, uid: Int = 1000, saddr: String, exe: String, at time: Timestamp)
    -> String
  {
    let stamp = "audit(\(time.milliseconds / 1000).\(String(1000 + time.milliseconds % 1000).dropFirst()):\(serial))"
    return """
      type=SYSCALL msg=\(stamp): arch=c000003e syscall=42 success=yes exit=0 a0=3 ppid=700 pid=\(pid) auid=\(uid) \
      uid=\(uid) euid=\(uid) comm="x" exe="\(exe)" key="cordon"
      type=SOCKADDR msg=\(stamp): saddr=\(saddr)
      type=EOE msg=\(stamp):

      """
  }

  static func exec(
    _ serial: Int, pid: Int, uid: Int = 1000, exe: String, argument: String = "plantedargument", at time: Timestamp
  ) -> String {
    let stamp = "audit(\(time.milliseconds / 1000).\(String(1000 + time.milliseconds % 1000).dropFirst()):\(serial))"
    return """
      type=SYSCALL msg=\(stamp): arch=c000003e syscall=59 success=yes exit=0 a0=3 ppid=700 pid=\(pid) auid=\(uid) \
      uid=\(uid) euid=\(uid) comm="x" exe="\(exe)" key="cordon"
      type=EXECVE msg=\(stamp): argc=2 a0="x" a1="\(argument)"
      type=CWD msg=\(stamp): cwd="/home/plantedann"
      type=PATH msg=\(stamp): item=0 name="\(exe)"
      type=PROCTITLE msg=\(stamp): proctitle="plantedtitle"

      """
  }

  static func file(
    _ act: FileRecord.Act, _ path: String, from: String = "", entropy: Float? = 7.95, pid: UInt32 = 812,
    canary: Bool = false, user: UInt32 = 1000, at time: Timestamp
  ) -> [UInt8] {
    FileRecord(
      act: act, time: time,
      process: ObservedProcess(
        pid: pid, parent: 700, startTicks: 4711, executable: Array("/home/plantedann/evil".utf8)),
      user: user, loginUser: user,
      file: ObservedFile(
        path: Array(path.utf8),
        content: entropy.map { SampledContent(entropy: $0, isKnownFormat: false, size: 20_000) }, isCanary: canary),
      from: Array(from.utf8)
    ).encoded
  }

  /// Twenty files of one user rewritten and renamed within two seconds, after a call to 192.0.2.7.
  static func attack(from moment: Int64 = 0) -> [SensorBatch] {
    let call = lines(
      exec(1, pid: 812, exe: "/home/plantedann/evil", at: at(moment))
        + connect(2, pid: 812, saddr: "0200115CC00002070000000000000000", exe: "/home/plantedann/evil", at: at(moment)))
    var files = SensorBatch(sensor: FileSensor.name)
    for number in 0..<20 {
      let time = at(moment + 100 * Int64(number))
      let path = "/home/plantedann/plantedfile\(number).doc"
      files.records.append(file(.write, path, at: time))
      files.records.append(file(.rename, path + ".locked", from: path, at: time))
    }
    return [call, files]
  }

  /// Planning that explains nothing of what the planted users do.
  static var appointment: SensorBatch {
    let resource = """
      {"resourceType":"Appointment","status":"booked","start":"2026-01-01T00:00:00Z","end":"2026-01-01T01:00:00Z",\
      "participant":[{"actor":{"reference":"Patient/plantedpatient"}},{"actor":{"reference":"Practitioner/planteddoctor"}}]}
      """
    let doctor = """
      {"resourceType":"Practitioner","id":"planteddoctor",\
      "identifier":[{"system":"urn:\(Planted.realm)","value":"plantedann"}]}
      """
    return SensorBatch(sensor: EHRSensor.name, records: [Array(resource.utf8), Array(doctor.utf8)])
  }

  /// What servers of data tell of a planted user: a statement, a table and a file.
  static var dataUse: SensorBatch {
    let lines = [
      "postgresql\n{\"timestamp\":\"2026-01-01 00:00:10.000 UTC\",\"user\":\"plantedann\",\"remote_host\":\"192.0.2.7\","
        + "\"error_severity\":\"LOG\",\"message\":\"AUDIT: SESSION,1,1,READ,SELECT,TABLE,plantedtable,"
        + "select 'plantedvalue',<none>,9\"}",
      "samba\n2026-01-01T00:00:10+00:00 vm smbd_audit: plantedann|192.0.2.7|ward|unlinkat|ok|\(Planted.path)",
    ]
    return SensorBatch(sensor: DataSensor.name, records: lines.map { Array($0.utf8) })
  }

  /// Accesses of the made-up ann to patients by their numbers, as FHIR, as an audit message and in a packet, with all that
  /// a careless EHR writes into its trail.
  static func trail(_ patients: [String], user: String = "plantedann", from moment: Int64 = 0) -> SensorBatch {
    let free = Planted.texts.joined(separator: " ").replacing("\\", with: "").replacing("\"", with: "")
    var batch = SensorBatch(sensor: EHRSensor.name)
    for (number, patient) in patients.enumerated() {
      let second = moment / 1000 + Int64(number)
      let clock = [second / 60, second % 60].map { String(100 + $0).dropFirst() }.joined(separator: ":")
      let time = "2026-01-01T00:\(clock)Z"
      let fhir = """
        {"resourceType":"AuditEvent","text":{"div":"\(free)"},"subtype":[{"code":"read","display":"\(free)"}],\
        "action":"R","recorded":"\(time)","outcome":"0","outcomeDesc":"\(free)","agent":[{"who":{"identifier":\
        {"system":"urn:\(Planted.realm)","value":"\(user.replacing("\\", with: "\\\\"))"},"display":"\(free)"},"name":"\(free)","requestor":true,\
        "network":{"address":"192.0.2.7"}}],"entity":[{"what":{"identifier":{"system":"\(Planted.authority)",\
        "value":"\(patient)"},"display":"\(free)"},"role":{"code":"1"},"name":"\(free)","description":"\(free)"}]}
        """
      let message = """
        <AuditMessage><EventIdentification EventActionCode="R" EventDateTime="\(time)" EventOutcomeIndicator="0">\
        <EventID csd-code="110110" originalText="plantedtext"/></EventIdentification><ActiveParticipant \
        UserID="\(user)" UserName="plantedname" UserIsRequestor="true" NetworkAccessPointID="192.0.2.7"/>\
        <ParticipantObjectIdentification ParticipantObjectID="\(patient)^^^\(Planted.authority)" \
        ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectName>plantedname\
        </ParticipantObjectName></ParticipantObjectIdentification></AuditMessage>
        """
      batch.records += [Array(fhir.utf8), Array(message.utf8), Array("<85>1 - host - - - - \(message)".utf8)]
    }
    return batch
  }
}
