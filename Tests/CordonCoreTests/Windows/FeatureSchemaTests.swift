import CordonCore
import Testing

@Suite struct FeatureSchemaTests {
  /// A collector hears agents of every earlier version: what they did not count yet is nothing.
  @Test(arguments: FeatureSchema.all) func valuesOfAnEarlierVersionAreWidened(schema: FeatureSchema) {
    let first = schema.firstFeatures
    #expect((1...schema.features.count).contains(first))
    let widened = schema.widened([Float](repeating: 1, count: first))
    #expect(widened?.count == schema.features.count && widened?.reduce(0, +) == Float(first))
    #expect(schema.widened([Float](repeating: 1, count: schema.features.count))?.allSatisfy { $0 == 1 } == true)
    #expect(schema.widened([Float](repeating: 1, count: first - 1)) == nil)
    #expect(schema.widened([Float](repeating: 1, count: schema.features.count + 1)) == nil)
  }
}
