package import CordonCore

/// The errors of this room: each has its code, and names what in the file it is about.
package enum ONNXRefusal {
  /// The bytes are no ONNX file, or a part of it contradicts another.
  package static func malformed(_ what: String) -> CordonError {
    CordonError(.invalid, "onnx-malformed", "The ONNX file is malformed: \(what).")
  }

  /// A limit of `ONNXLimits` or of a flat model is passed.
  package static func oversized(_ what: String) -> CordonError {
    CordonError(.invalid, "onnx-oversized", "The ONNX file is too large: \(what).")
  }

  /// Something that ONNX has and Cordon does not take.
  package static func unsupported(_ what: String, remedy: String = "") -> CordonError {
    CordonError(
      .invalid, "onnx-unsupported", "The ONNX file has \(what), which Cordon does not import.", remedy: remedy)
  }

  /// An operator outside the list, or one in a place where it cannot be compiled.
  static func refused(_ node: ONNXNode, _ why: String) -> CordonError {
    CordonError(
      .invalid, "onnx-operator", "Cordon does not import the operator \(node.label): \(why).",
      remedy: "Export the model without it; `cordon lab import --help` lists what is imported.")
  }

  /// A name from the file, fit for an error: short and printable.
  static func quoted(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars.prefix(ONNXLimits.nameInError) {
      scalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return String(scalars).debugDescription
  }
}
