import CordonCore
import CordonPolicy
import Testing

@Suite struct TextFormTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var form: TextForm
    var text: String
    var canonical: String?
    var suggestion: String?

    init(_ form: TextForm, _ text: String, _ canonical: String?, suggestion: String? = nil) {
      (self.form, self.text, self.canonical, self.suggestion) = (form, text, canonical, suggestion)
    }

    var testDescription: String { "\(form.typeName): \(text.prefix(40))" }
  }

  @Test(arguments: [
    Case(.network, "10.0.0.0/8", "10.0.0.0/8"),
    Case(.network, "192.0.2.7", "192.0.2.7/32"),
    Case(.network, "FD00::/8", "fd00::/8"),
    Case(.network, "::ffff:192.0.2.7", "192.0.2.7/32"),
    Case(.network, "0.0.0.0/0", "0.0.0.0/0"),
    Case(.network, "10.0.0.5/8", nil, suggestion: "10.0.0.0/8"),
    Case(.network, "10.0.0.0/33", nil),
    Case(.network, "10.0.0.0/+8", nil),
    Case(.network, "10.0.0.0/", nil),
    Case(.network, "fe80::1%eth0", nil),
    Case(.network, "10.0.0", nil),
    Case(.absolutePath, "/home", "/home"),
    Case(.absolutePath, "/home//x/", "/home/x"),
    Case(.absolutePath, "/", "/"),
    Case(.absolutePath, "home", nil, suggestion: "/home"),
    Case(.absolutePath, "/home/../etc", nil),
    Case(.absolutePath, "/home/\u{0}", nil),
    Case(
      .absolutePath, "/" + String(repeating: "a", count: TextForm.mostPathBytes - 1),
      "/" + String(repeating: "a", count: 4095)),
    Case(.absolutePath, "/" + String(repeating: "a", count: TextForm.mostPathBytes), nil),
    Case(.timeZone, "UTC", "UTC"),
    Case(.timeZone, "Europe/Berlin", "Europe/Berlin"),
    Case(.timeZone, "Europe/Berlim", nil, suggestion: "Europe/Berlin"),
    Case(.timeZone, "GMT+3", nil),
    Case(.group, "", ""),
    Case(.group, String(repeating: "g", count: 64), String(repeating: "g", count: 64)),
    Case(.group, String(repeating: "g", count: 65), nil),
    Case(.group, "ward 3", nil),
    Case(.label, "", nil),
    Case(.realm, "Hospital.Example", nil),
    Case(.action(among: Action.Name.allCases), "suspend_process", nil, suggestion: "suspend-process"),
    Case(.criticality, "administrative", "administrative"),
    Case(.criticality, "administrativ", nil, suggestion: "administrative"),
    Case(.sealedName, "user:1:000102030405060708090a0b0c0d0e0f:aabb", "user:1:000102030405060708090a0b0c0d0e0f:aabb"),
    Case(.sealedName, "user:0:000102030405060708090a0b0c0d0e0f:aabb", nil),
    Case(.sealedName, "user:1:00:aabb", nil),
    Case(.interface, "eth0", "eth0"), Case(.interface, "a-name-too-long0", nil), Case(.interface, "", nil),
    Case(.port, "9000", "9000"), Case(.port, "0", nil), Case(.port, "65536", nil), Case(.port, "http", nil),
    Case(.device, "10.1.2.3 pump-3", "10.1.2.3 pump-3"),
    Case(.device, "::ffff:10.1.2.3   pump-3", "10.1.2.3 pump-3"),
    Case(.device, "pump-3", nil), Case(.device, "10.1.2.3 pump 3", nil), Case(.device, "10.1.2 pump-3", nil),
  ])
  func checks(_ row: Case) {
    switch row.form.check(row.text) {
    case .success(let canonical): #expect(canonical == row.canonical)
    case .failure(let problem):
      #expect(row.canonical == nil, "\(problem.reason)")
      #expect(problem.suggestion == row.suggestion)
    }
  }
}
