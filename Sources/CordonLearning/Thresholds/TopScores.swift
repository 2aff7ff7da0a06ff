/// The greatest scores of many, exactly, and how many there were of each owner.
///
/// Mergeable: the greatest of both, counts added; so a thousand collectors' make the site's. Memory: 24 bytes a kept score
/// (twice that while it gathers) and 12 an owner. Cost of an insertion: constant on average.
package struct TopScores: Hashable, Sendable {
  /// Scores that are kept exactly.
  package static let kept = 4096

  package struct Entry: Hashable, Sendable {
    package var score: Double
    /// Stable hash of the entity that scored it.
    package var owner: UInt64
    /// Of the site; 0 where days do not matter.
    package var day: Int32
  }

  private var gathered: [Entry] = []
  /// What a score must pass to be among the greatest, once there are `kept`.
  private var least = -Double.infinity
  private var owners: [UInt64: Int] = [:]
  /// Scores taken in.
  package private(set) var count = 0

  package init() {}

  /// Takes in a finite score.
  package mutating func insert(_ score: Double, owner: UInt64, day: Int32 = 0) {
    precondition(score.isFinite, "a score is finite")
    count += 1
    owners[owner, default: 0] += 1
    keep(Entry(score: score, owner: owner, day: day))
  }

  /// Becomes the greatest of both.
  package mutating func merge(_ other: TopScores) {
    count += other.count
    owners.merge(other.owners, uniquingKeysWith: +)
    for entry in other.gathered { keep(entry) }
  }

  /// How many scores an owner has among all.
  package func count(of owner: UInt64) -> Int { owners[owner] ?? 0 }

  package var ownerCount: Int { owners.count }

  /// The kept scores, greatest first; equal ones by owner and day, so that the order of insertion does not matter.
  package var sorted: [Entry] {
    Array(gathered.sorted { ($0.score, $0.owner, $0.day) > ($1.score, $1.owner, $1.day) }.prefix(Self.kept))
  }

  private mutating func keep(_ entry: Entry) {
    guard entry.score >= least else { return }
    gathered.append(entry)
    guard gathered.count >= 2 * Self.kept else { return }
    gathered = sorted
    least = gathered[Self.kept - 1].score
  }
}
