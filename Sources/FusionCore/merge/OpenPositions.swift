/// The values of all models at some positions, kept page by page so that nothing is moved as they
/// grow.
struct OpenPositions<Value: BinaryFloatingPoint> {
  private static var pageLength: Int { 4096 }

  private let models: Int
  /// Each holds `pageLength` places for the first model, then as many for the next.
  private var pages: [[Value]] = []
  /// How many positions there are.
  private(set) var count = 0

  init(models: Int) { self.models = models }

  /// Adds a position, whose value of model `m` is `value(m)`.
  mutating func append(_ value: (Int) -> Value) {
    let place = count % Self.pageLength
    if place == 0 { pages.append(Array(repeating: 0, count: models * Self.pageLength)) }
    for m in 0..<models { pages[pages.count - 1][m * Self.pageLength + place] = value(m) }
    count += 1
  }

  /// Gives every page: for each model its values, and how many each has.
  func forEachPage(_ body: ([UnsafePointer<Value>?], Int) -> Void) {
    for (number, page) in pages.enumerated() {
      let filled = min(count - number * Self.pageLength, Self.pageLength)
      page.withUnsafeBufferPointer { page in
        body((0..<models).map { m in page.baseAddress.map { $0 + m * Self.pageLength } }, filled)
      }
    }
  }
}
