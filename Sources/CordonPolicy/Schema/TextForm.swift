package import CordonCore
import Foundation

/// What a text of a policy must look like.
package enum TextForm: Sendable, Hashable {
  /// Printable text of at most so many bytes; may be empty.
  case free(most: Int)
  /// Letters, digits, `.`, `_`, `-`: at most 64; may be empty.
  case group
  /// A host's label as given at enrolment.
  case label
  case account
  /// A DNS-like realm, lower case; may be empty.
  case realm
  case timeZone
  case absolutePath
  case network
  case action(among: [Action.Name])
  case criticality
  case sealedName
  /// A group that is named: not empty.
  case ring
  case canary
  case expected
  case severity
  case profile
  case sigmaID
  /// A socket that is listened on.
  case listener
  /// An interface of the network.
  case interface
  case port
  case device

  package static let mostPathBytes = 4096
  package static let mostLabelBytes = 253
  package static let mostGroupBytes = 64

  /// What is allowed, for people: follows "expected".
  package var allowed: String {
    switch self {
    case .free(let most): "text of at most \(most) bytes"
    case .group: "letters, digits, `.`, `_`, `-`, at most \(Self.mostGroupBytes)"
    case .label: "a host's label, at most \(Self.mostLabelBytes) bytes without spaces"
    case .account: "an account name, at most \(Self.mostLabelBytes) bytes without spaces"
    case .realm: "a lower-case realm such as hospital.example"
    case .timeZone: "an IANA zone name such as Europe/Berlin"
    case .absolutePath: "an absolute path without `.` or `..`"
    case .network: NetworkText.form
    case .action(let names): "one of \(names.map(\.rawValue).joined(separator: ", "))"
    case .criticality: "one of \(Criticality.texts.map(\.text).joined(separator: ", "))"
    case .sealedName: "a sealed name `kind:epoch:pseudonym:sealed`, the last two in hexadecimal"
    case .ring: "a group's name of letters, digits, `.`, `_`, `-`, at most \(Self.mostGroupBytes)"
    case .profile: "one of \(PolicyProfile.allCases.map(\.rawValue).joined(separator: ", "))"
    case .severity: "one of \(Severity.allCases.map(\.sigmaLevel).joined(separator: ", "))"
    case .sigmaID: "a rule's id of letters, digits and `-`, at most \(SigmaRule.mostIDBytes)"
    case .listener: "udp, tcp, tls or https, an address and a port, such as tls://0.0.0.0:6514"
    case .interface: "an interface's name such as eth0, at most 15 bytes"
    case .port: "a port, 1 to 65535"
    case .device: "a device's address, sealed or not, and label, as `10.1.2.3 pump-3`"
    case .canary: "a window such as `host@host files_written=4000 files_renamed=4000`"
    case .expected: "such as `maintenance group ward-3 sun 02:00-06:00 until 2027-01-01: patches`"
    }
  }

  /// What a schema table calls it.
  package var typeName: String {
    switch self {
    case .free, .group, .account, .label: "text"
    case .realm: "realm"
    case .timeZone: "zone"
    case .absolutePath: "path"
    case .network: "network"
    case .action: "action"
    case .criticality: "criticality"
    case .sealedName: "sealed name"
    case .ring: "group"
    case .canary: "window"
    case .expected: "expectation"
    case .severity: "level"
    case .profile: "profile"
    case .sigmaID: "rule id"
    case .listener: "listener"
    case .interface: "interface"
    case .port: "port"
    case .device: "device"
    }
  }

  /// Whether nothing at all is a value.
  package var allowsEmpty: Bool {
    switch self {
    case .free, .group, .realm: true
    default: false
    }
  }

  /// The canonical form, or why the text is none.
  package func check(_ text: String) -> Result<String, NetworkText.Problem> {
    func verdict(_ isRight: Bool, among choices: [String] = []) -> Result<String, NetworkText.Problem> {
      guard !isRight else { return .success(text) }
      return .failure(.init("is not \(allowed)", suggestion: Suggestion.closest(to: text, among: choices)))
    }
    guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      return .failure(.init("holds a control character"))
    }
    switch self {
    case .free(let most): return verdict(text.utf8.count <= most)
    case .group: return verdict(text.utf8.count <= Self.mostGroupBytes && text.utf8.allSatisfy(Self.isWordByte))
    case .label, .account:
      return verdict(!text.isEmpty && text.utf8.count <= Self.mostLabelBytes && !text.contains(" "))
    case .realm:
      return verdict(
        text.utf8.count <= Self.mostLabelBytes && text == text.lowercased() && text.utf8.allSatisfy(Self.isWordByte))
    case .timeZone:
      let known = TimeZone.knownTimeZoneIdentifiers
      return verdict(text == "UTC" || known.contains(text), among: known)
    case .absolutePath: return Self.canonicalPath(text)
    case .network: return NetworkText.canonical(text)
    case .action(let names):
      return verdict(names.contains { $0.rawValue == text }, among: names.map(\.rawValue))
    case .criticality: return verdict(Criticality(text: text) != nil, among: Criticality.texts.map(\.text))
    case .sealedName: return verdict(SealedEntity(policyText: text) != nil)
    case .ring:
      return verdict(
        !text.isEmpty && text.utf8.count <= Self.mostGroupBytes && text.utf8.allSatisfy(Self.isWordByte))
    case .profile:
      return verdict(PolicyProfile(rawValue: text) != nil, among: PolicyProfile.allCases.map(\.rawValue))
    case .severity:
      let texts = Severity.allCases.map(\.sigmaLevel)
      return verdict(texts.contains(text), among: texts)
    case .sigmaID:
      return verdict(
        (1...SigmaRule.mostIDBytes).contains(text.utf8.count) && text.utf8.allSatisfy(SigmaRule.isIDByte))
    case .listener:
      return Listener(text).map { .success("\($0)") } ?? verdict(false)
    case .interface: return verdict((1...15).contains(text.utf8.count) && text.utf8.allSatisfy(Self.isWordByte))
    case .port: return verdict(UInt16(text).map { $0 > 0 } ?? false)
    case .device:
      guard let device = Policy.WireDevice(text) else { return verdict(false) }
      return .success(device.text)
    case .canary:
      guard let canary = CanaryWindow(text: text) else {
        return verdict(false, among: FeatureSchema.all.map(\.name))
      }
      return .success(canary.text)
    case .expected:
      guard let expected = ExpectedActivity(text: text) else {
        return verdict(false, among: ExpectedActivity.Kind.allCases.map(\.rawValue))
      }
      return .success(expected.text)
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private static func canonicalPath(_ text: String) -> Result<String, NetworkText.Problem> {
    guard text.hasPrefix("/") else {
      return .failure(.init("is not an absolute path", suggestion: text.isEmpty ? nil : "/\(text)"))
    }
    guard text.utf8.count <= mostPathBytes else { return .failure(.init("is longer than \(mostPathBytes) bytes")) }
    let parts = text.split(separator: "/")
    guard !parts.contains("."), !parts.contains("..") else {
      return .failure(.init("holds a `.` or `..` part"))
    }
    return .success("/" + parts.joined(separator: "/"))
  }
}
