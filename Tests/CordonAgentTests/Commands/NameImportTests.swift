import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// A file of names becomes pseudonyms that the agents' own match, or a list of all its mistakes.
@Suite struct NameImportTests {
  private static func keys(withPatients: Bool = true) throws -> PseudonymKeys {
    var keys = try WorkerSupport.keys()
    if withPatients {
      keys.patient = KeyRing(current: try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: 0x33, count: 32))))
    }
    return keys
  }

  private static func job(withPatients: Bool = true, authority: String = "") throws -> NameImport {
    NameImport(
      keys: try keys(withPatients: withPatients), machine: WorkerSupport.machine, realm: "ward.example",
      authority: authority)
  }

  /// The rows after the first, as values.
  private static func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func namesBecomeThePseudonymsThatAgentsMake() throws {
    let file = """
      name,remark,kind,authority\r
      "Ann",knows everything,user,
      192.0.2.7,,address,
      ::ffff:192.0.2.7,,address,
      MRN-7734120,,patient,mpi
      pump-3,,device,

      """
    var job = try Self.job()
    let text = try job.table(Array(file.utf8), of: "names.csv")
    let rows = Self.rows(text)
    #expect(text.hasPrefix("kind,key_epoch,pseudonym,sealed_name,label,policy\n"))
    let wanted: [CanonicalName?] = [
      .domainAccount("ann", realm: "ward.example"), .address(try #require(IPAddress("192.0.2.7"))),
      .address(try #require(IPAddress("192.0.2.7"))), .patient(id: "MRN-7734120", authority: "mpi"),
    ]
    var pseudonymiser = Pseudonymiser(keys: try Self.keys())
    for (row, name) in zip(rows, wanted) {
      let known = try #require(name)
      let made = pseudonymiser.reference(to: known)
      let entity = try #require(made)
      #expect(row[2] == Hex.encode(entity.pseudonym))
      let sealed = SealedEntity(entity: entity, sealedName: try #require(Hex.decode(row[3])), part: .target)
      #expect(try SealedNames.open(sealed, keys: try Self.keys()) == name)
      #expect(row[5] == "\(row[0]):1:\(row[2]):\(row[3])")
    }
    #expect(rows[4] == ["device", "0", "", "", "pump-3", ""])
    let search = LeakSearch(texts: ["ward.example", "192.0.2.7", "MRN-7734120", "knows everything"])
    #expect(search.finds(in: Array(text.utf8)).isEmpty)
  }

  @Test func everyMistakeIsToldWithLineAndColumn() throws {
    let file = """
      kind,name
      user,ann
      teapot,x
      address,300.1.2.3
      patient,MRN-7734120
      path,/home/ann
      user
      user,"ann" or so
      user,"two
      lines"
      device,
      host,"never closed
      """
    var job = try Self.job()
    let error = #expect(throws: CordonError.self) { try job.table(Array(file.utf8), of: "names.csv") }
    #expect(error?.code == "import")
    #expect(
      error?.message.split(separator: "\n").map { $0.prefix { $0 != " " } } == [
        "names.csv:3:1:", "names.csv:4:9:", "names.csv:5:9:", "names.csv:6:1:", "names.csv:7:1:", "names.csv:8:11:",
        "names.csv:9:6:", "names.csv:11:8:", "names.csv:12:6:",
      ])
    #expect(error?.message.contains("MRN") == false, "a message never repeats a name")
  }

  @Test func workstationsHoldNoKeyForPatients() throws {
    var job = try Self.job(withPatients: false, authority: "mpi")
    let error = #expect(throws: CordonError.self) {
      try job.table(Array("kind,name\npatient,4711\n".utf8), of: "names.csv")
    }
    #expect(error?.message == "names.csv:2:1: this machine holds no key for patients; do it on a gateway")
    var gateway = try Self.job(authority: "mpi")
    #expect(try Self.rows(gateway.table(Array("kind,name\npatient,4711\n".utf8), of: "names.csv")).count == 1)
  }

  @Test(arguments: ["", "name\nann\n", "kind;name\nuser;ann\n"])
  func columnsMustBeNamed(file: String) throws {
    var job = try Self.job()
    let error = #expect(throws: CordonError.self) { try job.table(Array(file.utf8), of: "f") }
    #expect(error?.message.hasPrefix("f:1:1: ") == true)
  }
}
