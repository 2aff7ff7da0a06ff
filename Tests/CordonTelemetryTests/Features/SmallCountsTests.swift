import CordonCore
import CordonLearning
import CordonTelemetry
import CordonTestSupport
import Testing

/// A window of one patient must not say that it is of one.
@Suite struct SmallCountsTests {
  private static let user = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 1, count: 16))

  private static func window(patients: [UInt64], from start: Int64 = 0) -> EntityWindow {
    var assembler = WindowAssembler(settings: WindowSettings(length: .seconds(3600), burst: .max))
    for patient in patients {
      assembler.add(
        user, schema: .userAtEHR, at: Timestamp(milliseconds: start), now: Timestamp(milliseconds: start)
      ) { window in
        EHRFeatures.count(
          EHRAccess(act: .open, patients: [RawPatient(id: "x")], isBreakGlass: false, aliases: [], origin: ""),
          succeeded: true, patients: [.init(hash: patient, isNew: true, isExplained: false)], origin: nil, in: &window)
      }
    }
    return assembler.finish().first
      ?? EntityWindow(
        entity: user, schema: 0, start: .epoch, length: 0, observations: 0, features: [])
  }

  private static func hash(_ number: Int) -> UInt64 { UInt64(number) &* 0x9E37_79B9_7F4A_7C15 }

  @Test(arguments: 1...4) func `few are a few, however many and whoever`(count: Int) {
    let one = SmallCounts.coarsened(Self.window(patients: [Self.hash(1)]))
    let few = SmallCounts.coarsened(Self.window(patients: (1...count).map { Self.hash($0 + 9) }))
    #expect(few.observations == UInt32(SmallCounts.few))
    for (feature, value, other) in zip(FeatureSchema.userAtEHR.features, zip(few.features, one.features)).map({
      ($0, $1.0, $1.1)
    }) {
      switch feature.name {
      case "records_opened", "distinct_patients": #expect(value.rounded() == Float(SmallCounts.few))
      // What nothing explains is told exactly: it is what snooping shows by.
      case "unexplained_accesses", "unexplained_patients": #expect(value.rounded() == Float(count))
      default: #expect(value == 0 && other == 0, "\(feature.name)")
      }
    }
    let exact = FeatureSchema.userAtEHR.features.filter { $0.name.hasPrefix("unexplained") }.map(\.id)
    func coarse(_ window: EntityWindow) -> [EntityWindow.DistinctSketch] {
      window.sketches.filter { !exact.contains($0.feature) }
    }
    #expect(coarse(few) == coarse(one))
  }

  @Test func `none and five or more stay as they are`() {
    for count in [5, 6, 40] {
      let window = Self.window(patients: (1...count).map(Self.hash))
      #expect(SmallCounts.coarsened(window) == window)
    }
    var none = Self.window(patients: [Self.hash(1)])
    none.features = none.features.map { _ in 0 }
    none.sketches = []
    none.observations = 7
    #expect(SmallCounts.coarsened(none) == none)
  }

  @Test func `windows without patients are not touched`() {
    var window = Self.window(patients: [Self.hash(1)])
    window.schema = FeatureSchema.hostAtHost.id
    #expect(SmallCounts.coarsened(window) == window)
  }

  @Test func `coarse parts still merge`() throws {
    let few = SmallCounts.coarsened(Self.window(patients: [Self.hash(1)]))
    let many = Self.window(patients: (1...20).map(Self.hash))
    let merged = try WindowMerge.merge([few, few, many])
    let position = FeatureSchema.userAtEHR.features.firstIndex { $0.name == "distinct_patients" } ?? 0
    #expect((20...24).contains(merged.features[position].rounded()))
  }

  /// The same patient cannot be followed: not to the next hour, and not to the next person.
  @Test func `a patient's hash is one window's`() throws {
    var hasher = SketchHasher(key: try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: 3, count: 32))))
    let other = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 2, count: 16))
    let hour = Timestamp(milliseconds: 3_600_000)
    let first = hasher.hash(patient: [1, 2], of: Self.user, from: .epoch)
    #expect(hasher.hash(patient: [1, 2], of: Self.user, from: .epoch) == first)
    #expect(hasher.hash(patient: [1, 2], of: Self.user, from: hour) != first)
    #expect(hasher.hash(patient: [1, 2], of: other, from: .epoch) != first)
    #expect(hasher.hash(patient: [1, 3], of: Self.user, from: .epoch) != first)
  }
}
