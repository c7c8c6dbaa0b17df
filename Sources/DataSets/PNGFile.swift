internal import CPNG

/// Reading PNG files with libpng's simplified interface, whose errors stay inside C.
enum PNGFile {
  /// The most pixels that are read.
  static let pixelLimit = 1 << 26

  /// Reads an image as 8-bit red, green and blue.
  ///
  /// Gray, palettes, 16-bit samples and interlacing are converted; transparency is dropped, as
  /// Pillow's `convert("RGB")` does.
  ///
  /// - Throws: `DataSetError.damagedPNG`, `.imageTooLarge`.
  static func read(path: String) throws -> Image {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_file(&image, path) != 0 else {
      throw DataSetError.damagedPNG(path: path, reason: message(of: image))
    }
    let width = Int(image.width)
    let height = Int(image.height)
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= pixelLimit else {
      throw DataSetError.imageTooLarge(
        path: path, width: width, height: height, limit: pixelLimit)
    }
    // Without this, 16-bit samples would be taken for linear light.
    image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    var rgba = [UInt8](repeating: 0, count: pixels * 4)
    guard png_image_finish_read(&image, nil, &rgba, 0, nil) != 0 else {
      throw DataSetError.damagedPNG(path: path, reason: message(of: image))
    }
    let rgb = [UInt8](unsafeUninitializedCapacity: pixels * 3) { buffer, count in
      for pixel in 0..<pixels {
        buffer[3 * pixel] = rgba[4 * pixel]
        buffer[3 * pixel + 1] = rgba[4 * pixel + 1]
        buffer[3 * pixel + 2] = rgba[4 * pixel + 2]
      }
      count = pixels * 3
    }
    return Image(width: width, height: height, channels: 3, samples: rgb)
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
