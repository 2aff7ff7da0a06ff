import CordonCollector
import CordonCore
package import CordonWire
package import GRPCCore

extension AdminAdapter {
  package func listDetections(
    request: Cordon_V1_ListDetectionsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListDetectionsResponse {
    var response = Cordon_V1_ListDetectionsResponse()
    response.detections = try await domain.casebook.detections(
      since: Timestamp(milliseconds: request.sinceMs), most: Int(request.most)
    ).map(Cordon_V1_StoredDetection.init)
    return response
  }

  package func getDetection(
    request: Cordon_V1_GetDetectionRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetDetectionResponse {
    var response = Cordon_V1_GetDetectionResponse()
    let view = try await domain.casebook.detection(try uniqueID(request.id, "A detection's id"))
    response.detection = Cordon_V1_StoredDetection(view)
    response.reporters = try await domain.casebook.reporters(of: view.stored).map(\.text)
    return response
  }

  package func labelDetection(
    request: Cordon_V1_LabelDetectionRequest, context: ServerContext
  ) async throws -> Cordon_V1_LabelDetectionResponse {
    try await domain.casebook.label(
      try uniqueID(request.id, "A detection's id"), as: request.label, note: request.note,
      expecting: request.scope.isEmpty ? nil : (request.scope, Timestamp(milliseconds: request.untilMs)),
      by: try caller(context))
    return Cordon_V1_LabelDetectionResponse()
  }

  package func exportLabels(
    request: Cordon_V1_ExportLabelsRequest, response: RPCWriter<Cordon_V1_LabelledWindow>, context: ServerContext
  ) async throws {
    let export = LabelExport(context: domain.context)
    for row in try await export.rows(since: Timestamp(milliseconds: request.sinceMs)) {
      try await response.write(Cordon_V1_LabelledWindow(row))
    }
  }

  package func listIncidents(
    request: Cordon_V1_ListIncidentsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListIncidentsResponse {
    var response = Cordon_V1_ListIncidentsResponse()
    response.incidents = try await domain.casebook.incidents(closedToo: request.closedToo, most: Int(request.most))
      .map(Cordon_V1_Incident.init)
    return response
  }

  package func getIncident(
    request: Cordon_V1_GetIncidentRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetIncidentResponse {
    let view = try await domain.casebook.incident(try uniqueID(request.id, "An incident's id"))
    var response = Cordon_V1_GetIncidentResponse()
    response.incident = Cordon_V1_Incident(view.incident)
    response.detections = view.detections.map(Cordon_V1_StoredDetection.init)
    response.commands = try view.commands.map(Cordon_V1_StoredCommand.init)
    response.timeline = view.timeline.map(Cordon_V1_TimelineEntry.init)
    return response
  }
}
