import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// What servers of data write, as PostgreSQL 15, MariaDB 10.11, Samba 4.17 and OpenLDAP 2.5 wrote it, and what it comes to.
@Suite struct DataParserTests {
  static let now = Timestamp(milliseconds: 1_795_660_000_000)

  static func parse(_ dialect: String, _ lines: [String]) -> (found: [Observation], counters: ParserCounters) {
    var parser = DataParser(realm: "ward.example", offset: { _ in 3600 })
    var found: [Observation] = []
    for line in lines { parser.parse(Array("\(dialect)\n\(line)".utf8), arrived: now, into: &found) }
    parser.finish(into: &found)
    return (found, parser.counters)
  }

  /// What an observation says, in a line.
  static func told(_ observation: Observation) -> String {
    var name = "-"
    if case .name(let text) = observation.actor { name = text.replacing("ward.example\\", with: "") }
    switch observation.object {
    case .authentication(let fact):
      let origin =
        switch fact.origin {
        case .address(let address): "\(address)"
        case .name(let text): text
        case nil: "-"
        }
      return "logOn \(observation.outcome) \(name) \(origin) \(fact.service)" + (fact.isOfNobody ? " nobody" : "")
    case .data(let access):
      let object = String(decoding: access.object, as: UTF8.self)
      return "\(access.act) \(observation.outcome) \(name) \(object) x\(access.rows)"
    default: return "\(observation.activity)"
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var dialect: String
    var lines: [String]
    var expected: [String]

    var testDescription: String { "\(dialect): \(name)" }
  }

  private static let plain = "2026-11-26 02:15:19.168 UTC [19258] ann@clinic "
  private static let audited = "AUDIT: SESSION,1,1,"

  static let postgreSQL: [Case] = [
    Case(
      name: "a read, with its rows", dialect: "postgresql",
      lines: [plain + "LOG:  \(audited)READ,SELECT,TABLE,public.patient,select * from patient,<not logged>,9"],
      expected: ["read success ann public.patient x9"]),
    Case(
      name: "a statement's further lines are indented", dialect: "postgresql",
      lines: [
        plain + "LOG:  \(audited)READ,SELECT,TABLE,public.patient,\"select count(*)",
        "\tfrom patient where name='2026-11-26 02:15:19.168 UTC [1] eve@clinic LOG:  AUDIT: …'\",<not logged>,1",
      ], expected: ["read success ann public.patient x0"]),
    Case(
      name: "writes and removals, by class and command", dialect: "postgresql",
      lines: [
        plain + "LOG:  \(audited)WRITE,UPDATE,TABLE,public.patient,update,<not logged>,1",
        plain + "LOG:  \(audited)WRITE,DELETE,TABLE,public.patient,delete,<not logged>,2",
        plain + "LOG:  \(audited)DDL,CREATE TABLE,TABLE,public.copy,create,<not logged>,0",
        plain + "LOG:  \(audited)ROLE,CREATE ROLE,,,create role eve,<not logged>,0",
        plain + "LOG:  \(audited)MISC,SHOW,,,show all,<not logged>,0",
        plain + "LOG:  \(audited)READ,SELECT,TABLE,pg_catalog.pg_class,select,<not logged>,300",
      ],
      expected: [
        "write success ann public.patient x1", "remove success ann public.patient x2",
        "administer success ann public.copy x0", "administer success ann  x0",
      ]),
    Case(
      name: "log-ons and refusals", dialect: "postgresql",
      lines: [
        plain + "LOG:  connection authorized: user=ann database=clinic application_name=psql",
        plain + "ERROR:  permission denied for table secret", plain + "STATEMENT:  select * from secret",
        plain + "FATAL:  password authentication failed for user \"ann\"",
        plain + "ERROR:  relation \"x\" does not exist at character 15",
      ],
      expected: ["logOn success ann - database", "read failure ann  x0", "logOn failure ann - database"]),
    Case(
      name: "another prefix of lines, with the client", dialect: "postgresql",
      lines: [
        "2026-11-26 03:15:19 CET [7]: user=ann,db=clinic,app=psql,client=10.0.0.7 LOG:  connection authorized: user=ann"
      ], expected: ["logOn success ann 10.0.0.7 database"]),
    Case(
      name: "csvlog, and a statement that would write lines of its own", dialect: "postgresql",
      lines: [
        "2026-11-26 02:15:19.318 UTC,\"ann\",\"clinic\",19264,\"127.0.0.1:50638\",6b079637.4b40,3,\"SELECT\",2026-11-26 "
          + "02:15:19 UTC,3/11,0,LOG,00000,\"\(audited)READ,SELECT,TABLE,public.patient,\"\"select 1 --",
        "2026-11-26 02:15:19.318 UTC,\"eve\",\"clinic\",1,\"10.0.0.1:1\",x,3,\"\",x,,0,LOG,00000,"
          + "\(audited)READ,SELECT,TABLE,public.forged,x,<none>,5",
        "\"\",<not logged>,2\",,,,,,,,,\"psql\",\"client backend\",,0",
        "2026-11-26 02:15:19.526 UTC,\"bob\",\"clinic\",19272,\"127.0.0.1:50660\",6b079637.4b48,2,\"authentication\","
          + "2026-11-26 02:15:19 UTC,3/18,0,FATAL,28P01,\"password authentication failed for user \"\"bob\"\"\","
          + "\"Role \"\"bob\"\" does not exist.\",,,,,,,,\"\",\"client backend\",,0",
      ], expected: ["read success ann public.patient x0", "logOn failure - 127.0.0.1 database nobody"]),
    Case(
      name: "jsonlog", dialect: "postgresql",
      lines: [
        #"{"timestamp":"2026-11-26 02:15:19.420 UTC","user":"ann","remote_host":"10.0.0.7","error_severity":"ERROR","#
          + #""state_code":"42501","message":"keine Berechtigung","statement":"create table mine(a int)"}"#,
        #"{"timestamp":"2026-11-26 02:15:19.420 UTC","user":"ann","remote_host":"10.0.0.7","error_severity":"LOG","#
          + #""message":"AUDIT: OBJECT,4,1,READ,SELECT,TABLE,\"public.odd,name\",select,<none>,7"}"#,
      ], expected: ["read failure ann  x0", "read success ann public.odd,name x7"]),
    Case(
      name: "by way of syslog, where only the first part of a message counts", dialect: "postgresql",
      lines: [
        "Nov 26 03:15:19 db postgres[7]: [5-1] ann@clinic LOG:  \(audited)READ,SELECT,TABLE,public.patient,\"select",
        "Nov 26 03:15:19 db postgres[7]: [5-2] #011eve@clinic LOG:  \(audited)READ,SELECT,TABLE,public.forged,x,,5",
        "Nov 26 03:15:19 db cron[9]: nothing",
      ], expected: ["read success ann public.patient x0"]),
  ]

  static let others: [Case] = [
    Case(
      name: "log-ons, tables and refusals", dialect: "mysql",
      lines: [
        "20261126 02:16:00,vm,ann,10.0.0.7,4,0,CONNECT,clinic,,0",
        "20261126 02:16:00,vm,ann,10.0.0.7,4,8,READ,clinic,patient,",
        "20261126 02:16:00,vm,ann,10.0.0.7,4,8,QUERY,clinic,'select * from patient where name=\\'a,b\\'',0",
        "20261126 02:16:00,vm,ann,10.0.0.7,4,9,WRITE,clinic,patient,",
        "20261126 02:16:00,vm,root,localhost,3,6,CREATE,clinic,secret,",
        "20261126 02:16:00,vm,root,localhost,3,5,WRITE,mysql,global_priv,",
        "20261126 02:16:00,vm,ann,10.0.0.7,5,12,QUERY,clinic,'select * from secret',1142",
        "20261126 02:16:00,vm,ann,10.0.0.7,6,0,FAILED_CONNECT,,,1045",
        "20261126 02:16:00,vm,ann,10.0.0.7,6,0,DISCONNECT,,,0",
      ],
      expected: [
        "logOn success ann 10.0.0.7 database", "read success ann clinic.patient x0",
        "write success ann clinic.patient x0", "administer success root clinic.secret x0", "read failure ann  x0",
        "logOn failure ann 10.0.0.7 database",
      ]),
    Case(
      name: "a name with commas makes no other line", dialect: "mysql",
      lines: [
        "20261126 02:16:00,vm,no,body,localhost,7,0,FAILED_CONNECT,,,1045",
        "20261126 02:16:00,vm,eve,10.0.0.1,5,0,READ,clinic,forged,,localhost,7,0,FAILED_CONNECT,,,1045",
      ], expected: []),
    Case(
      name: "by way of syslog", dialect: "mysql",
      lines: ["Nov 26 02:16:00 vm mysql-server_auditing: vm,ann,10.0.0.7,4,8,READ,clinic,patient,"],
      expected: ["read success ann clinic.patient x0"]),
    Case(
      name: "a share is opened; files are read, written, renamed and removed", dialect: "samba",
      lines: [
        "connect|ok|ward", "openat|ok|r|/srv/ward/a.txt", "create_file|ok|0x12019f|file|overwrite_if|/srv/ward/a.txt",
        "create_file|ok|0x120089|file|open|/srv/ward/a.txt", "create_file|ok|0x81|dir|open|/srv/ward",
        "create_file|ok|0x10000|file|open|/srv/ward/a.txt", "renameat|ok|/srv/ward/a.txt|/srv/ward/b.locked",
        "unlinkat|ok|/srv/ward/b.locked", "create_file|fail (No such file or directory)|0x120089|file|open|/srv/ward/x",
        "create_file|fail (Permission denied)|0x120089|file|open|/srv/ward/x", "disconnect|ok|ward",
      ].map { "Nov 26 02:16:24 vm smbd_audit: ann|10.0.0.7|ward|\($0)" },
      expected: [
        "logOn success ann 10.0.0.7 fileShare", "write success ann /srv/ward/a.txt x0",
        "read success ann /srv/ward/a.txt x0", "write success ann /srv/ward/b.locked x0",
        "remove success ann /srv/ward/b.locked x0", "read failure ann /srv/ward/x x0",
      ]),
    Case(
      name: "a domain's account, and another program's line", dialect: "samba",
      lines: [
        "2026-11-26T02:16:24.5+00:00 vm smbd_audit[7]: WARD\\ann|10.0.0.7|unlinkat|ok|/srv/x",
        "2026-11-26T02:16:24.5+00:00 vm sshd[7]: eve|10.0.0.7|ward|unlinkat|ok|/srv/x",
      ], expected: ["remove success WARD\\ann /srv/x x0"]),
    Case(
      name: "a bind that succeeds, a search and a change that is refused", dialect: "ldap",
      lines: [
        "6b079662.14663221 0x7ff853fff6c0 conn=1001 fd=12 ACCEPT from IP=10.0.0.7:54900 (IP=127.0.0.1:33890)",
        "6b079662.1468b1d5 0x7ff8537fe6c0 conn=1001 op=0 BIND dn=\"uid=ann,ou=people,dc=h\" method=128",
        "6b079662.14698aa4 0x7ff8537fe6c0 conn=1001 op=0 BIND dn=\"uid=ann,ou=people,dc=h\" mech=SIMPLE bind_ssf=0 ssf=0",
        "6b079662.1469f481 0x7ff8537fe6c0 conn=1001 op=0 RESULT tag=97 err=0 qtime=0.000013 etime=0.000123 text=",
        "6b079662.146b15d7 0x7ff853fff6c0 conn=1001 op=1 SRCH base=\"dc=h\" scope=2 deref=0 filter=\"(uid=ann)\"",
        "6b079662.146c4182 0x7ff853fff6c0 conn=1001 op=1 SEARCH RESULT tag=101 err=0 qtime=0 etime=0 nentries=40 text=",
        "6b079662.155ce8dd 0x7ff853fff6c0 conn=1001 op=2 DEL dn=\"ou=people,dc=h\"",
        "6b079662.155d4e61 0x7ff853fff6c0 conn=1001 op=2 RESULT tag=107 err=50 qtime=0 etime=0 text=no write access",
        "6b079662.155dfa0b 0x7ff8537fe6c0 conn=1001 op=3 UNBIND",
        "6b079662.155e4f9a 0x7ff8537fe6c0 conn=1001 fd=12 closed",
      ],
      expected: [
        "logOn success ann 10.0.0.7 directory", "read success ann dc=h x40", "remove failure ann ou=people,dc=h x0",
      ]),
    Case(
      name: "a bind that fails, by way of syslog; a name with an escape", dialect: "ldap",
      lines: [
        "Nov 26 02:16:02 vm slapd[7]: conn=1003 fd=12 ACCEPT from IP=[::1]:54916 (IP=[::]:389)",
        "Nov 26 02:16:02 vm slapd[7]: conn=1003 op=0 BIND dn=\"uid=bob err\\3D0,ou=people,dc=h\" method=128",
        "Nov 26 02:16:02 vm slapd[7]: conn=1003 op=0 RESULT tag=97 err=49 qtime=0 etime=0 text=",
      ], expected: ["logOn failure bob err=0 ::1 directory"]),
    Case(
      name: "a connection that is told after what was asked over it", dialect: "ldap",
      lines: [
        "6b079662.14663221 conn=7 op=0 BIND dn=\"uid=ann,dc=h\" method=128",
        "6b079662.14663221 conn=7 fd=12 ACCEPT from IP=10.0.0.7:54900 (IP=127.0.0.1:33890)",
        "6b079662.14663221 conn=7 op=0 RESULT tag=97 err=0 text=", "6b079662.14663221 conn=7 fd=12 closed",
        "6b079662.14663221 conn=7 op=1 DEL dn=\"dc=h\"", "6b079662.14663221 conn=7 op=1 RESULT tag=107 err=0 text=",
      ], expected: ["logOn success ann 10.0.0.7 directory"]),
    Case(
      name: "nobody in particular is nobody's behaviour", dialect: "ldap",
      lines: [
        "6b079662.14663221 conn=7 fd=12 ACCEPT from IP=10.0.0.7:54900 (IP=127.0.0.1:33890)",
        "6b079662.14663221 conn=7 op=0 BIND dn=\"\" method=128",
        "6b079662.14663221 conn=7 op=0 RESULT tag=97 err=0 text=",
        "6b079662.14663221 conn=7 op=1 SRCH base=\"\" scope=0 deref=0 filter=\"(objectClass=*)\"",
        "6b079662.14663221 conn=7 op=1 SEARCH RESULT tag=101 err=0 nentries=1 text=",
      ], expected: []),
  ]

  @Test(arguments: postgreSQL + others) func `a server's lines become`(_ example: Case) {
    #expect(Self.parse(example.dialect, example.lines).found.map(Self.told) == example.expected)
  }

  @Test(
    arguments: [
      ("postgresql", "2026-11-26 02:15:19.168 UTC [1] LOG:  connection authorized: user=ann", 1_795_659_319_168),
      ("postgresql", "2026-11-26 04:15:19 +02 [1] a@b LOG:  connection authorized: user=ann", 1_795_659_319_000),
      ("postgresql", "2026-11-26 03:15:19 CET [1] a@b LOG:  connection authorized: user=ann", 1_795_659_319_000),
      ("mysql", "20261126 03:15:19,vm,ann,h,4,8,READ,clinic,patient,", 1_795_659_319_000),
    ] as [(String, String, Int64)]) func `times are the server's, by its zone or the machine's`(
      _ dialect: String, _ line: String, _ milliseconds: Int64
    )
  {
    // A log-on of nobody is none; the first line shows that its time alone does not fail.
    let (found, counters) = Self.parse(dialect, [line])
    #expect(counters.malformed == 0)
    for observation in found { #expect(observation.time == Timestamp(milliseconds: milliseconds)) }
  }

  /// Hostile or damaged: counted, never an observation, never a trap.
  static let damaged: [(String, String)] = [
    ("postgresql", "{\"timestamp\":\"2026-11-26 02:15:19.420 UTC\",\"user\":"),
    ("postgresql", String(repeating: "{\"a\":", count: 5000)), ("postgresql", "2026-13-26 02:15:19 UTC LOG:  AUDIT: x"),
    ("postgresql", "2026-11-26 02:15:19 UTC,\"ann\""), ("postgresql", "\u{FEFF}2026-11-26"), ("postgresql", "{}"),
    ("mysql", "20261126 02:16:00"), ("mysql", "20261126 02:16:00,,,,,,,,,"),
    ("mysql", "99999999 99:99:99,a,b,c,1,2,READ,d,e,"),
    ("mysql", "20261126 02:16:00,vm,ann,h,4,8,QUERY,clinic,select,0"), ("samba", "ann|10.0.0.7|ward|unlinkat|ok|/x"),
    ("ldap", "6b079662.14663221 0x7ff8 conn=x op=0"), ("ldap", "conn=1 op=0 BIND dn=\"uid=ann\" method=128"),
    ("ldap", "6b079662.14663221 conn=99999999999999999999 op=0 RESULT tag=97 err=0 text="), ("oracle", "anything"),
    ("", ""), ("postgresql", String(repeating: "x", count: 70_000)),
  ]

  @Test(arguments: damaged) func `what is damaged is counted`(_ dialect: String, _ line: String) {
    let (found, counters) = Self.parse(dialect, [line])
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test func `the sensor of servers' audits keeps the contract`() {
    let recording = "mysql\n" + (1...4).map { "20261126 02:16:0\($0),vm,ann,h,4,8,READ,clinic,patient,\n" }.joined()
    SensorConformance(sensor: DataSensor(), recording: Array(recording.utf8), count: 4).checkAll()
  }

  @Test func `an open quote of csvlog is given up after so many lines`() {
    let opening = "2026-11-26 02:15:19.318 UTC,\"ann\",\"x"
    let line = "2026-11-26 02:15:19 UTC [1] ann@b LOG:  connection authorized: user=ann"
    let lines = [opening] + Array(repeating: "text", count: 4096) + [line]
    #expect(Self.parse("postgresql", lines).found.count == 1)
  }

  @Test func `the realm is the policy's, else the default one, else data`() {
    var policy = Policy.observeOnly
    var parser = DataParser(offset: { _ in 0 })
    func actor() -> RawAccount? {
      var found: [Observation] = []
      parser.parse(Array("mysql\n20261126 02:16:00,vm,ann,h,4,8,READ,c,p,".utf8), arrived: Self.now, into: &found)
      return found.first?.actor
    }
    parser.use(policy)
    #expect(actor() == .name("data\\ann"))
    policy.defaultRealm = "ward.example"
    parser.use(policy)
    #expect(actor() == .name("ward.example\\ann"))
    policy.data.realm = "dbs"
    parser.use(policy)
    #expect(actor() == .name("dbs\\ann"))
  }

  @Test func `a policy without paths follows nothing`() {
    var policy = Policy.DataSensor()
    #expect(DataSensor.settings(policy) == nil)
    policy.samba = ["/var/log/samba.log"]
    policy.ldap = ["/var/log/slapd.log"]
    #expect(DataSensor.settings(policy)?.files.map(\.tag) == ["samba", "ldap"])
  }
}
