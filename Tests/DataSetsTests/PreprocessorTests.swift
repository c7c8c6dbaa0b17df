import Foundation
import Testing

@testable import DataSets

struct PreprocessorTests {
  private struct Case: Decodable {
    let config: String
    let width: Int
    let height: Int
    let channels: Int
    let samples: [UInt8]
    let shape: [Int]
    let expected: [Float]
  }

  @Test func `pixel values are those of transformers' processor`() throws {
    let cases = try Fixtures.json("preprocess.json", as: [Case].self)
    #expect(cases.count == 8)
    for one in cases {
      let preprocessor = try CLIPImagePreprocessor(json: Data(one.config.utf8), path: "p.json")
      let found = try preprocessor(
        Image(width: one.width, height: one.height, channels: one.channels, samples: one.samples))
      #expect(found.shape == one.shape)
      #expect(found.values.count == one.expected.count)
      for (value, expected) in zip(found.values, one.expected) {
        #expect(abs(value - expected) <= 1e-6)
      }
    }
  }

  @Test func `an empty file means OpenAI's settings`() throws {
    #expect(try CLIPImagePreprocessor(json: Data("{}".utf8), path: "p") == CLIPImagePreprocessor())
  }

  @Test func `sizes may be plain numbers, as old files have them`() throws {
    let text = #"{"size": 30, "crop_size": 28}"#
    let found = try CLIPImagePreprocessor(json: Data(text.utf8), path: "p")
    #expect(found.size == .shortestEdge(30))
    #expect(found.crop == .init(width: 28, height: 28))
  }

  @Test(arguments: [
    (#"{"resample": 1}"#, "p.json: 'resample' is 1; known are 2 (bilinear), 3 (bicubic)"),
    (#"{"size": {"shortest_edge": 0}}"#, "p.json: 'size' is [0], not between 1 and 16384"),
    (#"{"size": {"width": 5}}"#, "p.json: 'size' needs 'shortest_edge', or 'height' and 'width'"),
    (#"{"crop_size": 20000}"#, "p.json: 'crop_size' is [20000], not between 1 and 16384"),
    (#"{"image_mean": [1]}"#, "p.json: 'image_std' has 3 numbers, but 'image_mean' has 1"),
    (#"{"image_std": [1, 0, 1]}"#, "p.json: 'image_std' holds a zero"),
    ("[1", "p.json: cannot be read: it is not a JSON object"),
    ("[]", "p.json: cannot be read: it is not a JSON object"),
  ])
  func `wrong settings are named`(text: String, message: String) {
    let error = dataSetError {
      _ = try CLIPImagePreprocessor(json: Data(text.utf8), path: "p.json")
    }
    #expect(error?.description == message)
  }

  @Test func `a setting of the wrong type is named`() throws {
    let text = #"{"do_resize": "yes"}"#
    let error = dataSetError {
      _ = try CLIPImagePreprocessor(json: Data(text.utf8), path: "p.json")
    }
    #expect(error?.description.hasPrefix("p.json: 'do_resize' cannot be used: ") == true)
  }

  @Test func `a gray picture does not fit three means unless it is converted`() {
    var preprocessor = CLIPImagePreprocessor()
    preprocessor.convertsToRGB = false
    let image = Image(width: 1, height: 1, channels: 1, samples: [0])
    #expect(throws: DataSetError.wrongChannels(expected: 3, found: 1)) {
      try preprocessor(image)
    }
  }

  @Test func `a picture too slim to be resized is refused`() {
    let image = Image(
      width: 1, height: 1 << 16, channels: 1, samples: .init(repeating: 0, count: 1 << 16))
    #expect(throws: DataSetError.self) { try CLIPImagePreprocessor()(image) }
  }
}
