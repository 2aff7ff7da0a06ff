package import CordonCore

/// The models that this agent runs, was offered and refused: what is kept of them over a restart. A pure value.
///
/// For a schema and role at most one model in each state: a newer offer takes the place of one that is still fetched, and
/// the last refusal is remembered so that heartbeats say why. The champion before is kept in reserve: where the one in use
/// does not pass this machine's gate any more, that one judges again, and not the baseline alone.
package struct ModelShelf: Hashable, Sendable {
  package struct Place: Hashable, Sendable {
    package var schema: UInt32
    package var role: ModelOffer.Role

    package init(schema: UInt32, role: ModelOffer.Role) {
      self.schema = schema
      self.role = role
    }
  }

  package struct Entry: Hashable, Sendable {
    package var state: ModelUse.State
    /// SHA-256 of the bundle's envelope.
    package var digest: [UInt8]
    /// Bytes of the bundle's envelope.
    package var size: UInt32
    /// The bundle's envelope; empty unless it runs.
    package var envelope: [UInt8] = []
    /// Whether a running one passed this machine's own gate.
    package var isGated = false
    /// Why it was refused, or is not fetched yet.
    package var code = ""
    package var message = ""

    package init(state: ModelUse.State, digest: [UInt8], size: UInt32) {
      self.state = state
      self.digest = digest
      self.size = size
    }
  }

  private var entries: [Place: [ModelUse.State: Entry]] = [:]
  /// Champions that passed this machine's gate and were followed by another.
  private var reserves: [Place: Entry] = [:]

  package init() {}

  package subscript(place: Place, state: ModelUse.State) -> Entry? {
    get { entries[place]?[state] }
    set { entries[place, default: [:]][state] = newValue }
  }

  /// The champion that was in use before the one that is.
  package subscript(reserve place: Place) -> Entry? {
    get { reserves[place] }
    set { reserves[place] = newValue }
  }

  /// Every champion in reserve with its place, in a stable order.
  package var allReserves: [(place: Place, entry: Entry)] {
    reserves.map { ($0.key, $0.value) }.sorted { $0.place.schema < $1.place.schema }
  }

  /// Every entry but the reserves with its place, in a stable order.
  package var all: [(place: Place, entry: Entry)] {
    entries.flatMap { place, states in states.values.map { (place, $0) } }
      .sorted {
        ($0.place.schema, $0.place.role.rawValue, $0.entry.state.rawValue)
          < ($1.place.schema, $1.place.role.rawValue, $1.entry.state.rawValue)
      }
  }

  /// What is to be fetched next.
  package var pending: (place: Place, entry: Entry)? { all.first { $0.entry.state == .fetching } }

  /// Takes an offer that the keeper accepted; false where that model runs already.
  package mutating func take(_ offer: ModelOffer) -> Bool {
    let place = Place(schema: offer.schema, role: offer.role)
    self[place, .fetching] = nil
    guard self[place, .running]?.digest != offer.digest else { return false }
    self[place, .fetching] = Entry(state: .fetching, digest: offer.digest, size: offer.size)
    return true
  }

  /// The fetched model runs; a shadow of the same bytes has done its work.
  package mutating func run(_ place: Place, envelope: [UInt8], isGated: Bool) {
    guard var entry = self[place, .fetching] else { return }
    entry.state = .running
    entry.envelope = envelope
    entry.isGated = isGated
    entry.code = ""
    entry.message = ""
    self[place, .fetching] = nil
    if self[place, .refused]?.digest == entry.digest { self[place, .refused] = nil }
    if reserves[place]?.digest == entry.digest {
      // A rollback: what people have just withdrawn must not come back by itself.
      reserves[place] = nil
    } else if place.role == .champion, let before = self[place, .running], before.isGated, before.digest != entry.digest
    {
      // What this machine never judged is nothing to go back to; what was kept before it is.
      reserves[place] = before
    }
    self[place, .running] = entry
    let shadow = Place(schema: place.schema, role: .shadow)
    if place.role == .champion, self[shadow, .running]?.digest == entry.digest { self[shadow, .running] = nil }
  }

  /// A model is not run, whatever it was until now; nothing where another has taken its place meanwhile.
  package mutating func refuse(_ known: Entry, at place: Place, because error: CordonError) {
    let state = known.state
    guard var entry = self[place, state], entry.digest == known.digest else { return }
    entry.state = .refused
    entry.envelope = []
    entry.code = error.code
    entry.message = error.message
    self[place, state] = nil
    self[place, .refused] = entry
  }

  /// The champion in reserve is in use again; false, and nothing changes, where there is none or another is in use.
  package mutating func goBack(at place: Place) -> Bool {
    guard self[place, .running] == nil, let reserve = reserves.removeValue(forKey: place) else { return false }
    self[place, .running] = reserve
    self[place, .refused]?.message += " The model before it is in use again."
    return true
  }

  /// The bytes of a model that is here already, in whatever role or in reserve.
  package func envelope(of digest: [UInt8]) -> [UInt8]? {
    all.first { $0.entry.state == .running && $0.entry.digest == digest }?.entry.envelope
      ?? reserves.values.first { $0.digest == digest }?.envelope
  }
}
