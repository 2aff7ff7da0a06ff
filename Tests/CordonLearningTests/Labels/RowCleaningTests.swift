import CordonLearning
import Testing

@Suite struct RowCleaningTests {
  static let matrix = FeatureMatrix(
    columns: 2, values: [1, 2, 1, 2, -1, 2, .nan, 2, .nan, .nan, 1, .infinity, 0, 3, -0.0, 3, .nan, 2])

  @Test func `each row is taken out by the first rule that it breaks`() {
    let cleaning = RowCleaning(Self.matrix, possible: [0...10, nil])
    #expect(
      cleaning.findings == [
        .init(row: 1, rule: .duplicate, feature: nil), .init(row: 2, rule: .impossible, feature: 0),
        .init(row: 4, rule: .gap, feature: nil), .init(row: 5, rule: .impossible, feature: 1),
        .init(row: 7, rule: .duplicate, feature: nil), .init(row: 8, rule: .duplicate, feature: nil),
      ])
    #expect(cleaning.kept == [0, 3, 6])
    #expect(RowCleaning.Rule.allCases.map(cleaning.count) == [1, 2, 3])
  }

  @Test func `the same counts may come twice where that is usual`() {
    let cleaning = RowCleaning(Self.matrix, possible: [0...10, nil], takesDuplicates: false)
    #expect(cleaning.kept == [0, 1, 3, 6, 7, 8])
    #expect(cleaning.count(.duplicate) == 0)
  }
}
