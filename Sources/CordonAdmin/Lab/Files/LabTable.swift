package import CordonCore

/// A file of rows as it was read: numbers where a column has only numbers, words where it has any other.
package struct LabTable: Sendable {
  /// Most values, rows × columns: 2 GiB of Floats.
  package static let valueLimit = 1 << 29

  package enum Values: Sendable {
    /// NaN where missing.
    case numbers([Float])
    /// Indices into `words`, −1 where missing.
    case words([Int32], words: [String])
  }

  package struct Column: Sendable {
    package var name: String
    package var values: Values
    /// Line and byte of the first infinite number, for an error where the column is used.
    package var infinity: (line: Int, column: Int)?
  }

  /// What errors call it.
  package let source: String
  package let rows: Int
  package private(set) var columns: [Column]

  package init(source: String, rows: Int, columns: [Column]) {
    self.source = source
    self.rows = rows
    self.columns = columns
  }

  package func column(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// Reads a CSV file, plain or gzip, or an `.npz` file with `X` and `y`, whose columns are `x0`, `x1`, … and `y`.
  package init(path: String) throws(CordonError) {
    if path.hasSuffix(".npz") {
      self = try Self.numpy(bytes: Self.whole(path), path: path)
    } else {
      self = try Self.csv(path) { () throws(CordonError) in try CSVReader(path: path) }
    }
  }

  /// A CSV file that is in memory already.
  package init(csv bytes: [UInt8], name: String) throws(CordonError) {
    self = try Self.csv(name) { () throws(CordonError) in try CSVReader(bytes: bytes, name: name) }
  }

  /// An `.npz` file that is in memory already.
  package init(npz bytes: [UInt8], name: String) throws(CordonError) { self = try Self.numpy(bytes: bytes, path: name) }

  private static func whole(_ path: String) throws(CordonError) -> [UInt8] {
    var source = try ByteSource(path: path)
    var bytes: [UInt8] = []
    while try source.read(into: &bytes) {
      guard bytes.count <= ZipArchive.memberLimit else {
        throw CordonError(.invalid, "oversized", "\(path) is longer than \(ZipArchive.memberLimit) bytes.")
      }
    }
    return bytes
  }
}

// MARK: - CSV

extension LabTable {
  /// Reads twice where a column turns out to hold words: most do so in their first row, and words are then kept.
  private static func csv(
    _ name: String, open: () throws(CordonError) -> CSVReader
  ) throws(CordonError) -> LabTable {
    var textual: Set<Int> = []
    while true {
      var reader = try open()
      var loading = Loading(header: reader.header, textual: textual)
      while try reader.next() { try loading.add(reader, source: name) }
      guard loading.discovered.isEmpty else {
        textual.formUnion(loading.discovered)
        continue
      }
      return LabTable(source: name, rows: loading.rows, columns: loading.columns)
    }
  }

  /// Columns while records come in.
  private struct Loading {
    let header: [String]
    let textual: Set<Int>
    /// Columns that were thought to hold numbers, and do not.
    var discovered: Set<Int> = []
    var rows = 0
    private var numbers: [[Float]]
    private var codes: [[Int32]]
    private var words: [[String]]
    private var indices: [[String: Int32]]
    private var infinities: [(line: Int, column: Int)?]

    init(header: [String], textual: Set<Int>) {
      self.header = header
      self.textual = textual
      numbers = header.map { _ in [] }
      codes = header.map { _ in [] }
      words = header.map { _ in [] }
      indices = header.map { _ in [:] }
      infinities = header.map { _ in nil }
    }

    var columns: [Column] {
      header.indices.map { index in
        Column(
          name: header[index],
          values: textual.contains(index) ? .words(codes[index], words: words[index]) : .numbers(numbers[index]),
          infinity: infinities[index])
      }
    }

    mutating func add(_ reader: borrowing CSVReader, source: String) throws(CordonError) {
      rows += 1
      guard rows * header.count <= LabTable.valueLimit else {
        throw CordonError(
          .exhausted, "too-many-rows", "\(source) has more than \(LabTable.valueLimit) values.",
          remedy: "Give a sample of its rows, or fewer columns.")
      }
      for field in header.indices {
        if textual.contains(field) {
          addWord(reader, field)
        } else if discovered.contains(field) {
          continue
        } else if let number = reader.number(field) {
          let value = Float(number)
          if !value.isFinite, infinities[field] == nil { infinities[field] = reader.place(of: field) }
          numbers[field].append(value)
        } else if reader.isMissing(field) {
          numbers[field].append(.nan)
        } else {
          discovered.insert(field)
          numbers[field] = []
        }
      }
    }

    private mutating func addWord(_ reader: borrowing CSVReader, _ field: Int) {
      guard !reader.isMissing(field) else { return codes[field].append(-1) }
      let word = reader.string(field)
      if let code = indices[field][word] { return codes[field].append(code) }
      let code = Int32(words[field].count)
      indices[field][word] = code
      words[field].append(word)
      codes[field].append(code)
    }
  }
}

// MARK: - NumPy

extension LabTable {
  private static func numpy(bytes: [UInt8], path: String) throws(CordonError) -> LabTable {
    let archive = try ZipArchive(bytes: bytes, path: path)
    func array(_ name: String) throws(CordonError) -> NumpyArray? {
      guard let member = try archive.contents("\(name).npy") else { return nil }
      return try NumpyArray(bytes: member, name: "\(path): array \(name)")
    }
    guard let features = try array("X") else {
      throw CordonError(
        .invalid, "npz", "\(path) has no array X; it has \(archive.names.joined(separator: ", ")).",
        remedy: "Give an .npz file with rows as X and labels as y.")
    }
    guard features.shape.count == 2, features.shape[1] > 0, features.values.count <= valueLimit else {
      throw CordonError(
        .invalid, "npz", "\(path): X has the shape \(features.shape); rows × columns is needed.",
        remedy: "Reshape X to two dimensions.")
    }
    let (rows, width) = (features.shape[0], features.shape[1])
    // An array of no rows holds no bytes, however many columns it claims.
    guard width <= CSVReader.columnLimit else {
      throw CordonError(
        .invalid, "npz", "\(path): X has \(width) columns; at most \(CSVReader.columnLimit) are read.",
        remedy: "Drop columns before saving.")
    }
    var columns = (0..<width).map { column in
      let values = (0..<rows).map { features.values[$0 * width + column] }
      let infinite = values.firstIndex { $0.isInfinite }
      return Column(
        name: "x\(column)", values: .numbers(values), infinity: infinite.map { (line: $0 + 1, column: column + 1) })
    }
    if let labels = try array("y") {
      guard labels.values.count == rows else {
        throw CordonError(.invalid, "npz", "\(path): X has \(rows) rows, and y has \(labels.values.count).")
      }
      columns.append(Column(name: "y", values: .numbers(labels.values), infinity: nil))
    }
    return LabTable(source: path, rows: rows, columns: columns)
  }
}
