import CordonTelemetry
import Testing

@Suite struct AuditNamesTests {
  static func read(_ fields: String, _ names: String) -> [String] {
    let line = "type=SYSCALL msg=audit(1767225600.965:93777): arch=c000003e \(fields) comm=\"x\"\u{1D}\(names)"
    return AuditNames.read(Array(line.utf8)).map { "\($0.number) \($0.name)" }
  }

  @Test func `each number has its name, once`() {
    #expect(
      Self.read(
        "auid=1000 uid=0 gid=0 euid=33",
        "ARCH=x86_64 SYSCALL=execve AUID=\"ann\" UID=\"root\" GID=\"root\" EUID=\"www\"")
        == ["1000 ann", "0 root", "33 www"])
    #expect(Self.read("auid=0 uid=0", "AUID=\"root\" UID=\"root\"") == ["0 root"])
    #expect(Self.read("auid=1000", "AUID=\"DOM\\ann\"") == ["1000 DOM\\ann"])
  }

  @Test(arguments: [
    ("auid=4294967295", "AUID=\"unset\""), ("auid=1001", "AUID=\"unknown(1001)\""), ("auid=-1", "AUID=\"ann\""),
    ("uid=5", "AUID=\"ann\""), ("auid=x", "AUID=\"ann\""), ("auid=1", "AUID=\"\""), ("auid=1", ""), ("auid=1", "AUID"),
    ("auid=1", "AUID=\"\(String(repeating: "a", count: 300))\""),
  ])
  func `what is nobody's name is none`(fields: String, names: String) { #expect(Self.read(fields, names).isEmpty) }

  @Test func `a line that is not enriched names nobody`() {
    #expect(AuditNames.read(Array("type=SYSCALL msg=audit(1.0:1): auid=1 AUID=\"ann\"".utf8)).isEmpty)
    #expect(AuditNames.read([]).isEmpty && AuditNames.read([0x1D]).isEmpty)
  }
}
