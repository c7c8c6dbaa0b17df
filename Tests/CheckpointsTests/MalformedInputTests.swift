import CheckpointFuzzing
import Checkpoints
import Foundation
import Testing

@Suite struct MalformedInputTests {
  @Test("Hundreds of malformed models are refused in one line each, in time, with nothing executed")
  func corpus() throws {
    try? FileManager.default.removeItem(atPath: MalformedInput.marker)
    #expect(MalformedInput.all.count >= 600)
    try withDirectory { directory in
      let base = directory + "/base/model.safetensors"
      try put(MalformedInput.base, at: base)
      let clock = ContinuousClock()
      for input in MalformedInput.all {
        let place = directory + "/" + input.name
        try input.write(to: place)
        let start = clock.now
        do {
          _ = try openModel(input.path.isEmpty ? place : place + "/" + input.path) {
            try Checkpoint.open(base)
          }
          Issue.record("\(input.name) was read")
        } catch {
          let line = "\(error)"
          #expect(line.contains(place), "\(input.name): \(line)")
          #expect(!line.contains("\n") && line.utf8.count < 4000, "\(input.name): \(line)")
        }
        #expect(clock.now - start < .seconds(10), "\(input.name)")
        try FileManager.default.removeItem(atPath: place)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: MalformedInput.marker))
  }
}
