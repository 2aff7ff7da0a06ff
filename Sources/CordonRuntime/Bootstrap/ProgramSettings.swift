package import Configuration
package import CordonCore
import SystemPackage

/// A program's configuration: command line before environment before file, and all that is wrong in it at once.
///
/// The key `uplink.address` is `--uplink-address` on the command line, and `CORDON_UPLINK_ADDRESS` in the environment
/// and in the file, which has one `KEY=value` a line.
package struct ProgramSettings {
  private let reader: ConfigReader
  private var problems: [String] = []

  /// For a reader made elsewhere, such as a test's.
  package init(_ reader: ConfigReader) { self.reader = reader }

  /// - Parameters:
  ///   - arguments: without the program's name and its subcommand.
  ///   - file: may be missing where `fileIsOptional`.
  package static func load(
    arguments: [String], environment: [String: String], file: String?, fileIsOptional: Bool = true
  ) async throws(CordonError) -> ProgramSettings {
    var providers: [any ConfigProvider] = [
      CommandLineArgumentsProvider(arguments: ["cordon"] + arguments),
      EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "cordon"),
    ]
    if let file {
      do {
        let provider = try await EnvironmentVariablesProvider(
          environmentFilePath: FilePath(file), allowMissing: fileIsOptional)
        providers.append(provider.prefixKeys(with: "cordon"))
      } catch {
        throw CordonError(
          .missing, "configuration", "The configuration file \(file) cannot be read.",
          remedy: "Check its path and that this user may read it.")
      }
    }
    return ProgramSettings(ConfigReader(providers: providers))
  }

  /// A text; a problem where there is neither value nor default.
  package mutating func text(_ key: String, default standard: String? = nil) -> String {
    if let value = raw(key) ?? standard { return value }
    problems.append("\(key) is not set")
    return ""
  }

  /// A text that may be absent.
  package func optionalText(_ key: String) -> String? { raw(key) }

  /// Several texts, separated by commas; empty where nothing is set.
  package func list(_ key: String) -> [String] {
    raw(key)?.split(separator: ",").map { $0.drop(while: \.isWhitespace) }.map(String.init) ?? []
  }

  /// A whole number within a range.
  package mutating func integer(_ key: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
    guard let value = raw(key) else { return standard }
    if let number = Int(value), range.contains(number) { return number }
    problems.append(
      "\(key) is \"\(value.prefix(80))\", not a whole number from \(range.lowerBound) to \(range.upperBound)")
    return standard
  }

  /// Whole seconds within a range.
  package mutating func seconds(_ key: String, default standard: Int, in range: ClosedRange<Int>) -> Duration {
    .seconds(integer(key, default: standard, in: range))
  }

  /// `true` or `false`.
  package mutating func flag(_ key: String, default standard: Bool) -> Bool {
    guard let value = raw(key) else { return standard }
    if let flag = Bool(value) { return flag }
    problems.append("\(key) is \"\(value.prefix(80))\", neither true nor false")
    return standard
  }

  /// `host:port`; a problem where there is neither value nor default.
  package mutating func endpoint(_ key: String, default standard: String? = nil) -> NetworkEndpoint {
    let value = text(key, default: standard)
    do {
      return try NetworkEndpoint(value)
    } catch {
      if !value.isEmpty { problems.append("\(key): \(error.message)") }
      return NetworkEndpoint(host: "", port: 0)
    }
  }

  /// One of some texts.
  package mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ key: String, default standard: Value
  ) -> Value where Value.RawValue == String {
    guard let value = raw(key) else { return standard }
    if let choice = Value(rawValue: value) { return choice }
    let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
    problems.append("\(key) is \"\(value.prefix(80))\", none of \(all)")
    return standard
  }

  /// Refuses with everything that was wrong; call it once all is read, and before anything starts.
  package func check() throws(CordonError) {
    guard !problems.isEmpty else { return }
    throw CordonError(
      .invalid, "configuration", "The configuration is not usable: \(problems.joined(separator: "; ")).",
      remedy: "Correct them in the configuration file, the environment (CORDON_…) or the command line.")
  }

  private func raw(_ key: String) -> String? { reader.string(forKey: ConfigKey(key)).flatMap { $0.isEmpty ? nil : $0 } }
}
