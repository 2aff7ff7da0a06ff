/// How far one feature of one window is from what is usual.
package struct FeatureResidual: Hashable, Sendable {
  /// Signed surprise in nats: above zero where the value is high, below where it is low; about 0 where it is usual.
  ///
  /// Within what was seen it is a log-probability, bounded by how much was seen; beyond, it grows on with the transformed
  /// value, without bound. Always finite.
  package var surprise: Double
  /// Share of windows of this hour, in percent, that lie under the value.
  package var percentile: Double
  /// The transformed values that most active windows lie between.
  package var usual: ClosedRange<Float>
}

/// Judges windows of one entity against its own baseline, shrunk to its peers'.
///
/// Shrinkage is n / (n + k) toward the peer group, each for what it concerns: an hour's activity by the hour's windows,
/// a feature's hurdle by active windows, its greatness by positive values. So a new entity is scored as its peers are,
/// and a matured one as itself: the level that peers have in an hour moves their part alone, as an entity that does the
/// same at every hour is not strange when others do less. Without peers one window stands for them, half of everything.
/// Cost a feature: two passes over a histogram.
package struct BaselineJudge: Sendable {
  /// Windows after which an entity's own past weighs as much as its peers'.
  package var shrinkage: Double
  /// Quantiles that bound the usual range.
  package static let usualShares = 0.05...0.95
  /// Least spread of a feature, in transformed units, that magnitudes beyond it are measured in: 2 %.
  static let leastSpread = 0.02
  static let thirdOfACount = 0.3

  /// Twenty windows, as windows of minutes depend on their neighbours.
  package init(shrinkage: Double = 20) { self.shrinkage = shrinkage }

  /// Fits windows of some length: two windows of an hour or more weigh as much as twenty shorter ones.
  package init(windowLength: Duration) { self.init(shrinkage: windowLength >= .seconds(3600) ? 2 : 20) }

  /// One residual a feature of an active window.
  ///
  /// - Parameter values: one finite transformed value a feature.
  package func residuals(
    of values: [Float], at hour: HourOfWeek, own: EntityBaseline, peers: PeerBaseline?
  ) -> [FeatureResidual] {
    let active = activeShare(at: hour, own: own, peers: peers)
    return values.indices.map {
      residual(of: values[$0], feature: $0, active: active, hour: hour, own: own, peers: peers)
    }
  }

  /// P(active | hour), strictly between 0 and 1.
  package func activeShare(at hour: HourOfWeek, own: EntityBaseline, peers: PeerBaseline?) -> Double {
    let seen = Double(own.activity.windows(at: hour))
    let weight = weight(of: peers)
    let share = mix(
      Double(own.activity.active(at: hour)), of: seen, prior: peers?.activeShare(at: hour) ?? 0.5, weight: weight)
    return bounded(share, seen: seen + weight)
  }

  private func residual(
    of value: Float, feature: Int, active: Double, hour: HourOfWeek, own: EntityBaseline, peers: PeerBaseline?
  ) -> FeatureResidual {
    let hurdle = own.hurdles[feature]
    let peerValues = peers?.values[feature]
    let weight = weight(of: peers)
    let seen = Double(own.activeWindows)
    let share = bounded(
      mix(Double(hurdle.positives), of: seen, prior: peers?.positiveShare(of: feature) ?? 0.5, weight: weight),
      seen: seen + weight)
    let shift = peers?.levelShift(of: feature, at: hour) ?? 0
    let usual = usualRange(hurdle.values, peerValues, share: share, shift: shift)
    let positive = active * share
    guard value > 0 else {
      // At half or less, nothing is as usual as anything.
      let surprise = positive > 0.5 ? logarithm(2 * (1 - positive)) : 0
      return FeatureResidual(surprise: surprise, percentile: 50 * (1 - positive), usual: usual)
    }
    let total = Double(hurdle.values.total)
    let above = mix(
      hurdle.values.shareAbove(value) * total, of: total, prior: peerValues?.shareAbove(value - shift) ?? 0.5,
      weight: weight)
    // Half a window is allowed above everything that was seen: no value is impossible.
    let tail = positive * max(above, 0.5 / (total + weight))
    if tail <= 0.5 {
      let beyond = excess(of: value, shift: shift, own: own, feature: feature, peers: peers)
      return FeatureResidual(surprise: -logarithm(2 * tail) + beyond, percentile: 100 * (1 - tail), usual: usual)
    }
    let below = max(1 - tail, 0.5 / (total + weight))
    return FeatureResidual(surprise: logarithm(2 * below), percentile: 100 * below, usual: usual)
  }

  /// Spreads that a value is beyond the greatest usual one, 0 within; the entity's own and its peers', shrunk.
  private func excess(
    of value: Float, shift: Float, own: EntityBaseline, feature: Int, peers: PeerBaseline?
  ) -> Double {
    let hurdle = own.hurdles[feature]
    let seen = Double(own.activeWindows)
    let weight = seen / (seen + weight(of: peers))
    let share = seen > 0 ? Double(hurdle.positives) / seen : 0
    let ownExcess = seen > 0 ? Self.excess(of: value, hurdle.values, share: share, seen: seen) : 0
    guard let peers else { return weight * ownExcess }
    let peerExcess = Self.excess(
      of: value - shift, peers.values[feature], share: peers.positiveShare(of: feature), seen: .infinity)
    return weight * ownExcess + (1 - weight) * peerExcess
  }

  /// Usual is over all active windows, those at zero among them: for what never was above zero, any value is beyond.
  private static func excess(of value: Float, _ positives: ValueHistogram, share: Double, seen: Double) -> Double {
    // What was seen more than twice is not beyond, however rare; one window in a thousand may be, whatever was seen.
    let high = quantile(1 - max(0.001, min(0.01, 2 / seen)), of: positives, share: share)
    let middle = quantile(0.5, of: positives, share: share)
    // A count that never moved has the spread of a third of a count.
    let least = max(leastSpread, logarithm(1 + thirdOfACount * exponential(-middle)))
    return max(0, (Double(value) - high) / max(high - middle, least))
  }

  /// A quantile of a feature over windows of which a share is above zero and the rest at zero.
  private static func quantile(_ share: Double, of positives: ValueHistogram, share positive: Double) -> Double {
    guard positive > 1 - share else { return 0 }
    return Double(positives.quantile(1 - (1 - share) / positive) ?? 0)
  }

  private func usualRange(
    _ own: ValueHistogram, _ peers: ValueHistogram?, share: Double, shift: Float
  ) -> ClosedRange<Float> {
    let weight = Float(Double(own.total) / (Double(own.total) + shrinkage))
    func quantile(_ share: Double) -> Float {
      let ownQuantile = own.quantile(share)
      guard let peerQuantile = peers?.quantile(share).map({ $0 + shift }) else { return ownQuantile ?? 0 }
      guard let ownQuantile else { return peerQuantile }
      return ownQuantile * weight + peerQuantile * (1 - weight)
    }
    let low = share < 1 - Self.usualShares.lowerBound ? 0 : max(0, quantile(Self.usualShares.lowerBound))
    let high = share < 1 - Self.usualShares.upperBound ? 0 : max(low, quantile(Self.usualShares.upperBound))
    return low...high
  }

  private func weight(of peers: PeerBaseline?) -> Double { peers == nil ? 1 : shrinkage }

  private func mix(_ count: Double, of seen: Double, prior: Double, weight: Double) -> Double {
    (count + weight * prior) / (seen + weight)
  }

  /// Away from 0 and 1 by half a window among what was seen.
  private func bounded(_ share: Double, seen: Double) -> Double {
    let least = 0.5 / (seen + 1)
    return min(max(share, least), 1 - least)
  }
}
