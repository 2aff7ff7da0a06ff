import CordonCore
import CordonLearning
import CordonTelemetry
package import CordonTrust
import CordonWire
import FoundationEssentials
package import GRPCCore
package import Logging
import SwiftProtobuf

/// How a model comes to judge on this agent: offered, fetched, verified, tried on this machine's past, then used.
///
/// The keeper verifies the offer and, over its opaque bytes, the model; this process alone reads the bundle. Until the last
/// step has passed, the model before it goes on, so there is no gap. What is refused is told in heartbeats, with the reason.
package actor ModelIntake: DirectiveHandler {
  /// Between two tries to fetch.
  package static let usualRetryPause = Duration.seconds(30)

  private let keeper: any DirectiveHandler
  private let desk: WorkerDesk
  private let store: BehaviourStore
  private let group: String
  private let logger: Logger
  private let retryPause: Duration
  private let offered = WakeSignal()
  private var shelf: ModelShelf
  private var download: ModelDownload?
  /// The canary windows that the champions in use were last tried on; nil before the first time.
  private var triedCanaries: [CanaryWindow]?

  /// - Parameters:
  ///   - keeper: judges envelopes.
  ///   - group: this machine's, whose peers it is compared with.
  package init(
    keeper: any DirectiveHandler, desk: WorkerDesk, store: BehaviourStore, group: String, logger: Logger,
    retryPause: Duration = usualRetryPause
  ) {
    self.keeper = keeper
    self.desk = desk
    self.store = store
    self.group = group
    self.logger = logger
    self.retryPause = retryPause
    shelf = store.restored.shelf
  }

  /// Puts to use what ran before the restart. Call once, before anything else.
  package func restore() async {
    for (place, entry) in shelf.all where entry.state == .running {
      do throws(CordonError) {
        desk.use(
          try bind(try Envelope(serialized: entry.envelope), entry, place), schema: place.schema, role: place.role)
      } catch { await refuse(entry, at: place, because: error) }
    }
    await changed()
  }

  package func obey(_ envelope: Envelope, directive id: UInt64) async -> DirectiveVerdict {
    // A model itself is fetched, never pushed.
    guard envelope.type != .model else { return .unsupported }
    let verdict = await keeper.obey(envelope, directive: id)
    guard envelope.type == .modelOffer, verdict == .accepted else { return verdict }
    do throws(CordonError) {
      let offer = try ModelOffer(payload: envelope.payload)
      guard FeatureSchema.withID(offer.schema).map(BehaviourStage.schemas.contains) == true else {
        // Its windows are scored on the collector.
        return .accepted
      }
      if shelf.take(offer) { logger.info("A model is offered", metadata: ["serial": "\(offer.serial)"]) }
      await changed()
      offered.raise()
      return .accepted
    } catch { return .refused(error) }
  }

  /// Fetches what is offered, as long as the connection lasts.
  package func serve<Transport: ClientTransport>(_ client: GRPCClient<Transport>) async {
    let wakes = offered.listen()
    offered.raise()
    for await _ in wakes {
      while !Task.isCancelled, let (place, entry) = shelf.pending {
        do {
          let bytes = try await fetch(entry, client)
          try await consider(bytes, entry, place)
        } catch {
          postpone(place, entry, because: error)
          try? await Task.sleep(for: retryPause)
        }
      }
    }
  }

  /// Tries again what could not be tried yet because the machine's past was too short, and what is in use where the policy
  /// has other canary windows since. Call every few minutes.
  package func review() async {
    let canaries = desk.learning.policy.canaries
    let areNew = canaries != triedCanaries
    triedCanaries = canaries
    for (place, entry) in shelf.all where entry.state == .running && place.role == .champion {
      guard areNew || !entry.isGated else { continue }
      do throws(CordonError) {
        let envelope = try Envelope(serialized: entry.envelope)
        let bundle = try ModelBundle(encoded: envelope.payload)
        var model = try bind(envelope, entry, place)
        guard !entry.isGated else {
          // Not the rate again: a week with an attack in it must not end the model that found it.
          try checkCanaries(ModelGate(bundle, model: model.model, group: group), bundle, place)
          continue
        }
        guard try await isReady(bundle, model, place) else { continue }
        // Another may run since the past was read.
        guard shelf[place, .running]?.digest == entry.digest else { continue }
        model.isGated = true
        shelf[place, .running]?.isGated = true
        desk.use(model, schema: place.schema, role: place.role)
      } catch { await refuse(entry, at: place, because: error) }
      await changed()
    }
  }
}

