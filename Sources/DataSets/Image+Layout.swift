extension Image {
  /// The picture as red, green and blue: gray is repeated, a fourth channel dropped.
  func convertedToRGB() -> Image {
    guard channels != 3 else { return self }
    let offsets = channels < 3 ? [0, 0, 0] : [0, 1, 2]
    var result: [UInt8] = []
    result.reserveCapacity(width * height * 3)
    for pixel in stride(from: 0, to: samples.count, by: channels) {
      for offset in offsets {
        result.append(samples[pixel + offset])
      }
    }
    return Image(width: width, height: height, channels: 3, samples: result)
  }

  /// The middle of the picture; black where it is smaller than asked.
  func centerCropped(width newWidth: Int, height newHeight: Int) -> Image {
    guard newWidth != width || newHeight != height else { return self }
    // Shifts round toward minus infinity, which puts the odd pixel of a border first.
    let left = (width - newWidth) >> 1
    let top = (height - newHeight) >> 1
    let columns = max(left, 0)..<min(left + newWidth, width)
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    for row in max(top, 0)..<min(top + newHeight, height) {
      let source = (row * width + columns.lowerBound) * channels
      let target = ((row - top) * newWidth + columns.lowerBound - left) * channels
      let length = columns.count * channels
      result.replaceSubrange(target..<target + length, with: samples[source..<source + length])
    }
    return Image(width: newWidth, height: newHeight, channels: channels, samples: result)
  }
}
