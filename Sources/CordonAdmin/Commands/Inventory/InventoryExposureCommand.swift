import ArgumentParser
import CordonCore
import CordonWire

struct InventoryExposureCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "exposure",
    abstract: "List what crosses the network in clear although patients are in it, and weak TLS.",
    discussion: """
      HL7 over plain MLLP, DICOM without TLS, and TLS below 1.2: one line for each server and port, from the findings
      of agents whose policy has sensors.wire. A service that was not seen within the time is left out. Of its clients
      those are told apart with which a day's findings began.

      Examples:
        cordon inventory exposure
        cordon inventory exposure --since 90d --output json
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "How far back.") var since = DurationArgument(.seconds(30 * 86_400))

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListDetectionsRequest()
    request.sinceMs = session.now.advanced(by: .zero - since.duration).milliseconds
    request.most = DetectionListCommand.most
    let found = try await session.client.listDetections(request, options: AdminCall.options).detections
    return ExposurePage.list(found)
  }
}