extension ModelIntake {
  private func fetch<Transport: ClientTransport>(
    _ entry: ModelShelf.Entry, _ client: GRPCClient<Transport>
  ) async throws -> [UInt8] {
    if let known = shelf.envelope(of: entry.digest) { return known }
    if download?.digest != entry.digest { download = ModelDownload(digest: entry.digest, size: entry.size) }
    let request = Cordon_V1_FetchRequest.with {
      $0.sha256 = Data(entry.digest)
      $0.offset = UInt64(download?.bytes.count ?? 0)
    }
    try await Cordon_V1_Artifacts.Client(wrapping: client).fetch(request) { response in
      for try await chunk in response.messages { try await self.take(chunk) }
    }
    guard let whole = download, whole.isComplete else {
      throw CordonError(.unavailable, "artifact-cut", "The collector sent a part of the model.")
    }
    download = nil
    return whole.bytes
  }

  private func take(_ chunk: Cordon_V1_FetchChunk) throws {
    do throws(CordonError) {
      try download?.take(chunk)
    } catch {
      download = nil
      throw error
    }
  }

  /// Throws only where it is worth another try; what is refused is put on the shelf.
  private func consider(_ bytes: [UInt8], _ entry: ModelShelf.Entry, _ place: ModelShelf.Place) async throws {
    do throws(CordonError) {
      try ModelDownload.check(bytes, entry.digest)
      let envelope = try Envelope(serialized: bytes)
      guard envelope.type == .model else {
        throw CordonError(.invalid, "envelope-type", "A model was offered; this is a \(envelope.type.rawValue).")
      }
      switch await keeper.obey(envelope, directive: Self.directive(entry)) {
      case .accepted: break
      case .refused(let error): throw error
      case .unsupported: throw CordonError(.invalid, "unsupported", "The keeper does not take models.")
      }
      let bundle = try ModelBundle(encoded: envelope.payload)
      var model = try bind(envelope, entry, place)
      model.isGated = place.role == .shadow
      if place.role == .champion {
        model.isGated = try await isReady(bundle, model, place)
        guard model.isGated || desk.champion(of: place.schema)?.canAlert != true else {
          throw CordonError(
            .denied, "learning", "This machine has not learned long enough to judge the model; the one in use goes on.",
            remedy: "Offer it again in a few hours.")
        }
      }
      // A newer offer may have come meanwhile.
      guard shelf[place, .fetching]?.digest == entry.digest else { return }
      shelf.run(place, envelope: bytes, isGated: model.isGated)
      desk.use(model, schema: place.schema, role: place.role)
      if shelf[.init(schema: place.schema, role: .shadow), .running] == nil {
        desk.use(nil, schema: place.schema, role: .shadow)
      }
      logger.notice("A model is in use", metadata: ["schema": "\(place.schema)", "role": "\(place.role.name)"])
    } catch {
      guard error.code != "keeper-gone" else { throw error }
      await refuse(entry, at: place, because: error)
    }
    await changed()
  }

  /// Whether a model may alert from now on; false while this machine's past is too short to say.
  ///
  /// Codes: `alert-rate`, `canary-missed`, `no-threshold`.
  private func isReady(
    _ bundle: ModelBundle, _ model: ModelInForce, _ place: ModelShelf.Place
  ) async throws(CordonError) -> Bool {
    let (policy, timeZone) = desk.learning
    let gate = ModelGate(bundle, model: model.model, group: group, rateFactor: Double(policy.rateFactor))
    let current = desk.champion(of: place.schema)
    if !gate.canAlert {
      guard current?.canAlert != true else {
        throw CordonError(
          .denied, "no-threshold", "The model has no threshold at any scale; the one in use has.",
          remedy: "Raise the budget of alerts, or calibrate the model with more clean days.")
      }
      return true
    }
    let watches = desk.watches(of: place.schema)
    for (key, watch, unsaved) in watches {
      let past = await store.past(of: key) + unsaved
      try gate.checkRate(over: past) { SiteClock.offset(of: timeZone, at: $0) }
      guard watch.scorer.isMatured() || bundle.peers(of: group) != nil else { return false }
    }
    try checkCanaries(gate, bundle, place)
    return !watches.isEmpty
  }

