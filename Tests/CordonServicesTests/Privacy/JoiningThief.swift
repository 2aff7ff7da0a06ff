import CordonCore
import CordonLearning
import CordonRange

/// Who has the collector's disk and, beside it, the hospital's lists of admissions and duties: what they can say of whom.
///
/// Only what is stored is looked at. The thief is given more than thieves have: admissions and discharges to the very
/// hour in which a record was first and last opened.
struct JoiningThief {
  /// A line of the list of admissions.
  struct Stay: Hashable, Sendable {
    var patient: Int
    var admitted: Timestamp
    var discharged: Timestamp
  }

  /// A line of the list of duties: whose hours.
  struct Duty: Hashable, Sendable {
    var person: Int
    var hours: Set<Timestamp>
  }

  /// What a thief says of a patient: these windows are about them.
  struct Claim: Hashable, Sendable {
    var patient: Int
    var windows: [Place]
    /// And about nobody else.
    var isAlone: Bool
  }

  /// A user's hour.
  struct Place: Hashable, Sendable {
    var entity: EntityRef
    var start: Timestamp
  }

  private struct Token: Hashable {
    var index: Int
    var rank: UInt8
  }

  let windows: [EntityWindow]

  private static func position(_ name: String) -> Int {
    FeatureSchema.userAtEHR.features.firstIndex { $0.name == name } ?? 0
  }
  private static let opened = position("records_opened")
  private static let changed = position("records_changed")
  private static let distinct = position("distinct_patients")
  private static let new = position("new_patients")

  /// Follows registers of patients' counts from the hour of an admission to that of the discharge.
  func claimsByFollowing(_ stays: [Stay]) -> [Claim] {
    var places: [Token: [Place]] = [:]
    let feature = FeatureSchema.userAtEHR.features[Self.distinct].id
    for window in windows {
      for sketch in window.sketches where sketch.feature == feature {
        for token in Self.tokens(sketch.registers) {
          places[token, default: []].append(Place(entity: window.entity, start: window.start))
        }
      }
    }
    struct Span: Hashable { var first: Timestamp, last: Timestamp }
    let spans = Dictionary(grouping: places.values) { places in
      Span(first: places.map(\.start).min() ?? .epoch, last: places.map(\.start).max() ?? .epoch)
    }
    return stays.compactMap { stay in
      guard let fitting = spans[Span(first: stay.admitted, last: stay.discharged)], fitting.count == 1 else {
        return nil
      }
      return Claim(patient: stay.patient, windows: fitting[0], isAlone: false)
    }
  }

  /// Takes an hour in which one patient was admitted, and the one window of one new patient then.
  ///
  /// - Parameters:
  ///   - one: what a count of one leaves as.
  ///   - new: what one of new patients leaves as.
  func claimsByCounting(_ stays: [Stay], one: Float, new: Float) -> [Claim] {
    let byHour = Dictionary(grouping: windows, by: \.start)
    let admissions = Dictionary(grouping: stays, by: \.admitted)
    return stays.compactMap { stay in
      guard admissions[stay.admitted]?.count == 1 else { return nil }
      let fitting = byHour[stay.admitted, default: []].filter { window in
        let features = window.features
        let isOne =
          features[Self.distinct].rounded() == one || features[Self.opened] + features[Self.changed] == one
          || Float(window.observations) == one
        return isOne && features[Self.new].rounded() == new
      }
      guard fitting.count == 1 else { return nil }
      return Claim(
        patient: stay.patient, windows: [Place(entity: fitting[0].entity, start: fitting[0].start)], isAlone: true)
    }
  }

  /// For each person the pseudonym whose hours fit their duties best, where one does better than all others.
  func pseudonyms(by duties: [Duty]) -> [Int: EntityRef] {
    let hours = Dictionary(grouping: windows, by: \.entity).mapValues { Set($0.map(\.start)) }
    var found: [Int: EntityRef] = [:]
    for duty in duties {
      let fits = hours.map { (entity: $0.key, fit: Self.fit($0.value, duty.hours)) }.sorted { $0.fit > $1.fit }
      guard fits.count > 1, fits[0].fit > fits[1].fit else { continue }
      found[duty.person] = fits[0].entity
    }
    return found
  }

  /// Shared hours of all hours.
  private static func fit(_ left: Set<Timestamp>, _ right: Set<Timestamp>) -> Double {
    Double(left.intersection(right).count) / Double(max(left.union(right).count, 1))
  }

  /// Of the sparse form (1, then base-128 numbers of index gap and rank); a ward fills no more.
  private static func tokens(_ registers: [UInt8]) -> [Token] {
    guard registers.first == 1 else { return [] }
    var (tokens, number, shift, next): ([Token], UInt32, UInt32, Int) = ([], 0, 0, 0)
    for byte in registers.dropFirst() {
      number |= UInt32(byte & 0x7F) << shift
      shift += 7
      guard byte & 0x80 == 0 else { continue }
      next += Int(number >> 6)
      tokens.append(Token(index: next, rank: UInt8(number & 63)))
      (number, shift, next) = (0, 0, next + 1)
    }
    return tokens
  }
}
