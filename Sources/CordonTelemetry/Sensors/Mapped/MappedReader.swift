package import CordonCore

/// Why a line is no observation.
package struct MappingFailure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The line is not what the mapping says that it is.
    case malformed
    /// The line is whole, and the mapping has no meaning for it.
    case ignored
  }

  package var kind: Kind
  /// The field as the mapping names it; empty where the whole line is meant.
  package var field: String
  /// Where the field's value begins in the line, from 1 on; 1 where there is none.
  package var column: Int
  package var message: String
}

/// Reads the lines of one mapping.
package struct MappedReader: Sendable {
  /// A field of a mapping, by what it says.
  enum Field: Int, CaseIterable {
    case time, user, machine, address, activity, outcome, patient, object, port
    case until, group, familyName, givenName, birthDate, street, postalCode
  }

  package let mapping: RecordMapping
  private var fields: RecordFields
  private var head: [UInt8] = []
  private var layout: ColumnLayout?

  package init(_ mapping: RecordMapping) {
    self.mapping = mapping
    let paths = Self.paths(of: mapping).map { ($0.path, $0.field.rawValue) }
    fields = RecordFields(FieldTree(paths, count: Field.allCases.count))
  }

  /// Names of columns may hold points: a table's column is one name, not a path.
  private static func paths(of mapping: RecordMapping) -> [(field: Field, path: String)] {
    [
      (.time, mapping.time), (.user, mapping.user), (.machine, mapping.machine), (.address, mapping.address),
      (.activity, mapping.activity), (.outcome, mapping.outcome), (.patient, mapping.patient),
      (.object, mapping.object), (.port, mapping.port), (.until, mapping.planning.until),
      (.group, mapping.planning.group), (.familyName, mapping.planning.familyName),
      (.givenName, mapping.planning.givenName), (.birthDate, mapping.planning.birthDate),
      (.street, mapping.planning.street), (.postalCode, mapping.planning.postalCode),
    ].filter { !$0.1.isEmpty }
  }

  /// What a line becomes.
  ///
  /// - Parameter head: the line of names above it, where the format has one.
  package mutating func read(_ line: [UInt8], head: ArraySlice<UInt8> = []) -> Result<Observation, MappingFailure> {
    if let failure = cut(line, head) { return .failure(failure) }
    let word = fields.text(Field.activity.rawValue) ?? ""
    guard let meaning = mapping.meaning(of: word) else {
      return .failure(failure(.activity, "has a word that no activity lists", .ignored))
    }
    let time = time(.time)
    guard time != nil || !meaning.needsTime else {
      return .failure(
        failure(.time, fields.has(Field.time.rawValue) ? "is no moment: ISO 8601, or seconds since 1970" : "is missing")
      )
    }
    guard !meaning.isOfPlanning else { return readPlanning(meaning, at: time) }
    return readDoing(meaning, at: time ?? .epoch)
  }

  private func readDoing(
    _ meaning: RecordMapping.Meaning, at time: Timestamp
  ) -> Result<Observation, MappingFailure> {
    guard let user = fields.text(Field.user.rawValue, most: CanonicalName.partLimit), !user.isEmpty else {
      return .failure(failure(.user, "is missing, empty or too long"))
    }
    let outcome = fields.text(Field.outcome.rawValue).map { mapping.isFailure($0) } ?? false
    var made = Observation(
      time: time, family: meaning.isOfRecord ? .ehr : .host, source: MappedSensor.name, activity: meaning.observed,
      outcome: outcome ? .failure : .success, actor: account(user), isLogin: meaning == .logOn && !outcome)
    let machine = fields.text(Field.machine.rawValue, most: CanonicalName.partLimit) ?? ""
    if !meaning.isOfRecord { made.foreign = ForeignEvent(machine: machine) }
    if let failure = complete(&made, meaning) { return .failure(failure) }
    return .success(made)
  }

  // MARK: Cutting

  private mutating func cut(_ line: [UInt8], _ head: ArraySlice<UInt8>) -> MappingFailure? {
    func whole(_ message: String) -> MappingFailure {
      MappingFailure(kind: .malformed, field: "", column: 1, message: message)
    }
    guard mapping.format != .json else { return fields.readJSON(line) ? nil : whole("is no JSON object") }
    if !self.head.elementsEqual(head) { read(head: head) }
    guard let layout else { return whole("has no line of names above it") }
    return fields.readColumns(line, from: 0, by: layout) ? nil : whole("has other columns than the line of names")
  }

  /// The names of a table's columns, which may be quoted as values are.
  private mutating func read(head: ArraySlice<UInt8>) {
    self.head = Array(head)
    var names = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head
    while let last = names.last, last == 0x0A || last == 0x0D { names.removeLast() }
    let columns = names.split(separator: mapping.separator, omittingEmptySubsequences: false).map { name in
      name.first == 0x22 && name.last == 0x22 && name.count > 1
        ? Unescaping.doubled(name.dropFirst().dropLast()) : Array(name)
    }
    layout = ColumnLayout(separator: mapping.separator, style: .csv, columns: columns, of: fields.tree)
  }

  // MARK: Values

  /// Whole numbers from here on are milliseconds since 1970; as seconds they would be of the year 5138.
  private static let leastMilliseconds: UInt64 = 100_000_000_000

  /// ISO 8601, or seconds or milliseconds since 1970.
  private func time(_ field: Field) -> Timestamp? {
    let field = field.rawValue
    if let whole = fields.number(field), whole >= Self.leastMilliseconds {
      return Timestamp(milliseconds: Int64(clamping: whole))
    }
    return fields.milliseconds(field).map { Timestamp(milliseconds: $0) } ?? MomentText.read(fields.raw(field))
  }

  /// Names without a realm are the health record's, or of the mapping's: never of this machine.
  private func account(_ user: String) -> RawAccount {
    let isWhole = user.contains("@") || user.contains("\\") || mapping.realm.isEmpty
    return .record(isWhole ? user : "\(mapping.realm)\\\(user)")
  }

  /// Adds what it was done to.
  private func complete(_ made: inout Observation, _ meaning: RecordMapping.Meaning) -> MappingFailure? {
    let origin = fields.text(Field.address.rawValue, most: CanonicalName.partLimit) ?? ""
    switch meaning {
    case .logOn, .logOff, .privilegeUse:
      let address = IPAddress(origin).map { Authentication.Origin.address($0) }
      made.object = .authentication(
        Authentication(service: .other, origin: address ?? (origin.isEmpty ? nil : .name(origin))))
    case .accountChange: break
    case .processStart:
      guard let path = path else { return failure(.object, "is missing, empty or too long") }
      made.process = ObservedProcess(pid: 0, executable: path)
      made.object = .program(StartedProgram())
    case .fileOpen, .fileWrite, .fileDelete:
      guard let path = path else { return failure(.object, "is missing, empty or too long") }
      made.object = .file(ObservedFile(path: path))
    case .connect:
      guard let peer = fields.address(Field.object.rawValue) else { return failure(.object, "is no address") }
      made.object = .peer(peer, port: fields.port(Field.port.rawValue) ?? 0)
    case .recordOpen, .recordChange, .recordSearch, .recordExport:
      let patient = fields.text(Field.patient.rawValue, most: CanonicalName.partLimit) ?? ""
      let patients = patient.isEmpty ? [] : [RawPatient(id: patient, authority: mapping.authority)]
      let user = fields.text(Field.user.rawValue) ?? ""
      made.object = .access(
        EHRAccess(act: meaning.act, patients: patients, aliases: Self.spellings(of: user), origin: origin))
    case .care, .membership, .employee, .patient: break
    }
    return nil
  }

  /// What a hospital's registers say, under the names that its audit trail has for the same people.
  private func readPlanning(
    _ meaning: RecordMapping.Meaning, at time: Timestamp?
  ) -> Result<Observation, MappingFailure> {
    func text(_ field: Field) -> String { fields.text(field.rawValue, most: CanonicalName.partLimit) ?? "" }
    let user = Self.spelling(of: text(.user))
    let group = text(.group).isEmpty ? "" : CareFact.groupPrefix + text(.group)
    let patient = text(.patient).isEmpty ? nil : RawPatient(id: text(.patient), authority: mapping.authority)
    guard !user.isEmpty || !meaning.needsUser else { return .failure(failure(.user, "is missing, empty or too long")) }
    let fact: CareFact
    switch meaning {
    case .care:
      guard let patient else { return .failure(failure(.patient, "is missing, empty or too long")) }
      let parties = [user, group].filter { !$0.isEmpty }
      guard let time, !parties.isEmpty else { return .failure(failure(.user, "is missing, and so is the group")) }
      guard !fields.has(Field.until.rawValue) || self.time(.until) != nil else {
        return .failure(failure(.until, "is no moment: ISO 8601, or seconds since 1970"))
      }
      let end = max(self.time(.until) ?? time, time)
      fact = .relation(CareRelation(patient: patient, parties: parties, from: time, to: end))
    case .membership:
      guard !group.isEmpty else { return .failure(failure(.group, "is missing, empty or too long")) }
      fact = .membership(of: user, in: [group])
    default:
      let names = meaning == .employee ? [user] : []
      guard patient != nil || !names.isEmpty else {
        return .failure(failure(.patient, "is missing, empty or too long"))
      }
      fact = .person(
        CarePerson(
          patients: patient.map { [$0] } ?? [], names: names,
          identities: PersonWords.identity(text(.familyName), text(.givenName), born: text(.birthDate)).map { [$0] }
            ?? [],
          households: PersonWords.household(text(.familyName), text(.postalCode), text(.street)).map { [$0] } ?? []))
    }
    return .success(
      Observation(
        time: time ?? .epoch, family: .ehr, source: MappedSensor.name, activity: .careFact, outcome: .success,
        object: .care(fact)))
  }

  /// Exports of one system write a name large, those of another small.
  private static func spelling(of user: String) -> String { user.lowercased() }

  private static func spellings(of user: String) -> [String] {
    let small = spelling(of: user)
    return small == user ? [user] : [user, small]
  }

  private var path: [UInt8]? {
    fields.content(Field.object.rawValue).flatMap { (1...CanonicalName.pathLimit).contains($0.count) ? $0 : nil }
  }

  private func failure(
    _ field: Field, _ message: String, _ kind: MappingFailure.Kind = .malformed
  ) -> MappingFailure {
    let name = Self.paths(of: mapping).first { $0.field == field }?.path ?? ""
    return MappingFailure(kind: kind, field: name, column: fields.raw(field.rawValue).startIndex + 1, message: message)
  }
}

extension RecordMapping.Meaning {
  fileprivate var observed: Activity {
    switch self {
    case .logOn: .logOn
    case .logOff: .logOff
    case .privilegeUse: .privilegeUse
    case .accountChange: .accountChange
    case .processStart: .processStart
    case .connect: .connect
    case .fileOpen: .fileOpen
    case .fileWrite: .fileWrite
    case .fileDelete: .fileDelete
    case .recordOpen, .recordChange, .recordSearch, .recordExport: .recordAccess
    case .care, .membership, .employee, .patient: .careFact
    }
  }

  fileprivate var act: EHRAccess.Act {
    switch self {
    case .recordChange: .change
    case .recordSearch: .search
    case .recordExport: .export
    default: .open
    }
  }
}
