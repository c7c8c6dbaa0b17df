extension Image {
  /// The picture in another size: columns first, then rows, rounded to 8 bits after each. Rows come
  /// first where the height shrinks by more than twice what the width does, as in Pillow since
  /// version 13; older ones always begin with the columns, which differs by one step of 256.
  ///
  /// - Precondition: both sizes are positive.
  func resized(width: Int, height: Int, _ filter: Resampling) -> Image {
    let columns = { (image: Image) in
      width == image.width ? image : image.resizedColumns(to: width, filter)
    }
    let rows = { (image: Image) in
      height == image.height ? image : image.resizedRows(to: height, filter)
    }
    let lost = self.height - height
    return lost > 0 && lost > 2 * (self.width - width) ? columns(rows(self)) : rows(columns(self))
  }

  private func resizedColumns(to target: Int, _ filter: Resampling) -> Image {
    let table = ResamplingTable(from: width, to: target, filter)
    var result = [UInt8](repeating: 0, count: target * height * channels)
    var next = 0
    for row in 0..<height {
      for entry in table.entries {
        let start = (row * width + entry.first) * channels
        for channel in 0..<channels {
          result[next] = mix(table, entry.weights, start: start + channel, step: channels)
          next += 1
        }
      }
    }
    return Image(width: target, height: height, channels: channels, samples: result)
  }

  private func resizedRows(to target: Int, _ filter: Resampling) -> Image {
    let table = ResamplingTable(from: height, to: target, filter)
    let line = width * channels
    var result = [UInt8](repeating: 0, count: target * line)
    var next = 0
    for entry in table.entries {
      for column in 0..<line {
        result[next] = mix(
          table, entry.weights, start: entry.first * line + column, step: line)
        next += 1
      }
    }
    return Image(width: width, height: target, channels: channels, samples: result)
  }

  /// The weighted sum of every `step`-th sample, rounded and cut to 8 bits.
  @inline(__always)
  private func mix(
    _ table: ResamplingTable, _ weights: Range<Int>, start: Int, step: Int
  ) -> UInt8 {
    var sum = Int32(1) << Int32(ResamplingTable.fractionBits - 1)
    var position = start
    for index in weights {
      sum &+= Int32(samples[position]) &* table.weights[index]
      position += step
    }
    return UInt8(clamping: sum >> Int32(ResamplingTable.fractionBits))
  }
}
