import CordonAgent
import CordonCore
import Testing

@Suite struct ModelShelfTests {
  private static let place = ModelShelf.Place(schema: 1, role: .champion)

  private static func offer(_ digest: UInt8, role: ModelOffer.Role = .champion) -> ModelOffer {
    ModelOffer(
      digest: [UInt8](repeating: digest, count: 32), size: 10, role: role, ring: 0, serial: UInt64(digest), schema: 1)
  }

  private static func running(_ digest: UInt8) -> ModelShelf {
    var shelf = ModelShelf()
    let isNew = shelf.take(offer(digest))
    #expect(isNew)
    shelf.run(place, envelope: [digest], isGated: true)
    return shelf
  }

  @Test func aNewerOfferTakesThePlaceOfOneThatIsFetched() {
    var shelf = Self.running(1)
    let areNew = [Self.offer(2), Self.offer(3)].map { shelf.take($0) }
    #expect(areNew == [true, true])
    #expect(shelf.pending?.entry.digest.first == 3)
    #expect(shelf[Self.place, .running]?.digest.first == 1)
    // Back to what runs: nothing to fetch.
    let isNew = shelf.take(Self.offer(1))
    #expect(!isNew && shelf.pending == nil)
  }

  /// A verdict on a model that is not the one any more must not fall on its successor.
  @Test func aRefusalFallsOnTheModelThatWasJudged() throws {
    var shelf = Self.running(1)
    _ = shelf.take(Self.offer(2))
    let judged = try #require(shelf.pending?.entry)
    _ = shelf.take(Self.offer(3))
    let error = CordonError(.denied, "alert-rate", "Too many.")
    shelf.refuse(judged, at: Self.place, because: error)
    #expect(shelf.pending?.entry.digest.first == 3 && shelf[Self.place, .refused] == nil)
    shelf.refuse(try #require(shelf.pending?.entry), at: Self.place, because: error)
    #expect(shelf.pending == nil && shelf[Self.place, .refused]?.code == "alert-rate")
    #expect(shelf[Self.place, .running]?.digest.first == 1)
  }

  @Test func aShadowThatIsPromotedHasDoneItsWork() {
    var shelf = Self.running(1)
    _ = shelf.take(Self.offer(2, role: .shadow))
    shelf.run(.init(schema: 1, role: .shadow), envelope: [2], isGated: true)
    #expect(shelf.envelope(of: [UInt8](repeating: 2, count: 32)) == [2])
    _ = shelf.take(Self.offer(2))
    shelf.run(Self.place, envelope: [2], isGated: true)
    #expect(shelf.all.map(\.place) == [Self.place])
  }
}
