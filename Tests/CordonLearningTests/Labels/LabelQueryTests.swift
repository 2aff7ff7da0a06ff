import CordonLearning
import Testing

@Suite struct LabelQueryTests {
  @Test func `uncertain rows come first, and copies of one case are asked about once`() {
    // Ten copies of one uncertain case, another uncertain one far from it, and certain ones.
    let rows = FeatureMatrix(
      columns: 1, values: [Float](repeating: 1, count: 10) + [9] + [Float](repeating: 5, count: 20))
    let probabilities = [Double](repeating: 0.5, count: 10) + [0.45] + [Double](repeating: 0.01, count: 20)
    #expect(LabelQuery.choose(1, probabilities: probabilities, rows: rows) == [0])
    #expect(Set(LabelQuery.choose(3, probabilities: probabilities, rows: rows).prefix(2)) == [0, 10])
    #expect(!LabelQuery.choose(2, probabilities: probabilities, rows: rows, labelled: [10]).contains(10))
  }

  @Test func `what is not there is not asked about`() {
    let rows = FeatureMatrix(columns: 1, values: [1, .nan])
    #expect(LabelQuery.choose(5, probabilities: [0.5, 0.4], rows: rows).sorted() == [0, 1])
    #expect(LabelQuery.choose(0, probabilities: [0.5, 0.4], rows: rows).isEmpty)
    #expect(LabelQuery.choose(2, probabilities: [0.5, 0.4], rows: rows, labelled: [0, 1]).isEmpty)
  }
}
