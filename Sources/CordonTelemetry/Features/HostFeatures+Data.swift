import CordonCore

extension HostFeatures {
  /// What was refused counts as a refusal and as nothing else.
  static func countData(_ observation: Observation, _ hashes: Hashes, ofHost window: inout WindowAccumulator) {
    guard case .data(let access) = observation.object else { return }
    if let hash = hashes.account { window.count(hash, at: Host.distinctDataUsers.rawValue) }
    count(access, observation, hashes, from: Host.dataReads.rawValue, in: &window)
  }

  static func countData(_ observation: Observation, _ hashes: Hashes, ofUser window: inout WindowAccumulator) {
    guard case .data(let access) = observation.object else { return }
    count(access, observation, hashes, from: User.dataReads.rawValue, in: &window)
    if hashes.isNewToUser, let hash = hashes.data { window.count(hash, at: User.newDataObjects.rawValue) }
  }

  /// The features that machines and users have in common stand in the same order.
  private static func count(
    _ access: DataAccess, _ observation: Observation, _ hashes: Hashes, from first: Int,
    in window: inout WindowAccumulator
  ) {
    func position(_ feature: User) -> Int { first + feature.rawValue - User.dataReads.rawValue }
    guard observation.outcome != .failure else { return window.add(at: position(.failedDataAccesses)) }
    let feature: User =
      switch access.act {
      case .read: .dataReads
      case .write: .dataWrites
      case .remove: .dataRemovals
      case .administer: .dataAdministration
      }
    window.add(at: position(feature))
    if access.rows > 0 { window.add(Float(access.rows), at: position(.dataRows)) }
    if let hash = hashes.data { window.count(hash, at: position(.distinctDataObjects)) }
  }
}
