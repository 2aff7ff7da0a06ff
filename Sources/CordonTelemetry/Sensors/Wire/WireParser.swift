package import CordonCore

/// Frames to observations: flows, questions for names, and what is said on connections that can be read.
///
/// Event time is the frames'. Everything is bounded: `FlowTable.limit` flows, `streamLimit` connections that are read,
/// `AssemblyPool.limit` bytes that wait for others. No payload is kept beyond what a reader's question needs.
package struct WireParser: SensorParser {
  package static let streamLimit = 1024
  /// Between two tellings of a flow that goes on.
  package static let tellingInterval = Duration.seconds(15)
  /// Frames that are older than others by more than this mean that the clock was set back.
  private static let overtaking = Duration.seconds(600)
  /// Without a frame for so long, time goes on by the wall clock.
  private static let quiet = Duration.seconds(5)

  package private(set) var counters = ParserCounters()
  package private(set) var wire = WireCounters()

  private var flows: FlowTable
  private var streams: [ConnectionStream?] = []
  private var freeStreams: [Int] = []
  private var scratch = StreamScratch()
  /// The latest frame's time, and when it arrived.
  private var clock = Timestamp.epoch
  private var arrived = Timestamp.epoch
  private var swept = Timestamp.epoch

  package init() { self.init(flowLimit: FlowTable.limit) }

  /// - Parameter flowLimit: smaller in tests.
  init(flowLimit: Int) { flows = FlowTable(limit: flowLimit) }

  package var flowCount: Int { flows.count }
  /// What became of segments.
  package var assembly: AssemblyPool { scratch.pool }

  package mutating func parse(_ record: [UInt8], arrived now: Timestamp, into observations: inout [Observation]) {
    arrived = now
    counters.records += 1
    let before = observations.count
    if let addresses = FrameBlock.addresses(in: record) {
      observations.append(
        Observation(
          time: now, family: .wire, source: WireSensor.name, activity: .exchange, object: .ownAddresses(addresses)))
    } else {
      let isWhole = FrameBlock.forEachFrame(of: record) { take($0, of: record, &observations) }
      if !isWhole { counters.malformed += 1 }
    }
    counters.observations += UInt64(observations.count - before)
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {
    let rest = now.since(arrived)
    guard clock > .epoch, rest > Self.quiet else { return }
    // A recording's time stands apart from the wall's, but goes as fast.
    let before = observations.count
    sweep(at: clock.advanced(by: rest), into: &observations)
    counters.observations += UInt64(observations.count - before)
  }

  package mutating func finish(into observations: inout [Observation]) {
    let before = observations.count
    for place in flows.slots.indices where flows.slots[place] != nil { end(place, &observations) }
    counters.observations += UInt64(observations.count - before)
  }

  private mutating func take(_ frame: CapturedFrame, of record: [UInt8], _ observations: inout [Observation]) {
    wire.frames += 1
    wire.bytes += UInt64(frame.wireLength)
    moveClock(to: frame.time, &observations)
    guard let link = frame.link else {
      wire.unreadLink += 1
      counters.ignored += 1
      return
    }
    switch PacketDecoder.decode(record, frame.range, link: link) {
    case .packet(let packet): take(packet, of: record, &observations)
    case .foreign:
      wire.foreign += 1
      counters.ignored += 1
    case .fragment:
      wire.fragments += 1
      counters.ignored += 1
    case .malformed:
      wire.malformed += 1
      counters.malformed += 1
    }
  }

  private mutating func moveClock(to time: Timestamp, _ observations: inout [Observation]) {
    if clock.since(time) > Self.overtaking {
      wire.clockSteps += 1
      clock = time
      swept = time
      return
    }
    clock = max(clock, time)
    if clock.since(swept) >= .seconds(1) { sweep(at: clock, into: &observations) }
  }
}

// MARK: Flows

extension WireParser {
  private mutating func take(_ packet: Packet, of record: [UInt8], _ observations: inout [Observation]) {
    let (key, isFromLow) = FlowKey.of(packet)
    let place = place(of: key, packet, isFromLow, &observations)
    guard let side = flows.slots[place]?.side(isFromLow: isFromLow),
      let isOver = flows.slots[place]?.take(packet, from: side, at: clock)
    else { return }
    switch packet.transport {
    case Packet.udp: takeDatagram(packet, of: record, place, side, &observations)
    case Packet.tcp: takeSegment(packet, of: record, place, side, &observations)
    default: break
    }
    // Told of once its last packets are in, too.
    if isOver { closeStream(of: place, &observations) }
  }

  private mutating func place(
    of key: FlowKey, _ packet: Packet, _ isFromLow: Bool, _ observations: inout [Observation]
  ) -> Int {
    if let known = flows.place(of: key) {
      guard flows.slots[known]?.isReplaced(by: packet) == true else { return known }
      end(known, &observations)
    }
    if flows.isFull, let place = flows.evictable() {
      wire.evicted += 1
      counters.abandoned += 1
      end(place, &observations)
    }
    wire.flows += 1
    return flows.insert(Flow(packet, key: key, isFromLow: isFromLow, at: clock))
  }

  private mutating func takeDatagram(
    _ packet: Packet, of record: [UInt8], _ place: Int, _ side: WireSide, _ observations: inout [Observation]
  ) {
    guard packet.sourcePort == DNSDecoder.port || packet.destinationPort == DNSDecoder.port, packet.missing == 0
    else { return }
    guard let message = DNSDecoder.decode(record[packet.payload]) else { return }
    add(.dns(message), from: message.code == nil ? .client : .server, at: clock, of: place, &observations)
  }

  private mutating func add(
    _ event: WireEvent, from side: WireSide, at time: Timestamp, of place: Int, _ observations: inout [Observation]
  ) {
    guard let flow = flows.slots[place] else { return }
    var outcome = ActivityOutcome.unknown
    if case .flow(let part) = event { outcome = part.isFailure ? .failure : .success }
    observations.append(
      Observation(
        time: time, family: .wire, source: WireSensor.name, activity: .exchange, outcome: outcome,
        object: .exchange(flow.exchange(event, sender: side))))
  }

  private mutating func tell(_ place: Int, isLast: Bool, at now: Timestamp, _ observations: inout [Observation]) {
    guard let last = flows.slots[place]?.last, flows.slots[place]?.hasNews == true,
      let part = flows.slots[place]?.part(isLast: isLast, at: now)
    else { return }
    add(.flow(part), from: .client, at: last, of: place, &observations)
  }

  /// Tells what has come of a flow, and forgets it.
  private mutating func end(_ place: Int, _ observations: inout [Observation]) {
    closeStream(of: place, &observations)
    tell(place, isLast: true, at: clock, &observations)
    flows.remove(at: place)
  }

  /// Tells of flows that go on, and ends those that do not.
  private mutating func sweep(at now: Timestamp, into observations: inout [Observation]) {
    swept = clock
    for place in flows.slots.indices {
      guard let flow = flows.slots[place] else { continue }
      if flow.isIdle(at: now) {
        end(place, &observations)
      } else if flow.hasNews, flow.state != .asked, now.since(flow.told) >= Self.tellingInterval {
        tell(place, isLast: false, at: now, &observations)
      }
    }
  }
}

// MARK: Streams

extension WireParser {
  private mutating func takeSegment(
    _ packet: Packet, of record: [UInt8], _ place: Int, _ side: WireSide, _ observations: inout [Observation]
  ) {
    guard let flow = flows.slots[place], !flow.isOpaque else { return }
    guard let slot = flow.stream ?? openStream(for: flow, place, packet) else { return }
    let progress = streams[slot]?.take(packet, of: record, from: side, at: clock, &scratch)
    hand(on: place, &observations)
    if progress == .over {
      flows.slots[place]?.isOpaque = true
      closeStream(of: place, &observations)
    }
  }

  /// A stream's place, once a connection says something; nil before, and where too many are read.
  private mutating func openStream(for flow: Flow, _ place: Int, _ packet: Packet) -> Int? {
    guard packet.payload.count + packet.missing > 0 else { return nil }
    let stream = ConnectionStream(
      port: flow.serverPort, clientFirst: flow.clientFirst, serverFirst: flow.serverFirst)
    let slot: Int
    if let reused = freeStreams.popLast() {
      slot = reused
      streams[slot] = stream
    } else if streams.count < Self.streamLimit {
      slot = streams.count
      streams.append(stream)
    } else {
      wire.unread += 1
      flows.slots[place]?.isOpaque = true
      return nil
    }
    wire.streams += 1
    flows.slots[place]?.stream = slot
    return slot
  }

  private mutating func closeStream(of place: Int, _ observations: inout [Observation]) {
    guard let slot = flows.slots[place]?.stream else { return }
    streams[slot]?.finish(at: clock, &scratch)
    hand(on: place, &observations)
    streams[slot] = nil
    freeStreams.append(slot)
    flows.slots[place]?.stream = nil
    // What comes after the end is not read again.
    flows.slots[place]?.isOpaque = true
  }

  private mutating func hand(on place: Int, _ observations: inout [Observation]) {
    guard !scratch.events.isEmpty else { return }
    for event in scratch.events { add(event.event, from: event.sender, at: event.time, of: place, &observations) }
    scratch.events.removeAll(keepingCapacity: true)
  }
}
