import CordonAdmin
import CordonCore
import Testing

@Suite struct LabTableTests {
  static let archive: [UInt8] = LabSamples.archive

  @Test func `columns are numbers where all values are`() throws {
    let table = try LabTable(csv: Array("a,b,c\n1,x,\n,y,NA\n3,x,nan\n".utf8), name: "a.csv")
    #expect(table.rows == 3)
    guard case .numbers(let numbers) = table.columns[0].values else {
      Issue.record("a is not numbers")
      return
    }
    #expect(numbers[0] == 1 && numbers[1].isNaN && numbers[2] == 3)
    guard case .words(let codes, let words) = table.columns[1].values else {
      Issue.record("b is not words")
      return
    }
    #expect(codes == [0, 1, 0] && words == ["x", "y"])
  }

  /// A column that turns to words at its end keeps its first values as words.
  @Test func `a late word makes the whole column words`() throws {
    let table = try LabTable(csv: Array("a\n1\n2\n1\nhigh\n".utf8), name: "a.csv")
    guard case .words(let codes, let words) = table.columns[0].values else {
      Issue.record("a is not words")
      return
    }
    #expect(codes == [0, 1, 0, 2] && words == ["1", "2", "high"])
  }

  @Test func `an npz file is read`() throws {
    let table = try LabTable(npz: Self.archive, name: "a.npz")
    #expect(table.columns.map(\.name) == ["x0", "x1", "y"])
    let values = table.columns.map { column -> [Float] in
      guard case .numbers(let numbers) = column.values else { return [] }
      return numbers
    }
    #expect(values == [[1, 3], [2, 4.5], [0, 1]])
  }

  @Test func `an array of no rows and countless columns is refused`() {
    let error = #expect(throws: CordonError.self) {
      try LabTable(npz: LabSamples.archiveOfCountlessColumns, name: "a.npz")
    }
    #expect(error?.message.contains("1099511627776 columns") == true)
  }

  /// Cut anywhere, or with any byte changed, an archive is read or refused.
  @Test func `a damaged archive is refused`() {
    for count in 0..<Self.archive.count {
      let error = #expect(throws: CordonError.self) { try LabTable(npz: Array(Self.archive[..<count]), name: "a.npz") }
      #expect(error?.kind == .invalid)
    }
    for place in Self.archive.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var bytes = Self.archive
        bytes[place] ^= change
        do throws(CordonError) { _ = try LabTable(npz: bytes, name: "a.npz") } catch {
          #expect(error.kind == .invalid)
        }
      }
    }
  }
}
