package import CordonCore

/// What an exchange on the network counts for, in the schemas `device@wire` and `host@wire`.
package enum WireFeatures {
  /// Positions that both schemas begin with.
  enum Common: Int, CaseIterable {
    case bytesSent, bytesReceived, connectionsOpened, connectionsTaken, failedConnections, distinctPeers, newPeers
    case distinctPorts, externalBytesSent, beaconScoreMost, namesAsked, namesMissing, distinctNames, nameEntropyMost
    case weakHandshakes
  }

  /// Positions that `device@wire` has beyond.
  enum Device: Int, CaseIterable {
    case hl7Messages = 15
    case hl7MessageTypes, hl7Refusals, hl7Malformed, hl7ControlOrders, hl7ResultsOutside, hl7Alerts, hl7StrayAnswers
    case hl7Patients
    case dicomAssociations, dicomRefusals, dicomStores, dicomFinds, dicomRetrievals, dicomDestinations, dicomNewTitles
    case dicomDataBytes, dicomFailures
  }

  /// What the stage knows of an exchange beside its own words; hashes are made once for all windows that it counts in.
  package struct Context: Hashable, Sendable {
    /// Which end of the exchange the window's entity is.
    package var side: WireSide
    package var peer: UInt64
    package var isNewPeer: Bool
    package var isExternalPeer: Bool
    package var port: UInt64
    /// Of a name asked for, a type of message, or an application's title; nil where there is none.
    package var subject: UInt64?
    package var isNewSubject: Bool
    /// 0 to 1; nil where it cannot be told.
    package var beacon: Float?
    /// Numbers of a message outside the device's own range.
    package var resultsOutside = 0
    /// Of a message, under the patients' key.
    package var patients: [UInt64] = []

    package init(
      side: WireSide, peer: UInt64, isNewPeer: Bool, isExternalPeer: Bool, port: UInt64, subject: UInt64? = nil,
      isNewSubject: Bool = false, beacon: Float? = nil
    ) {
      self.side = side
      self.peer = peer
      self.isNewPeer = isNewPeer
      self.isExternalPeer = isExternalPeer
      self.port = port
      self.subject = subject
      self.isNewSubject = isNewSubject
      self.beacon = beacon
    }
  }

  /// Lets an exchange count for one of its ends.
  ///
  /// - Parameter isDevice: the window is of `device@wire`, which counts clinical messages too.
  package static func count(
    _ exchange: WireExchange, _ context: Context, isDevice: Bool, in window: inout WindowAccumulator
  ) {
    switch exchange.event {
    case .flow(let part): countFlow(part, context, in: &window)
    case .dns(let message):
      guard context.side == .client else { return }
      countName(message, context, in: &window)
    case .tls(let handshake): if handshake.isWeak { window.add(.weakHandshakes) }
    // An inventory is made of it; how often is told by its connections.
    case .rdp: break
    case .hl7(let event):
      guard isDevice else { return }
      countHL7(event, context, isSender: exchange.sender == context.side, in: &window)
    case .dicom(let event):
      guard isDevice, exchange.sender == context.side else { return }
      countDICOM(event, context, in: &window)
    }
  }

  private static func countFlow(_ part: FlowPart, _ context: Context, in window: inout WindowAccumulator) {
    let isClient = context.side == .client
    let sent = isClient ? part.clientBytes : part.serverBytes
    window.add(.bytesSent, Float(sent))
    window.add(.bytesReceived, Float(isClient ? part.serverBytes : part.clientBytes))
    if context.isExternalPeer { window.add(.externalBytesSent, Float(sent)) }
    window.count(context.peer, .distinctPeers)
    if context.isNewPeer { window.count(context.peer, .newPeers) }
    guard part.isFirst else { return }
    guard isClient else { return window.add(.connectionsTaken) }
    window.add(.connectionsOpened)
    window.count(context.port, .distinctPorts)
    if part.isFailure { window.add(.failedConnections) }
    if let beacon = context.beacon { window.raise(to: beacon, .beaconScoreMost) }
  }

  private static func countName(_ message: DNSMessage, _ context: Context, in window: inout WindowAccumulator) {
    guard message.code == nil else {
      if message.code == 3 { window.add(.namesMissing) }
      return
    }
    window.add(.namesAsked)
    if let name = context.subject { window.count(name, .distinctNames) }
    window.raise(to: NameEntropy.most(of: message.name), .nameEntropyMost)
  }

  private static func countHL7(
    _ event: HL7Event, _ context: Context, isSender: Bool, in window: inout WindowAccumulator
  ) {
    switch event {
    case .message(let message) where isSender:
      window.add(.hl7Messages)
      if let type = context.subject { window.count(type, .hl7MessageTypes) }
      if message.isControl { window.add(.hl7ControlOrders) }
      if message.isAlert { window.add(.hl7Alerts) }
      if context.resultsOutside > 0 { window.add(.hl7ResultsOutside, Float(context.resultsOutside)) }
      for patient in context.patients { window.count(patient, .hl7Patients) }
    case .malformed where isSender: window.add(.hl7Malformed)
    case .strayAcknowledgement where isSender: window.add(.hl7StrayAnswers)
    // An error counts for whose message it answers.
    case .acknowledgement(let kind) where !isSender && kind != .accepted: window.add(.hl7Refusals)
    case .message, .malformed, .acknowledgement, .strayAcknowledgement, .unanswered: break
    }
  }

  private static func countDICOM(_ event: DICOMEvent, _ context: Context, in window: inout WindowAccumulator) {
    switch event {
    case .requested:
      window.add(.dicomAssociations)
      if let title = context.subject, context.isNewSubject { window.count(title, .dicomNewTitles) }
    case .rejected, .aborted: window.add(.dicomRefusals)
    case .data(let bytes): window.add(.dicomDataBytes, Float(bytes))
    case .command(let command) where command.isFailure: window.add(.dicomFailures)
    case .command(let command) where command.isRequest:
      switch command.verb {
      case .store: window.add(.dicomStores)
      case .find: window.add(.dicomFinds)
      case .get: window.add(.dicomRetrievals)
      case .move:
        window.add(.dicomRetrievals)
        if let destination = context.subject { window.count(destination, .dicomDestinations) }
      case .echo, .cancel, .report, .inspect, .change, .action, .other: break
      }
    case .accepted, .released, .command, .malformed: break
    }
  }
}

extension WindowAccumulator {
  fileprivate mutating func add(_ feature: WireFeatures.Common, _ amount: Float = 1) {
    add(amount, at: feature.rawValue)
  }

  fileprivate mutating func add(_ feature: WireFeatures.Device, _ amount: Float = 1) {
    add(amount, at: feature.rawValue)
  }

  fileprivate mutating func count(_ hash: UInt64, _ feature: WireFeatures.Common) { count(hash, at: feature.rawValue) }

  fileprivate mutating func count(_ hash: UInt64, _ feature: WireFeatures.Device) { count(hash, at: feature.rawValue) }

  fileprivate mutating func raise(to value: Float, _ feature: WireFeatures.Common) {
    raise(to: value, at: feature.rawValue)
  }
}
