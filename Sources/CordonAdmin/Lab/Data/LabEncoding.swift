import CordonCore
import CordonLearning

/// How a file's columns become a model's features: learned from one table, applied to others.
///
/// Numbers stay as they are. Dates and times become numbers. Other words become one feature a frequent word and one for
/// all others. What cannot tell rows apart is left out, and everything but plain numbers is said in `notes`. The features'
/// names are all that is needed to apply it again, so that a model file carries no more.
struct LabEncoding {
  /// Words of a column that get a feature of their own, at most.
  static let wordLimit = 24
  /// Longest word that gets a feature of its own: its name carries it.
  private static let wordBytes = 96

  enum Feature: Hashable {
    case number(column: String)
    case date(column: String)
    case word(column: String, String)
    /// 1 where the word is none of the column's features.
    case otherWord(column: String)

    var column: String {
      switch self {
      case .number(let column), .date(let column), .word(let column, _), .otherWord(let column): column
      }
    }

    /// What people and model files call it.
    var name: String {
      switch self {
      case .number(let column): column
      case .date(let column): "\(column)\(LabEncoding.dateMark)"
      case .word(let column, let word): "\(column)=\(word)"
      case .otherWord(let column): "\(column)\(LabEncoding.otherMark)"
      }
    }
  }

  private static let dateMark = " (as a date)"
  private static let otherMark = " (other)"

  private(set) var features: [Feature] = []
  /// What was done with columns that are not plain numbers, a sentence each.
  private(set) var notes: [String] = []

  /// Learns from a table.
  ///
  /// - Parameters:
  ///   - excluded: the label and what `--drop` names.
  ///   - categorical: columns whose numbers are names.
  init(
    _ table: LabTable, excluded: Set<String>, categorical: Set<String>
  ) throws(CordonError) {
    for column in table.columns where !excluded.contains(column.name) {
      switch column.values {
      case .numbers(let numbers) where !categorical.contains(column.name):
        try LabTable.refuseInfinity(column, source: table.source)
        if let reason = Self.uselessness(numbers) {
          notes.append("Column \(column.name) is left out: \(reason).")
        } else {
          features.append(.number(column: column.name))
        }
      default: features += encode(column)
      }
    }
    guard !features.isEmpty else {
      throw CordonError(
        .invalid, "no-features",
        "\(table.source) has no column to learn from: \(notes.isEmpty ? "all are dropped." : notes.joined(separator: " "))",
        remedy: "Give at least one column whose values differ between rows.")
    }
  }

  /// What a model file's feature names stand for, with the columns of the table that they are applied to.
  init(names: [String], columns: [String]) throws(CordonError) {
    let known = Set(columns)
    var features: [Feature] = []
    for name in names {
      guard let feature = Self.feature(name, known) else {
        throw CordonError(
          .invalid, "absent-feature", "The model reads \(name), and there is no such column.",
          remedy: "Give a file with the columns that the model was trained on.")
      }
      features.append(feature)
    }
    self.features = features
  }

  private static func feature(_ name: String, _ columns: Set<String>) -> Feature? {
    if columns.contains(name) { return .number(column: name) }
    for (mark, make) in [(dateMark, Feature.date(column:)), (otherMark, Feature.otherWord(column:))]
    where name.hasSuffix(mark) && columns.contains(String(name.dropLast(mark.count))) {
      return make(String(name.dropLast(mark.count)))
    }
    // A name or a word may itself hold the sign: the longest column that fits is meant.
    var found: Feature?
    for index in name.indices where name[index] == "=" && columns.contains(String(name[..<index])) {
      found = .word(column: String(name[..<index]), String(name[name.index(after: index)...]))
    }
    return found
  }

  /// Why numbers tell no rows apart; nil where they do.
  private static func uselessness(_ numbers: [Float]) -> String? {
    var first: Float?
    for number in numbers where !number.isNaN {
      guard let known = first else {
        first = number
        continue
      }
      if number != known { return nil }
    }
    return first == nil ? "it has no value" : "it is \(LabTable.text(first ?? 0)) in every row"
  }

  private mutating func encode(_ column: LabTable.Column) -> [Feature] {
    let words = column.words
    let counts = words.counts
    guard counts.count > 1 || (counts.count == 1 && words.hasMissing) else {
      notes.append("Column \(column.name) is left out: it has \(counts.isEmpty ? "no value" : "one value alone").")
      return []
    }
    if counts.allSatisfy({ DateText.number($0.word) != nil }) {
      notes.append("Column \(column.name) is read as dates or times.")
      return [.date(column: column.name)]
    }
    let kept = counts.prefix(Self.wordLimit).filter { $0.word.utf8.count <= Self.wordBytes }
    var features = kept.map { Feature.word(column: column.name, $0.word) }
    if counts.count > kept.count { features.append(.otherWord(column: column.name)) }
    let rest = counts.count > kept.count ? ", the \(counts.count - kept.count) rarer ones one together" : ""
    notes.append("Column \(column.name) holds words: \(kept.count) become a feature each\(rest).")
    return features
  }
}

