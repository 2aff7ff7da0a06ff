import CordonCore
import CordonLearning
import Testing

@Suite struct FeatureTransformTests {
  @Test(arguments: [FeatureTransform.identity, .log1p, .asinh]) func `a value is read back`(transform: FeatureTransform)
  {
    for raw: Float in [0, 0.5, 1, 9, 212, 1e6] {
      #expect(abs(transform.raw(of: transform.value(of: raw)) - Double(raw)) <= 1e-3 + Double(raw) * 1e-4)
    }
  }

  @Test(arguments: [FeatureTransform.identity, .log1p, .asinh, .ratio])
  func `nothing that is not finite gets through`(transform: FeatureTransform) {
    for raw: Float in [.nan, .infinity, -.infinity] { #expect(transform.value(of: raw) == 0) }
    for raw: Float in [.greatestFiniteMagnitude, -.greatestFiniteMagnitude] {
      #expect(transform.value(of: raw).isFinite)
    }
  }
}
