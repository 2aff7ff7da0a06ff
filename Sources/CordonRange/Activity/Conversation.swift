package import CordonCore

/// What two machines say to each other on one connection, as it is captured at one place.
package struct Conversation: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// HL7 v2 over MLLP: each message with what it is answered.
    case clinical([ClinicalMessage])
    case images(ImageDialogue)
    /// A name asked for by UDP, with its answer.
    case question(name: String, isKnown: Bool)
    /// TLS to a server by name; bytes within it, both ways.
    case sealed(name: String, sent: Int, received: Int)
  }

  package var time: Timestamp
  /// Position in the hospital's list.
  package var capturePoint: Int
  package var client: NetworkAddress
  package var server: Peer
  package var content: Content
  /// Nil for what is ordinary. Written into no record.
  package var attack: AttackKind?

  package init(
    time: Timestamp, capturePoint: Int, client: NetworkAddress, server: Peer, content: Content,
    attack: AttackKind? = nil
  ) {
    self.time = time
    self.capturePoint = capturePoint
    self.client = client
    self.server = server
    self.content = content
    self.attack = attack
  }
}

/// One HL7 v2 message, by what matters here.
package struct ClinicalMessage: Hashable, Sendable {
  package enum Body: Hashable, Sendable {
    /// ORU^R01: numbers by code and unit.
    case results([Result])
    /// RGV^O15 (IHE PCD-03): a pump is told to infuse, in ml/h.
    case infusion(pump: String, rate: Double)
    /// ADT^A40: two patients are made one.
    case merge(into: Int)
  }

  package struct Result: Hashable, Sendable {
    package var code: String
    package var value: Double
    package var unit: String

    package init(code: String, value: Double, unit: String) {
      self.code = code
      self.value = value
      self.unit = unit
    }
  }

  package var sender: String
  package var receiver: String
  package var patient: Int
  package var body: Body
  /// AA, or AE.
  package var isAccepted = true

  package init(sender: String, receiver: String, patient: Int, body: Body) {
    self.sender = sender
    self.receiver = receiver
    self.patient = patient
    self.body = body
  }
}

/// One DICOM association, by what matters here.
package struct ImageDialogue: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    /// C-STORE of an object of so many bytes.
    case store(bytes: Int)
    /// C-FIND with so many answers.
    case find(answers: Int)
    /// C-MOVE of a study of so many objects to an application.
    case move(to: String, objects: Int)
  }

  package var calling: String
  package var called: String
  package var steps: [Step]

  package init(calling: String, called: String, steps: [Step]) {
    self.calling = calling
    self.called = called
    self.steps = steps
  }
}