  /// Tries the policy's canary windows on every entity of this machine that can judge. Code: `canary-missed`.
  private func checkCanaries(
    _ gate: ModelGate, _ bundle: ModelBundle, _ place: ModelShelf.Place
  ) throws(CordonError) {
    guard gate.canAlert, let schema = FeatureSchema.withID(place.schema) else { return }
    let canaries = desk.learning.policy.canaries
    for (_, watch, _) in desk.watches(of: place.schema) where watch.scorer.isMatured() || bundle.peers(of: group) != nil
    {
      try gate.checkCanaries(canaries, schema: schema, scorer: watch.scorer)
    }
  }

  /// What the keeper knows the judgement of a model's envelope by.
  private static func directive(_ entry: ModelShelf.Entry) -> UInt64 {
    entry.digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func bind(
    _ envelope: Envelope, _ entry: ModelShelf.Entry, _ place: ModelShelf.Place
  ) throws(CordonError) -> ModelInForce {
    guard let schema = FeatureSchema.withID(place.schema) else {
      throw CordonError(.invalid, "unknown-schema", "The model reads schema \(place.schema), which is not known.")
    }
    return try ModelInForce(
      try ModelBundle(encoded: envelope.payload), digest: entry.digest, schema: schema, group: group,
      isGated: entry.isGated)
  }

  private func refuse(_ entry: ModelShelf.Entry, at place: ModelShelf.Place, because error: CordonError) async {
    logger.warning("A model is refused", metadata: ["code": "\(error.code)", "why": "\(error.message)"])
    shelf.refuse(entry, at: place, because: error)
    guard shelf[place, .running] == nil else { return }
    desk.use(nil, schema: place.schema, role: place.role)
    guard let model = await goBack(at: place) else { return }
    desk.use(model, schema: place.schema, role: place.role)
  }

  /// Takes the champion before out of reserve where its signatures still hold and it finds the policy's canary windows;
  /// nil: the baseline alone judges.
  private func goBack(at place: ModelShelf.Place) async -> ModelInForce? {
    guard let reserve = shelf[reserve: place] else { return nil }
    do throws(CordonError) {
      let envelope = try Envelope(serialized: reserve.envelope)
      // Whoever signed it may have been struck off the roster since.
      if case .refused(let error) = await keeper.obey(envelope, directive: Self.directive(reserve)) { throw error }
      let bundle = try ModelBundle(encoded: envelope.payload)
      let model = try bind(envelope, reserve, place)
      try checkCanaries(ModelGate(bundle, model: model.model, group: group), bundle, place)
      guard shelf.goBack(at: place) else { return nil }
      logger.notice("The model before is in use again", metadata: ["schema": "\(place.schema)"])
      return model
    } catch {
      logger.warning("Nor does the model before pass", metadata: ["code": "\(error.code)", "why": "\(error.message)"])
      if error.code != "keeper-gone" { shelf[reserve: place] = nil }
      return nil
    }
  }

  /// The model will be fetched again; until then heartbeats say why it has not come.
  private func postpone(_ place: ModelShelf.Place, _ entry: ModelShelf.Entry, because error: any Error) {
    logger.warning("A model could not be fetched yet", metadata: ["error": "\(error)"])
    guard shelf[place, .fetching]?.digest == entry.digest else { return }
    shelf[place, .fetching]?.code = (error as? CordonError)?.code ?? "fetch"
    shelf[place, .fetching]?.message = "\(error)"
    desk.report(shelf)
  }

  private func changed() async {
    desk.report(shelf)
    await store.save(shelf)
  }
}
