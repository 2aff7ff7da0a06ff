import CordonCore

/// Who reads a connection's bytes: one of the readers that are known, changed in place.
struct StreamApplication: Sendable {
  private var tls: TLSReader?
  private var hl7: HL7Reader?
  private var dicom: DICOMReader?
  private var dns: DNSReader?
  private var rdp: RDPReader?

  /// What a connection's first bytes make of it.
  enum Beginning: Sendable {
    case speaks(StreamApplication)
    case undecided
    /// Nothing that is known begins like that.
    case nothing
  }

  /// By one side's first bytes and the server's port.
  static func begun(with bytes: ArraySlice<UInt8>, port: UInt16) -> Beginning {
    // In this order: who cannot say yet must not be passed over for one who says yes to a port.
    switch TLSReader.recognise(bytes, port: port) {
    case .yes: return .speaks(StreamApplication(tls: TLSReader()))
    case .undecided: return .undecided
    case .no: break
    }
    let rdp = RDPReader.recognise(bytes, port: port)
    if rdp == .yes { return .speaks(StreamApplication(rdp: RDPReader())) }
    switch DNSReader.recognise(bytes, port: port) {
    case .yes: return .speaks(StreamApplication(dns: DNSReader()))
    case .undecided: return .undecided
    case .no: break
    }
    let hl7 = HL7Reader.recognise(bytes, port: port)
    if hl7 == .yes { return .speaks(StreamApplication(hl7: HL7Reader())) }
    switch DICOMReader.recognise(bytes, port: port) {
    case .yes: return .speaks(StreamApplication(dicom: DICOMReader()))
    case .undecided: return .undecided
    case .no: return hl7 == .undecided || rdp == .undecided ? .undecided : .nothing
    }
  }

  /// Nothing more can come of it.
  var isDone: Bool { tls?.isDone ?? rdp?.isDone ?? false }

  mutating func take(_ piece: StreamPiece, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]) {
    tls?.take(piece, from: side, at: time, into: &events)
    hl7?.take(piece, from: side, at: time, into: &events)
    dicom?.take(piece, from: side, at: time, into: &events)
    dns?.take(piece, from: side, at: time, into: &events)
    rdp?.take(piece, from: side, at: time, into: &events)
  }

  mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) {
    tls?.finish(at: time, into: &events)
    hl7?.finish(at: time, into: &events)
    dicom?.finish(at: time, into: &events)
    dns?.finish(at: time, into: &events)
    rdp?.finish(at: time, into: &events)
  }
}
