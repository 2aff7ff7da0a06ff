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

  /// A champion that does not pass any more is followed by the last one that this machine had judged.
  @Test func theChampionBeforeIsKeptInReserve() throws {
    let error = CordonError(.denied, "canary-missed", "Missed.")
    var shelf = Self.running(1)
    _ = shelf.take(Self.offer(2))
    shelf.run(Self.place, envelope: [2], isGated: false)
    #expect(shelf[reserve: Self.place]?.digest.first == 1 && shelf.all.count == 1)
    #expect(shelf.envelope(of: [UInt8](repeating: 1, count: 32)) == [1])
    _ = shelf.take(Self.offer(3))
    shelf.run(Self.place, envelope: [3], isGated: true)
    // The second was never judged.
    #expect(shelf[reserve: Self.place]?.digest.first == 1)
    var busy = shelf
    let isBack = busy.goBack(at: Self.place)
    #expect(!isBack && busy == shelf)
    shelf.refuse(try #require(shelf[Self.place, .running]), at: Self.place, because: error)
    let isInUse = shelf.goBack(at: Self.place)
    #expect(isInUse && shelf[Self.place, .running]?.digest.first == 1 && shelf[reserve: Self.place] == nil)
    #expect(shelf[Self.place, .refused]?.message == "Missed. The model before it is in use again.")
    // Back to what is in reserve: neither it nor what was withdrawn is in reserve.
    _ = shelf.take(Self.offer(4))
    shelf.run(Self.place, envelope: [4], isGated: true)
    _ = shelf.take(Self.offer(1))
    shelf.run(Self.place, envelope: [1], isGated: true)
    #expect(shelf[reserve: Self.place] == nil)
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
