package import CordonCore
package import CordonTelemetry

/// Turns a list of names into pseudonyms and sealed names, so that a device registry or policy can be prepared without
/// a clear name leaving this machine.
///
/// Columns read: `kind` (user, patient, address, host, device), `name`, and for patients `authority`. What else a file
/// holds is not written: a column of remarks would carry out what the import keeps in.
package struct NameImport: Sendable {
  private var pseudonymiser: Pseudonymiser
  private let machine: MachineID
  private let realm: String
  private let authority: String
  private let holdsPatientKey: Bool

  /// Columns of what `table` writes; `policy` is the line that a policy takes under `containment.never_touch.sealed`.
  package static let columns = ["kind", "key_epoch", "pseudonym", "sealed_name", "label", "policy"]

  /// - Parameters:
  ///   - realm: of accounts that name none; empty: they are this machine's.
  ///   - authority: of patients whose row names none.
  package init(keys: PseudonymKeys, machine: MachineID, realm: String = "", authority: String = "") {
    pseudonymiser = Pseudonymiser(keys: keys)
    self.machine = machine
    self.realm = realm
    self.authority = authority
    holdsPatientKey = keys.patient != nil
  }

  /// The file with every name replaced, in the order of its rows.
  ///
  /// - Throws: `import` with every mistake, one `line:column: message` a line; nothing is written then.
  package mutating func table(_ bytes: [UInt8], of file: String) throws(CordonError) -> String {
    let table = CSVTable(bytes)
    var problems = table.problems
    guard let kind = table.column("kind"), let name = table.column("name") else {
      throw Self.refusal(
        [.init(line: 1, column: 1, message: "the first row must name the columns kind and name")], file)
    }
    let authorityColumn = table.column("authority")
    var lines = [Self.columns.joined(separator: ",")]
    for row in table.rows {
      let ownAuthority = authorityColumn.map { row[$0].text } ?? ""
      do throws(Mistake) {
        lines.append(
          try line(kind: row[kind], name: row[name], authority: ownAuthority.isEmpty ? authority : ownAuthority))
      } catch {
        problems.append(.init(line: error.cell.line, column: error.cell.column, message: error.message))
      }
    }
    guard problems.isEmpty else { throw Self.refusal(problems, file) }
    return lines.map { $0 + "\n" }.joined()
  }

  private struct Mistake: Error {
    var cell: CSVTable.Cell
    var message: String
  }

  private mutating func line(
    kind: CSVTable.Cell, name: CSVTable.Cell, authority: String
  ) throws(Mistake) -> String {
    let canonical = try canonical(kind, name, authority)
    guard let sealed = pseudonymiser.sealed(canonical, part: .target) else {
      throw Mistake(cell: name, message: "the name could not be sealed")
    }
    let entity = sealed.entity
    let (pseudonym, sealedName) = (Hex.encode(entity.pseudonym), Hex.encode(sealed.sealedName))
    let policy = entity.label.isEmpty ? "\(entity.kind):\(entity.keyEpoch):\(pseudonym):\(sealedName)" : ""
    return ["\(entity.kind)", "\(entity.keyEpoch)", pseudonym, sealedName, entity.label, policy]
      .map(CSVTable.quoted).joined(separator: ",")
  }

  /// Messages never repeat the name: they may end in a log.
  private func canonical(
    _ kind: CSVTable.Cell, _ name: CSVTable.Cell, _ authority: String
  ) throws(Mistake) -> CanonicalName {
    let made: CanonicalName?
    switch kind.text.lowercased() {
    case "user": made = CanonicalName.account(name.text, on: machine, defaultRealm: realm)
    case "address": made = IPAddress(name.text).map { .address($0) }
    case "host": made = .label(name.text, kind: .host)
    case "device": made = .label(name.text, kind: .device)
    case "patient", "record":
      guard holdsPatientKey else {
        throw Mistake(cell: kind, message: "this machine holds no key for patients; do it on a gateway")
      }
      guard !authority.isEmpty else {
        throw Mistake(cell: name, message: "no assigning authority: name one in the column authority, or --authority")
      }
      made = .patient(id: name.text, authority: authority)
    case "path":
      throw Mistake(cell: kind, message: "each agent has its own key for paths; an imported one would match nowhere")
    default: throw Mistake(cell: kind, message: "the kind is none of user, patient, address, host, device")
    }
    guard let made else { throw Mistake(cell: name, message: "not a name of that kind, empty, or too long") }
    return made
  }

  private static func refusal(_ problems: [CSVTable.Problem], _ file: String) -> CordonError {
    let ordered = problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    let shown = ordered.prefix(CSVTable.mostProblems).map { "\(file):\($0)" }
    let more = ordered.count > shown.count ? ["and \(ordered.count - shown.count) more"] : []
    return CordonError(
      .invalid, "import", (shown + more).joined(separator: "\n"), remedy: "Correct the file; nothing was written.")
  }
}
