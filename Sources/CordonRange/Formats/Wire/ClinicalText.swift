import CordonCore

/// An HL7 v2.6 message and its acknowledgement, each in a frame of MLLP.
struct ClinicalText {
  let message: ClinicalMessage
  /// Of the message, which its acknowledgement repeats.
  let id: String
  let time: Timestamp

  var bytes: [UInt8] { Self.framed([header(type, from: message.sender, to: message.receiver)] + body) }

  var answer: [UInt8] {
    let kind = "ACK^\(type.split(separator: "^")[1])^ACK"
    return Self.framed([
      header(kind, from: message.receiver, to: message.sender), "MSA|\(message.isAccepted ? "AA" : "AE")|\(id)",
    ])
  }

  private var type: String {
    switch message.body {
    case .results: "ORU^R01^ORU_R01"
    case .infusion: "RGV^O15^RGV_O15"
    case .merge: "ADT^A40^ADT_A39"
    }
  }

  /// `20260105093000`.
  private var moment: String {
    HospitalCalendar.text(time).prefix(19).filter(\.isNumber)
  }

  private func header(_ type: String, from sender: String, to receiver: String) -> String {
    "MSH|^~\\&|\(sender)|HOSPITAL|\(receiver)|HOSPITAL|\(moment)||\(type)|\(id)|P|2.6"
  }

  private var body: [String] {
    let patient = "PID|||\(message.patient)^^^HOSPITAL^MR"
    switch message.body {
    case .results(let results):
      let observations = results.enumerated().map { number, result in
        "OBX|\(number + 1)|NM|\(result.code)|1.1.1.\(number + 1)|\(Self.plain(result.value))|\(result.unit)|||||F"
      }
      return [patient, "OBR|1|||69965^MDC_DEV_MON_PT_PHYSIO_MULTI_PARAM_MDS^MDC"] + observations
    case .infusion(let pump, let rate):
      return [
        patient, "ORC|RE|\(id)",
        "RXG|1||\(moment)||2222^Fluid^L|500||263762^MDC_DIM_MILLI_L^MDC|||||||||"
          + "\(Self.plain(rate))|265266^MDC_DIM_MILLI_L_PER_HR^MDC",
        "OBX|1||69986^MDC_DEV_PUMP_INFUS_VMD^MDC||||||||||||||||\(pump)",
      ]
    case .merge(let other): return ["EVN|A40|\(moment)", patient, "MRG|\(other)^^^HOSPITAL^MR"]
    }
  }

  /// Whole numbers without a point.
  private static func plain(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }

  private static func framed(_ segments: [String]) -> [UInt8] {
    [0x0B] + segments.flatMap { Array($0.utf8) + [0x0D] } + [0x1C, 0x0D]
  }
}
