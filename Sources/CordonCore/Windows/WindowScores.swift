/// What one model made of a window: a score for each scale, higher is stranger.
package struct WindowScores: Hashable, Sendable {
  /// More scales than any version has.
  package static let scaleLimit = 8

  /// First 8 bytes of the SHA-256 of the model's bundle; 0: the baseline alone.
  package var model: UInt64
  /// One finite number a scale, the shortest scale first.
  package var values: [Float]

  package init(model: UInt64, values: [Float]) {
    self.model = model
    self.values = values
  }
}
