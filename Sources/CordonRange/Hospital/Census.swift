/// Who lies in which bed on which day; stays are geometric with a mean of some four nights.
package struct Census: Sendable {
  /// Chance that a bed's patient leaves on a day.
  private static let leaving = 0.25
  private static let firstNumber = 400_000

  /// By ward, day, bed.
  private let patients: [[[Int]]]

  init(_ settings: HospitalSettings, wards: Int) {
    var admitted = 0
    patients = (0..<wards).map { ward in
      var random = SeededStream(seed: settings.seed, "census", ward)
      var beds: [Int] = []
      return (0..<settings.days).map { day in
        for bed in 0..<Ward.beds where day == 0 || random.chance(Self.leaving) {
          admitted += 1
          // Numbers are given out in order of admission, with gaps from other places.
          let number = Self.firstNumber + admitted * 7 + Int(random.uniform() * 7)
          if bed < beds.count { beds[bed] = number } else { beds.append(number) }
        }
        return beds
      }
    }
  }

  /// Those of all wards.
  package func all(on day: Int) -> [Int] { (0..<wards).flatMap { patients(in: $0, on: day) } }

  package var wards: Int { patients.count }

  /// The numbers of a ward's patients on a day; of the nearest day for one outside the recording.
  package func patients(in ward: Int, on day: Int) -> [Int] {
    let days = patients[ward]
    return days[min(max(0, day), days.count - 1)]
  }
}
