/// A made-up office file: a name that someone would give, and content of the format that the name promises.
struct Decoy: Hashable, Sendable {
  var name: String
  var content: [UInt8]

  private static let subjects = [
    "budget", "contacts", "inventory", "rota", "invoices", "suppliers", "handover", "training", "equipment", "minutes",
    "holidays", "orders",
  ]
  private static let columns = ["item", "department", "quantity", "price", "date", "remark"]
  private static let words = [
    "gauze", "ward", "linen", "delivered", "pending", "office", "storage", "printer", "chairs", "meeting", "agreed",
    "review", "quarter", "supplier", "contract", "renewal", "paper", "monitor", "trolley", "cabinet",
  ]

  /// A late one sorts behind most names of its folder, the other before them.
  static func make(late: Bool, randomness: inout some RandomNumberGenerator) -> Decoy {
    let subject = subjects[Int.random(in: 0..<subjects.count, using: &randomness)]
    let year = Int.random(in: 2018...2024, using: &randomness)
    let isTable = Bool.random(using: &randomness)
    let stem = late ? "z_old_\(subject)_\(year)" : "00_\(subject)_\(year)"
    let suffix = Int.random(in: 10...99, using: &randomness)
    return isTable
      ? Decoy(name: "\(stem)_\(suffix).csv", content: table(randomness: &randomness))
      : Decoy(name: "\(stem)_\(suffix).txt", content: notes(randomness: &randomness))
  }

  private static func table(randomness: inout some RandomNumberGenerator) -> [UInt8] {
    var text = columns.joined(separator: ";") + "\r\n"
    for row in 1...Int.random(in: 60...300, using: &randomness) {
      let price = Int.random(in: 100...99_999, using: &randomness)
      let quantity = Int.random(in: 1...80, using: &randomness)
      let day = Int.random(in: 1...28, using: &randomness)
      text += "\(row) \(word(&randomness));\(word(&randomness));\(quantity);\(price / 100).\(price % 100);"
      text += "\(day).\(Int.random(in: 1...12, using: &randomness));\(word(&randomness))\r\n"
    }
    return Array(text.utf8)
  }

  private static func notes(randomness: inout some RandomNumberGenerator) -> [UInt8] {
    var text = ""
    for _ in 0..<Int.random(in: 30...120, using: &randomness) {
      let count = Int.random(in: 4...12, using: &randomness)
      text += (0..<count).map { _ in word(&randomness) }.joined(separator: " ") + ".\r\n"
    }
    return Array(text.utf8)
  }

  private static func word(_ randomness: inout some RandomNumberGenerator) -> String {
    words[Int.random(in: 0..<words.count, using: &randomness)]
  }
}