// MARK: - Application

extension LabEncoding {
  /// A table's rows as features; refuses a table without a column that is needed, and infinity.
  func matrix(_ table: LabTable) throws(CordonError) -> FeatureMatrix {
    var values = [Float](repeating: .nan, count: table.rows * features.count)
    var index = 0
    while index < features.count {
      // Features of one column stand together.
      let name = features[index].column
      let end = features[index...].firstIndex { $0.column != name } ?? features.count
      guard let column = table.column(name) else {
        throw CordonError(
          .invalid, "absent-feature", "\(table.source) has no column \(name), which the model reads.",
          remedy: "Give a file with the columns that the model was trained on.")
      }
      try fill(&values, index..<end, column, source: table.source)
      index = end
    }
    return FeatureMatrix(columns: features.count, values: values)
  }

  private func fill(
    _ values: inout [Float], _ range: Range<Int>, _ column: LabTable.Column, source: String
  ) throws(CordonError) {
    let width = features.count
    switch features[range.lowerBound] {
    case .number:
      try LabTable.refuseInfinity(column, source: source)
      switch column.values {
      case .numbers(let numbers):
        for (row, number) in numbers.enumerated() { values[row * width + range.lowerBound] = number }
      case .words(let codes, let words):
        // Numbers in training and words here: what is no number is missing.
        let numbers = words.map { Float($0) ?? .nan }.map { $0.isFinite ? $0 : .nan }
        for (row, code) in codes.enumerated() where code >= 0 {
          values[row * width + range.lowerBound] = numbers[Int(code)]
        }
      }
    case .date:
      let words = column.words
      let numbers = words.words.map { DateText.number($0).map { Float($0) } ?? .nan }
      for (row, code) in words.codes.enumerated() where code >= 0 {
        values[row * width + range.lowerBound] = numbers[Int(code)]
      }
    case .word, .otherWord:
      let words = column.words
      var places: [String: Int] = [:]
      var other: Int?
      for index in range {
        if case .word(_, let word) = features[index] { places[word] = index } else { other = index }
      }
      let placeOfCode = words.words.map { places[$0] ?? other }
      for (row, code) in words.codes.enumerated() {
        for index in range { values[row * width + index] = 0 }
        if code >= 0, let place = placeOfCode[Int(code)] { values[row * width + place] = 1 }
      }
    }
  }
}

/// A column's words, whatever it holds.
struct ColumnWords {
  /// Indices into `words`, −1 where missing.
  let codes: [Int32]
  let words: [String]

  var hasMissing: Bool { codes.contains(-1) }

  /// The words that occur, the most frequent first, equal ones by their text.
  var counts: [(word: String, rows: Int)] {
    var counts = [Int](repeating: 0, count: words.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return zip(words, counts).filter { $0.1 > 0 }.map { (word: $0.0, rows: $0.1) }.sorted {
      $0.rows != $1.rows ? $0.rows > $1.rows : $0.word < $1.word
    }
  }
}

extension LabTable.Column {
  var words: ColumnWords {
    switch values {
    case .words(let codes, let words): return ColumnWords(codes: codes, words: words)
    case .numbers(let numbers):
      var codes: [Int32] = []
      var words: [String] = []
      var indices: [Float: Int32] = [:]
      for number in numbers {
        guard !number.isNaN else {
          codes.append(-1)
          continue
        }
        let code = indices[number] ?? Int32(words.count)
        if code == words.count {
          indices[number] = code
          words.append(LabTable.text(number))
        }
        codes.append(code)
      }
      return ColumnWords(codes: codes, words: words)
    }
  }
}

extension LabTable {
  /// A number as files have it: whole ones without a fraction.
  static func text(_ number: Float) -> String {
    number.magnitude < 1e15 && number == number.rounded() ? "\(Int64(number))" : "\(number)"
  }

  /// A column that is used holds no infinite number.
  static func refuseInfinity(_ column: Column, source: String) throws(CordonError) {
    guard let place = column.infinity else { return }
    throw CordonError(
      .invalid, "infinite",
      "\(source):\(place.line):\(place.column): column \(column.name): the number is infinite, or past 3.4e38.",
      remedy: "Leave the value empty where it is not known, or drop the column with --drop.")
  }
}
