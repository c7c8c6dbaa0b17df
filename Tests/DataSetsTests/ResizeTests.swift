import Testing

@testable import DataSets

struct ResizeTests {
  private struct Case: Decodable {
    let filter: Int
    let width: Int
    let height: Int
    let channels: Int
    let samples: [UInt8]
    let toWidth: Int
    let toHeight: Int
    let expected: [UInt8]
  }

  @Test func `pictures are resized to the bytes that Pillow gives`() throws {
    let cases = try Fixtures.json("resize.json", as: [Case].self)
    #expect(cases.count == 20)
    for one in cases {
      let filter = try #require(Resampling(rawValue: one.filter))
      let image = Image(
        width: one.width, height: one.height, channels: one.channels, samples: one.samples)
      let found = image.resized(width: one.toWidth, height: one.toHeight, filter)
      #expect(found.width == one.toWidth)
      #expect(found.height == one.toHeight)
      #expect(found.samples == one.expected)
    }
  }

  @Test func `a picture of the right size stays as it is`() {
    let image = Image(width: 2, height: 2, channels: 1, samples: [1, 200, 3, 77])
    #expect(image.resized(width: 2, height: 2, .bicubic) == image)
  }
}
