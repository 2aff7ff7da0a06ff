import CordonCore

/// What the hospital planned, as FHIR R4 on one line a resource: who works where, which patient lay where, and who they are.
///
/// It explains what staff of a ward do with the ward's patients, and nothing else: consultations on other wards stay
/// unexplained, as they do in a hospital that plans none.
package struct FHIRCare {
  private let hospital: Hospital

  private let register: Register

  package init(in hospital: Hospital) {
    self.hospital = hospital
    register = Register(hospital)
  }

  /// Practitioners with the accounts that they use, their roles on wards, and every stay with its patient.
  package var text: String { (hospital.staff.map(staff) + stays).joined() }

  /// Who has no work with patients belongs to no ward.
  private func staff(_ person: Person) -> String {
    let known =
      #"{"resourceType":"Practitioner","id":"\#(person.uid)","identifier":[{"system":"urn:\#(Person.realm)","#
      + #""value":"\#(person.account)"}],\#(who(register.entry(ofStaff: person.index)))}"# + "\n"
    guard person.role == .nurse || person.role == .physician else { return known }
    return known
      + #"{"resourceType":"PractitionerRole","id":"role-\#(person.uid)","#
      + #""practitioner":{"reference":"Practitioner/\#(person.uid)"},"#
      + #""location":[{"reference":"Location/ward-\#(Ward.letter(person.ward))"}]}"# + "\n"
  }

  private var stays: [String] {
    (0..<hospital.census.wards).flatMap { ward in
      var days: [Int: ClosedRange<Int>] = [:]
      for day in 0..<hospital.calendar.days {
        for patient in hospital.census.patients(in: ward, on: day) {
          days[patient] = (days[patient]?.lowerBound ?? day)...day
        }
      }
      return days.sorted { $0.key < $1.key }.flatMap { [patient($0.key), stay(of: $0.key, ward, $0.value)] }
    }
  }

  private func patient(_ number: Int) -> String {
    #"{"resourceType":"Patient","id":"\#(number)",\#(who(register.entry(ofPatient: number)))}"# + "\n"
  }

  private func who(_ entry: Register.Entry) -> String {
    #""name":[{"family":"\#(entry.family)","given":["\#(entry.given)"]}],"birthDate":"\#(entry.birth)","#
      + #""address":[{"line":["\#(entry.street)"],"postalCode":"00100"}]"#
  }

  private func stay(of patient: Int, _ ward: Int, _ days: ClosedRange<Int>) -> String {
    let from = HospitalCalendar.text(hospital.calendar.midnight(of: days.lowerBound))
    let isOver = days.upperBound + 1 < hospital.calendar.days
    let end = HospitalCalendar.text(hospital.calendar.midnight(of: days.upperBound + 1))
    return #"{"resourceType":"Encounter","id":"stay-\#(patient)","status":"\#(isOver ? "finished" : "in-progress")","#
      + #""subject":{"reference":"Patient/\#(patient)"},"period":{"start":"\#(from)""#
      + (isOver ? #","end":"\#(end)""# : "")
      + #"},"location":[{"location":{"reference":"Location/ward-\#(Ward.letter(ward))"}}]}"# + "\n"
  }
}
