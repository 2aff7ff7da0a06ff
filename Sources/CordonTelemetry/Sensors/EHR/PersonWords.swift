import CordonCore

/// How people are compared over registers that write them differently; only hashes of these words are kept.
enum PersonWords {
  /// The same person: last and first name and the day of birth; nil where one is missing.
  static func identity(_ family: String, _ given: String, born day: String) -> String? {
    let (family, given) = (plain(family), plain(given))
    return family.isEmpty || given.isEmpty || day.isEmpty ? nil : "\(family) \(given) \(day)"
  }

  /// The same household: the last name at a postal code and a street; nil where one is missing.
  static func household(_ family: String, _ postalCode: String, _ street: String) -> String? {
    let (family, code, street) = (plain(family), plain(postalCode), plain(street))
    return family.isEmpty || code.isEmpty || street.isEmpty ? nil : "\(family) \(code) \(street)"
  }

  /// Letters and digits alone, in lower case; cut at what a name may have.
  static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.lowercased().unicodeScalars.lazy.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
          .prefix(CanonicalName.partLimit)))
  }
}
