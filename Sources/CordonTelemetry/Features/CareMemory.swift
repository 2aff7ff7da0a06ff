package import CordonCore

/// Who cares for whom, as the hospital's planning says: explains accesses to records.
///
/// After Fabbri and LeFevre, "Explanation-Based Auditing" (2011): nearly every proper access has a reason that stands in
/// the hospital's own data; what has none is worth a look. Rules of our own: an access is explained where the user, or a
/// group that the user belongs to, has to do with the patient from `before` an appointment, a stay or a team's time until
/// `after` it. Bounded, by number and by `byteLimit`; what was used longest ago is forgotten first. Raw names stay in here.
package struct CareMemory: Sendable {
  /// Patients in each of two generations.
  package static let patientLimit = 32_768
  /// Newest relations of a patient that are kept.
  package static let relationLimit = 32
  /// Members of groups in each of two generations.
  package static let memberLimit = 16_384
  package static let groupLimit = 16
  /// Bytes of both generations of everything, as far as texts can be weighed.
  package static let byteLimit = 48 << 20
  /// People prepare for an appointment.
  package static let before = Duration.seconds(86_400)
  /// Letters and bills are written when the patient is long at home.
  package static let after = Duration.seconds(14 * 86_400)
  /// From an account by way of a person and a role to a ward.
  private static let steps = 3
  private static let keyLimit = 64

  private struct Relation: Sendable {
    var parties: [String]
    var from: Timestamp
    var to: Timestamp
  }

  private var relations = GenerationCache<CanonicalName, [Relation]>(
    limit: patientLimit, weightLimit: byteLimit / 8 * 3
  ) { name, relations in relations.reduce(weight(name.bytes.count)) { $0 + 48 + weight(of: $1.parties) } }
  private var groups = GenerationCache<String, [String]>(limit: memberLimit, weightLimit: byteLimit / 32 * 3) {
    weight($0.utf8.count) + weight(of: $1)
  }
  /// Everybody and every group that has to do with some patient.
  private var parties = GenerationCache<String, Bool>(limit: memberLimit, weightLimit: byteLimit / 32) { name, _ in
    weight(name.utf8.count)
  }

  package init() {}

  /// Without any planning nothing is explained, and that says nothing about anybody.
  package var isInformed: Bool { relationCount > 0 }

  /// Patients of whom something is planned.
  package var relationCount: Int { relations.count }

  /// Takes what planning says; a relation of the same parties and beginning replaces the older one.
  package mutating func take(_ relation: CareRelation, of patient: CanonicalName) {
    var known = relations[patient] ?? []
    let parties = relation.parties.filter(Self.isName)
    known.removeAll { $0.parties == parties && $0.from == relation.from }
    known.append(Relation(parties: parties, from: relation.from, to: relation.to))
    if known.count > Self.relationLimit { known.removeFirst() }
    relations[patient] = known
    for party in parties { self.parties[party] = true }
  }

  /// Takes that somebody belongs to groups.
  package mutating func take(membership member: String, in others: [String]) {
    guard Self.isName(member) else { return }
    let known = groups[member] ?? []
    let added = others.filter { Self.isName($0) && !known.contains($0) }
    groups[member] = (known + added).suffix(Self.groupLimit)
  }

  /// Whether planning connects a user, under any of some names, with a patient at a time.
  package mutating func explains(_ names: [String], with patient: CanonicalName, at time: Timestamp) -> Bool {
    guard let known = relations[patient] else { return false }
    let current = known.filter {
      $0.from.advanced(by: .zero - Self.before) <= time && time <= $0.to.advanced(by: Self.after)
    }
    guard !current.isEmpty else { return false }
    let keys = allKeys(of: names)
    return current.contains { $0.parties.contains { keys.contains($0) } }
  }

  /// Whether planning says of a user, under any of some names, where that is or whose care it is about.
  ///
  /// Of others, as in billing, nothing could ever explain an access.
  package mutating func plans(for names: [String]) -> Bool {
    for key in allKeys(of: names) where Self.isGroup(key) || parties[key] != nil { return true }
    return false
  }

  /// Whether planning's word for something is one for where several people belong.
  package static func isGroup(_ name: String) -> Bool {
    ["Organization/", "Location/", "HealthcareService/", "CareTeam/"].contains { name.hasPrefix($0) }
      || name.hasPrefix(CareFact.groupPrefix)
  }

  /// Of an entry with a text of so many bytes: with its share of tables, rounded up.
  private static func weight(_ bytes: Int) -> Int { 48 + bytes }

  private static func weight(of texts: [String]) -> Int { texts.reduce(0) { $0 + weight($1.utf8.count) } }

  /// A longer text names nobody, and would only fill the memory.
  private static func isName(_ text: String) -> Bool { text.utf8.count <= CanonicalName.partLimit }

  /// Names of a user, and of all that the user is or belongs to.
  package mutating func allKeys(of names: [String]) -> Set<String> {
    var keys = Set(names)
    var newest = names
    for _ in 0..<Self.steps where !newest.isEmpty && keys.count < Self.keyLimit {
      newest = newest.flatMap { groups[$0] ?? [] }.filter { keys.insert($0).inserted }
    }
    return keys
  }
}
