/// Somebody who works in the hospital, as their account and their habits.
package struct Person: Hashable, Sendable {
  /// The realm of all accounts.
  package static let realm = "hospital.example"
  /// The first person's; the same number on every host, as a directory service gives it.
  package static let firstUID: UInt32 = 10_001

  /// Position in the staff.
  package var index: Int
  /// Without the realm, such as `a.meyer`.
  package var account: String
  package var uid: UInt32
  package var role: Role
  package var ward: Int
  /// How busy beside others of the role: log-normal, so that few people make much of the activity.
  package var pace: Double
  /// Positions of hosts, the most used first.
  package var hosts: [Int]
  /// How far into the rota's cycle the person begins.
  package var rotaOffset: Int

  private static let givenInitials = Array("aebcdfghijklmnoprstuvw").map(String.init)
  private static let familyNames = [
    "meyer", "okafor", "silva", "novak", "haddad", "kim", "rossi", "dubois", "larsen", "patel", "garcia", "schulz",
    "tanaka",
    "moreau", "costa", "nguyen", "ivanova", "keller", "mensah", "jansen", "horvat", "santos", "wagner", "abebe",
    "lindqvist",
    "byrne", "yilmaz", "fischer", "diallo",
  ]

  /// The staff of a hospital whose hosts are known.
  static func staff(_ settings: HospitalSettings, wards: Int, hosts: [Host]) -> [Person] {
    (0..<settings.users).map { index in
      var random = SeededStream(seed: settings.seed, "person", index)
      let role = Role.ofPerson(index)
      let ward = index % wards
      return Person(
        index: index, account: account(index, &random), uid: firstUID + UInt32(index), role: role, ward: ward,
        pace: min(max(random.logNormal(median: 1, sigma: 0.85), 0.25), 6),
        hosts: usualHosts(of: role, ward: ward, among: hosts, &random), rotaOffset: index * 5)
    }
  }

  private static func account(_ index: Int, _ random: inout SeededStream) -> String {
    let round = index / familyNames.count
    let name = "\(random.pick(givenInitials)).\(familyNames[index % familyNames.count])"
    return round == 0 ? name : "\(name)\(round + 1)"
  }

  /// At the ward for those who care for patients, in the offices for the others; any workstation where neither is.
  private static func usualHosts(
    of role: Role, ward: Int, among hosts: [Host], _ random: inout SeededStream
  ) -> [Int] {
    let isClinical = role == .nurse || role == .physician
    let fitting = hosts.filter { isClinical ? $0.kind == .ward && $0.ward == ward : $0.kind == .office }
    let workstations = hosts.filter { $0.kind != .server }
    let candidates = [fitting, workstations, hosts].first { !$0.isEmpty } ?? hosts
    return candidates.map(\.index).shuffled(using: &random)
  }
}
