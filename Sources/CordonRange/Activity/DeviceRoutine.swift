import CordonCore

/// What a device says in a day, and what others say because of it.
///
/// Every message has a connection of its own; many real devices keep one open for days.
struct DeviceRoutine {
  private static let vitalsEvery = 300.0
  private static let statusEvery = 600.0
  /// Of the hours of a monitor, those in which somebody lies at it.
  private static let occupied = 0.85
  /// A day, of a pump and of a modality.
  private static let infusions = 4.0
  private static let studies = 14.0
  /// Of messages, those that the engine refuses.
  private static let refused = 0.004
  private static let maker = Peer(NetworkAddress(198, 51, 100, 200), 443)
  private static let makersName = "updates.imaging.example"

  let hospital: Hospital
  let device: Device
  let day: Int

  func perform(into activity: inout HospitalActivity) {
    var random = hospital.stream("device", device.index, day)
    let patients = hospital.census.patients(in: device.ward, on: day)
    let patient = patients[device.index % patients.count]
    switch device.kind {
    case .monitor: tellVitals(of: patient, &random, &activity)
    case .pump:
      for _ in 0..<random.poisson(mean: Self.infusions) { infuse(patient, &random, &activity) }
    case .modality:
      let mean = hospital.calendar.isWeekend(day) ? Self.studies / 4 : Self.studies
      for _ in 0..<random.poisson(mean: mean) { makeStudy(&random, &activity) }
      askMaker(&random, &activity)
    }
  }

  private func add(
    _ content: Conversation.Content, from client: NetworkAddress, to server: Peer, at seconds: Double,
    isCore: Bool = false, _ activity: inout HospitalActivity
  ) {
    activity.wire.append(
      Conversation(
        time: hospital.calendar.midnight(of: day).advanced(by: .milliseconds(Int(seconds * 1000))),
        capturePoint: isCore ? hospital.core : device.ward, client: client, server: server, content: content))
  }

  private func tellVitals(of patient: Int, _ random: inout SeededStream, _ activity: inout HospitalActivity) {
    let pulse = 62 + random.uniform() * 30
    let first = Double(device.index * 37 % Int(Self.vitalsEvery))
    for hour in 0..<24 where random.chance(Self.occupied) {
      for step in 0..<Int(3600 / Self.vitalsEvery) {
        var message = ClinicalMessage(
          sender: device.label, receiver: ClinicalServer.engine.rawValue, patient: patient,
          body: .results([
            .init(code: "8867-4^Heart rate^LN", value: (pulse + random.gaussian() * 4).rounded(), unit: "/min"),
            .init(code: "59408-5^Oxygen saturation^LN", value: (96 + random.uniform() * 3).rounded(), unit: "%"),
            .init(code: "8480-6^Systolic pressure^LN", value: (122 + random.gaussian() * 7).rounded(), unit: "mm[Hg]"),
          ]))
        message.isAccepted = !random.chance(Self.refused)
        let time = Double(hour) * 3600 + first + Double(step) * Self.vitalsEvery + random.uniform()
        add(.clinical([message]), from: device.address, to: ClinicalServer.engine.peer, at: time, &activity)
      }
    }
  }

  /// An order from the medication server by way of the gateway, and then the pump's word every ten minutes.
  private func infuse(_ patient: Int, _ random: inout SeededStream, _ activity: inout HospitalActivity) {
    let begin = 3600 * (5 + random.uniform() * 16)
    let rate = (random.logNormal(median: 80, sigma: 0.5) * 10).rounded() / 10
    let order = ClinicalMessage(
      sender: ClinicalServer.medication.rawValue, receiver: ClinicalServer.pumpGateway.rawValue, patient: patient,
      body: .infusion(pump: device.label, rate: rate))
    add(
      .clinical([order]), from: ClinicalServer.medication.address, to: ClinicalServer.pumpGateway.peer, at: begin,
      isCore: true, &activity)
    var time = begin + 5 + random.uniform() * 20
    for _ in 0..<3 + random.poisson(mean: 6) {
      let status = ClinicalMessage(
        sender: device.label, receiver: ClinicalServer.pumpGateway.rawValue, patient: patient,
        body: .results([.init(code: "157784^MDC_FLOW_FLUID_PUMP^MDC", value: rate, unit: "mL/h")]))
      add(.clinical([status]), from: device.address, to: ClinicalServer.pumpGateway.peer, at: time, &activity)
      time += Self.statusEvery
    }
  }

  /// Images go to the archive; later somebody in the reading room looks for them and has them sent there.
  private func makeStudy(_ random: inout SeededStream, _ activity: inout HospitalActivity) {
    let time = 3600 * (7 + random.uniform() * 11)
    let images = 2 + random.poisson(mean: 3)
    func store(_ calling: String, _ called: String) -> Conversation.Content {
      .images(
        ImageDialogue(calling: calling, called: called, steps: .init(repeating: .store(bytes: 6_000), count: images)))
    }
    let (archive, viewer) = (ClinicalServer.archive.peer, ClinicalServer.viewer.peer)
    let title = device.label.uppercased()
    add(store(title, ClinicalServer.archiveTitle), from: device.address, to: archive, at: time, &activity)
    let read = time + 600 + random.exponential(mean: 2_400)
    add(
      .images(
        ImageDialogue(
          calling: ClinicalServer.viewerTitle, called: ClinicalServer.archiveTitle,
          steps: [.find(answers: 1 + random.poisson(mean: 2)), .move(to: ClinicalServer.viewerTitle, objects: images)])),
      from: viewer.address, to: archive, at: read, isCore: true, &activity)
    add(
      store(ClinicalServer.archiveTitle, ClinicalServer.viewerTitle), from: archive.address, to: viewer, at: read + 0.6,
      isCore: true, &activity)
  }

  /// The maker's server is asked for updates once a night.
  private func askMaker(_ random: inout SeededStream, _ activity: inout HospitalActivity) {
    let time = 9_000 + random.uniform() * 600
    add(
      .question(name: Self.makersName, isKnown: true), from: device.address, to: HospitalNetwork.names, at: time,
      &activity)
    add(
      .sealed(name: Self.makersName, sent: 900, received: 4_200), from: device.address, to: Self.maker, at: time + 0.05,
      &activity)
  }
}
