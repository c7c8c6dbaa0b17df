/// What inputs consist of, to know them again.
struct InputKind: Hashable {
  let models: [String]
  let base: String?
  let quantity: ElementwiseInputs.Quantity
}
