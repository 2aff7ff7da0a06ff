/// p-values as people read and sort by them.
enum RarityText {
  /// Two significant digits; `-` where it is not known.
  static func short(_ p: Double?) -> String {
    guard let p, p > 0 else { return "-" }
    var factor = 1.0
    while p * factor < 10 { factor *= 10 }
    return "\((p * factor).rounded() / factor)"
  }

  /// Such as `0.00042: about one usual day in 2381 has so great a score`.
  static func long(_ p: Double) -> String {
    "\(short(p)): about one usual day in \(Int64(min(1 / p, 1e15).rounded())) has so great a score"
  }

  /// Whether the first is to be looked at first: rarer, and where that is the same or unknown, of the greater score.
  static func isRarer(_ first: (p: Double?, score: Double), _ second: (p: Double?, score: Double)) -> Bool {
    let (left, right) = (first.p ?? .infinity, second.p ?? .infinity)
    return left != right ? left < right : first.score > second.score
  }
}
