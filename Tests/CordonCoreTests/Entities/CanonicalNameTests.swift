import CordonCore
import Testing

@Suite struct CanonicalNameTests {
  static let machine = MachineID("0123456789abcdef0123456789abcdef")!

  struct Vector: Sendable, CustomTestStringConvertible {
    var raw: String
    var realm = ""
    var canonical: String?
    var testDescription: String { "\(raw) (default realm \(realm))" }
  }

  static let accounts: [Vector] = [
    Vector(raw: "ann", canonical: "local:0123456789abcdef0123456789abcdef/ann"),
    Vector(raw: "Ann", canonical: "local:0123456789abcdef0123456789abcdef/Ann"),
    Vector(raw: "ann", realm: "Ward.Example", canonical: "ward.example/ann"),
    Vector(raw: "DOM\\Ann", canonical: "dom/ann"),
    Vector(raw: "ann@DOM.Example", canonical: "dom.example/ann"),
    Vector(raw: "ann@home@dom", canonical: "dom/ann@home"),
    Vector(raw: "DOM\\STRASSE", canonical: "dom/strasse"),
    Vector(raw: "DOM\\Straße", canonical: "dom/strasse"),
    Vector(raw: "DOM\\ΣΊΣΥΦΟς", canonical: "dom/σίσυφοσ"),
    Vector(raw: "DOM\\ılgaz", canonical: "dom/ılgaz"),
    Vector(raw: "", canonical: nil),
    Vector(raw: "@dom", canonical: nil),
    Vector(raw: "DOM\\", canonical: nil),
    Vector(raw: "\\ann", canonical: nil),
    Vector(raw: "ann@local:0123456789abcdef0123456789abcdef", canonical: nil),
    Vector(raw: "ann@a/b", canonical: nil),
    Vector(raw: "ann\nroot", canonical: nil),
    Vector(
      raw: String(repeating: "a", count: 256),
      canonical: "local:0123456789abcdef0123456789abcdef/" + String(repeating: "a", count: 256)),
    Vector(raw: String(repeating: "a", count: 257), canonical: nil),
  ]

  @Test(arguments: accounts) func `an account is written one way`(vector: Vector) {
    let name = CanonicalName.account(vector.raw, on: Self.machine, defaultRealm: vector.realm)
    #expect(name?.text == vector.canonical)
    if let name { #expect(name.kind == .user) }
  }

  @Test func `a bare uid keeps its number and its machine`() {
    let name = CanonicalName.localAccount(uid: 1000, on: Self.machine)
    #expect(name.text == "local:0123456789abcdef0123456789abcdef/#1000")
  }

  @Test func `a shared account is one entity a host`() throws {
    let local = try #require(CanonicalName.account("root", on: Self.machine))
    let shared = CanonicalName.sharedAccount(local, on: Self.machine)
    #expect(shared.kind == .account)
    #expect(shared.text == "local:0123456789abcdef0123456789abcdef/root")
    let domain = try #require(CanonicalName.account("nursing1@dom", on: Self.machine))
    #expect(
      CanonicalName.sharedAccount(domain, on: Self.machine).text == "dom/nursing1@0123456789abcdef0123456789abcdef")
  }

  @Test(
    arguments: [
      ("4711", "HOSP", "HOSP/4711"), ("4711", "", nil), ("", "HOSP", nil), ("4711", "HO/SP", nil),
      ("a/b", "H", "H/a/b"),
    ] as [(String, String, String?)])
  func `a patient carries its authority`(id: String, authority: String, canonical: String?) {
    #expect(CanonicalName.patient(id: id, authority: authority)?.text == canonical)
  }

  @Test(
    arguments: [
      ("192.0.2.7", [192, 0, 2, 7]), ("::ffff:192.0.2.7", [192, 0, 2, 7]),
      ("fe80::1%eth0", [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ] as [(String, [UInt8])])
  func `an address is bytes, unmapped, without a zone`(text: String, bytes: [UInt8]) throws {
    #expect(CanonicalName.address(try #require(IPAddress(text))).bytes == bytes)
  }

  @Test func `a mapped address is not canonical`() {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7]
    #expect(CanonicalName(kind: .address, canonical: mapped) == nil)
    #expect(CanonicalName(kind: .address, canonical: [1, 2, 3]) == nil)
  }

  @Test func `a path is its raw bytes, up to the kernel's limit`() {
    let composed = Array("/home/é".utf8)
    let decomposed = Array("/home/e\u{301}".utf8)
    #expect(CanonicalName.path(composed) != CanonicalName.path(decomposed))
    #expect(CanonicalName.path([0x2F, 0xFF])?.bytes == [0x2F, 0xFF])
    #expect(CanonicalName.path([UInt8](repeating: 0x61, count: 4096)) != nil)
    #expect(CanonicalName.path([UInt8](repeating: 0x61, count: 4097)) == nil)
    #expect(CanonicalName.path([]) == nil)
  }

  @Test(arguments: [
    ("0123456789ABCDEF0123456789abcdef\n", true), ("0123456789abcdef", false),
    ("zz23456789abcdef0123456789abcdef", false),
  ]) func `a machine id is 32 digits`(text: String, isValid: Bool) {
    #expect((MachineID(text) != nil) == isValid)
    #expect(MachineID(text)?.text ?? Self.machine.text == Self.machine.text)
  }

  @Test func `each of the 18 identifiers has its treatment`() {
    #expect(SafeHarborIdentifier.allCases.count == 18)
    for identifier in SafeHarborIdentifier.allCases { #expect(!identifier.handling.isEmpty) }
    #expect(SafeHarborIdentifier.medicalRecordNumbers.treatment == .pseudonym)
    #expect(SafeHarborIdentifier.dates.treatment == .eventTimeOnly)
  }
}
