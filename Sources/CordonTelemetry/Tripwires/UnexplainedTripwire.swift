package import CordonCore

/// Accesses to patients' records that nothing planned explains, again and again: by one user to many patients in a day, or
/// to one patient on several days.
///
/// A single one is a feature: planning is never complete. Whom planning does not know at all, as in billing, is left to
/// behaviour. It trips when a number is reached, and at each doubling of it.
/// Bounded: `dayLimit` users' days and `pairLimit` pairs of user and patient in each of two generations; kept in memory
/// alone, so that a restart begins to count anew.
package struct UnexplainedTripwire: Sendable {
  package static let dayLimit = 4096
  package static let pairLimit = 32_768
  /// Days within which accesses to one patient's record belong together.
  package static let memory: Int64 = 30
  /// Patients of one user's day that are told apart.
  static let patientLimit = 4096

  /// A patient of an access that nothing explains.
  package struct Patient: Hashable, Sendable {
    package var name: CanonicalName
    /// Under the agent's own key: the same from window to window.
    package var hash: UInt64

    package init(name: CanonicalName, hash: UInt64) {
      self.name = name
      self.hash = hash
    }
  }

  private struct DayKey: Hashable, Sendable {
    var user: CanonicalName
    var day: Int64
  }

  private struct PairKey: Hashable, Sendable {
    var user: CanonicalName
    var patient: UInt64
  }

  private struct Day: Sendable {
    var patients: Set<UInt64> = []
    var accesses: UInt64 = 0
  }

  private struct Pair: Sendable {
    var newest: Int64
    /// Bit n: there was an access n days before the newest.
    var days: UInt32 = 1

    /// True where the day is one that had not been counted.
    mutating func take(_ day: Int64) -> Bool {
      let ahead = day - newest
      if ahead > 0 {
        days = ahead < UnexplainedTripwire.memory ? days << UInt32(ahead) | 1 : 1
        days &= 1 << UInt32(UnexplainedTripwire.memory) - 1
        newest = day
        return true
      }
      guard ahead > -UnexplainedTripwire.memory, days & 1 << UInt32(-ahead) == 0 else { return false }
      days |= 1 << UInt32(-ahead)
      return true
    }
  }

  private var settings: Policy.Tripwires.Unexplained
  private var days = GenerationCache<DayKey, Day>(limit: dayLimit)
  private var pairs = GenerationCache<PairKey, Pair>(limit: pairLimit)

  package init(settings: Policy.Tripwires.Unexplained = Policy.Tripwires.Unexplained()) { self.settings = settings }

  /// Takes other numbers; what was counted stays.
  package mutating func use(_ settings: Policy.Tripwires.Unexplained) { self.settings = settings }

  /// - Parameters:
  ///   - patients: those of one access that succeeded with whose care nothing planned connects the user.
  ///   - day: of the access by the site's clock, counted from 1970.
  package mutating func examine(
    _ patients: [Patient], of observation: Observation, by user: CanonicalName, day: Int64
  ) -> [TripwireHit] {
    guard settings.isEnabled, !patients.isEmpty else { return [] }
    var hits: [TripwireHit] = []
    if let hit = countPatients(patients, observation, DayKey(user: user, day: day)) { hits.append(hit) }
    for patient in patients {
      if let hit = countDays(patient, observation, user, day) { hits.append(hit) }
    }
    return hits
  }

  private mutating func countPatients(
    _ patients: [Patient], _ observation: Observation, _ key: DayKey
  ) -> TripwireHit? {
    var known = days[key] ?? Day()
    let before = known.patients.count
    known.accesses += 1
    for patient in patients where known.patients.count < Self.patientLimit { known.patients.insert(patient.hash) }
    days[key] = known
    let count = known.patients.count
    guard let level = Self.level(of: count, past: before, from: Int(settings.patients)) else { return nil }
    return TripwireHit(
      .unexplainedAccess, technique: "T1213", time: observation.time, actor: observation.actor,
      evidence: [
        .init(what: "patients in a day, unexplained", value: Double(count), unit: "count"),
        .init(what: "accesses in that day, unexplained", value: Double(known.accesses), unit: "count"),
      ],
      predicate: "used the records of \(count) patients in a day with whose care nothing planned connects the user",
      identity: "\(key.day):\(level):\(key.user.text)")
  }

  private mutating func countDays(
    _ patient: Patient, _ observation: Observation, _ user: CanonicalName, _ day: Int64
  ) -> TripwireHit? {
    let key = PairKey(user: user, patient: patient.hash)
    guard var pair = pairs[key] else {
      pairs[key] = Pair(newest: day)
      return nil
    }
    let before = pair.days.nonzeroBitCount
    guard pair.take(day) else { return nil }
    pairs[key] = pair
    let count = pair.days.nonzeroBitCount
    guard let level = Self.level(of: count, past: before, from: Int(settings.days)) else { return nil }
    var hit = TripwireHit(
      .unexplainedAccess, technique: "T1213", time: observation.time, actor: observation.actor,
      evidence: [.init(what: "days with access to one patient, unexplained", value: Double(count), unit: "count")],
      predicate:
        "used one patient's record on \(count) days; nothing planned connects the user with the patient's care",
      identity: "\(level):\(patient.hash):\(user.text)")
    hit.patient = patient.name
    return hit
  }

  /// How often the first number has doubled where a count has just passed one of its doublings; nil where it has not.
  private static func level(of count: Int, past before: Int, from first: Int) -> Int? {
    var (level, mark) = (0, max(first, 1))
    var passed: Int?
    while mark <= count {
      if mark > before { passed = level }
      (level, mark) = (level + 1, mark * 2)
    }
    return passed
  }
}
