/// Finds what a mistyped word may have meant.
package enum Suggestion {
  /// Words longer than this are not compared: the cost is the product of both lengths.
  package static let mostLength = 64

  /// The candidate within a third of the word's length (at least one edit), or nil; the first of equals.
  package static func closest(to word: String, among candidates: [String]) -> String? {
    guard !word.isEmpty, word.count <= mostLength else { return nil }
    let wanted = Array(folded(word))
    let limit = max(1, wanted.count / 3)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where abs(candidate.count - wanted.count) <= limit {
      let distance = distance(wanted, Array(folded(candidate)))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// `reflexLease`, `reflex-lease` and `reflex_lease` are the same slip.
  private static func folded(_ word: String) -> String {
    word.lowercased().replacing("-", with: "_")
  }

  /// Edits (insert, delete, replace, swap of neighbours) from one word to another.
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      for column in 1...right.count {
        let cost = left[row - 1] == right[column - 1] ? 0 : 1
        var least = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          least = min(least, beforeLast[column - 2] + 1)
        }
        current.append(least)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
