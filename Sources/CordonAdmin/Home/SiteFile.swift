import CordonCore
import CordonTrust
import FoundationEssentials

/// `site.json`: which site this home is for, where its collector is, and who uses it. Holds no secret.
struct SiteFile: Codable, Equatable, Sendable {
  var site: String
  var trustDomain: String
  /// `HOST:PORT` of the Admin service.
  var collector: String
  var operatorName: String
  /// The first operator's roles on the collector, which learns them from its grant; absent for those who joined.
  var operatorRoles: [String]?

  static let name = "site.json"
  private static let mostBytes = 65_536

  private enum CodingKeys: String, CodingKey {
    case site, collector
    case trustDomain = "trust_domain"
    case operatorName = "operator"
    case operatorRoles = "operator_roles"
  }

  func write(to path: String) throws(CordonError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw CordonError(.defect, "site-file", "The site's file cannot be encoded.")
    }
    try PrivateFile.replace(path, holding: [UInt8](data) + [UInt8(ascii: "\n")])
  }

  static func load(from path: String, in environment: AdminEnvironment) throws(CordonError) -> SiteFile {
    let bytes: [UInt8]
    do {
      bytes = try FileInput.read(path, most: mostBytes, in: environment)
    } catch  where error.kind == .missing {
      throw CordonError(
        .missing, "no-home", "\(path) is not there: this is not yet an operator's home.",
        remedy: "Found a site with `cordon site init`, join one with `cordon operator request`, or name another home "
          + "with --home or CORDON_HOME.")
    }
    do {
      return try JSONDecoder().decode(SiteFile.self, from: Data(bytes))
    } catch {
      throw CordonError(
        .invalid, "site-file", "\(path) is not a site's file: \(Self.reason(error)).",
        remedy: "It is JSON with site, trust_domain, collector and operator, all text.")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "`\(key.stringValue)` is missing"
    case DecodingError.typeMismatch(_, let context): "`\(context.codingPath.map(\.stringValue).joined())` is not text"
    case DecodingError.valueNotFound(_, let context):
      "`\(context.codingPath.map(\.stringValue).joined())` has no value"
    default: "it is not JSON"
    }
  }
}
