/// p-values as people read and sort by them.
enum RarityText {
  /// Two significant digits; `-` where it is not known.
  static func short(_ p: Double?) -> String {
    guard let p, isKnown(p) else { return "-" }
    var factor = 1.0
    while p * factor < 10 { factor *= 10 }
    return "\((p * factor).rounded() / factor)"
  }

  /// Such as `0.00042: about one usual day in 2381 has so great a score`.
  static func long(_ p: Double) -> String {
    guard isKnown(p) else { return "-" }
    return "\(short(p)): about one usual day in \(Int64((1 / p).rounded())) has so great a score"
  }

  /// Whether it is a p at all: a collector in foreign hands can send any number.
  private static func isKnown(_ p: Double) -> Bool { p >= 1e-15 && p <= 1 }

  /// Whether the first is to be looked at first: rarer, and where that is the same or unknown, of the greater score.
  static func isRarer(_ first: (p: Double?, score: Double), _ second: (p: Double?, score: Double)) -> Bool {
    let (left, right) = (first.p ?? .infinity, second.p ?? .infinity)
    return left != right ? left < right : first.score > second.score
  }
}
