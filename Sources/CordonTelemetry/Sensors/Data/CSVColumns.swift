/// Cuts one line of a table into its first columns, as RFC 4180 quotes them; for tables whose width differs by version.
enum CSVColumns {
  /// At most `most` columns, unquoted. The last one may lack its closing quote: it goes on in the next line.
  static func cut(_ bytes: Span<UInt8>, most: Int) -> [[UInt8]] {
    var columns: [[UInt8]] = []
    var position = 0
    while columns.count < most {
      var column: [UInt8] = []
      if position < bytes.count, bytes[position] == 0x22 {
        position += 1
        while position < bytes.count {
          if bytes[position] == 0x22 {
            position += 1
            // A doubled quote is one; a single one ends the column.
            guard position < bytes.count, bytes[position] == 0x22 else { break }
          }
          column.append(bytes[position])
          position += 1
        }
      }
      while position < bytes.count, bytes[position] != UInt8(ascii: ",") {
        column.append(bytes[position])
        position += 1
      }
      columns.append(column)
      guard position < bytes.count else { break }
      position += 1
    }
    return columns
  }
}
