/// Who the patients are: some work here, and some live with somebody who does.
package struct Register: Sendable {
  /// What a patient is to somebody of the staff.
  package enum Bond: Hashable, Sendable {
    /// Positions in the staff.
    case colleague(Int)
    case household(Int)

    var member: Int {
      switch self {
      case .colleague(let member), .household(let member): member
      }
    }
  }

  /// As a register of persons has somebody; made up from a number.
  struct Entry: Hashable, Sendable {
    var family: String
    var given: String
    /// `1961-04-09`.
    var birth: String
    var street: String
  }

  /// One in so many patients.
  private static let colleagues = 89
  private static let households = 67
  private static let families = [
    "Abel", "Brandt", "Costa", "Dietz", "Engel", "Fuchs", "Gross", "Horn", "Iversen", "Jung",
  ]
  private static let givenNames = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Greta", "Hugo", "Ida", "Jan"]

  private let staff: Int

  package init(_ hospital: Hospital) { staff = hospital.staff.count }

  package func bond(of patient: Int) -> Bond? {
    if patient % Self.colleagues == 0 { return .colleague(patient / Self.colleagues % staff) }
    return patient % Self.households == 0 ? .household(patient / Self.households % staff) : nil
  }

  func entry(ofStaff index: Int) -> Entry { entry(number: index, from: 0) }

  func entry(ofPatient patient: Int) -> Entry {
    switch bond(of: patient) {
    case .colleague(let index): return entry(ofStaff: index)
    case .household(let index):
      let other = entry(ofStaff: index)
      return Entry(family: other.family, given: "Kim", birth: "1990-02-0\(1 + patient % 9)", street: other.street)
    case nil: return entry(number: patient, from: 1_000_000)
    }
  }

  /// No two numbers share a house.
  private func entry(number: Int, from first: Int) -> Entry {
    Entry(
      family: Self.families[number % Self.families.count], given: Self.givenNames[number / 10 % Self.givenNames.count],
      birth: "19\(40 + number % 50)-\(10 + number / 50 % 3)-\(10 + number / 150 % 18)",
      street: "Long Road \(first + number)")
  }
}
