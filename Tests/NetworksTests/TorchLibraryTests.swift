import Foundation
import Networks
import Testing

struct TorchLibraryTests {
  private func message(_ path: String) -> String {
    caught(NetworkError.self) { _ = try TorchLibrary(path: path) }?.description ?? "no error"
  }

  /// Compiles a library with the toolchain's C compiler.
  private func compile(_ source: String) throws -> String {
    let file = NSTemporaryDirectory() + "/libCTorch-" + UUID().uuidString
    try source.write(toFile: file + ".c", atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: file + ".c") }
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-shared", "-fPIC", "-o", file + ".so", file + ".c"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return file + ".so"
  }

  @Test func `a missing library is named`() {
    #expect(message("/nowhere/libCTorch.so").hasPrefix("/nowhere/libCTorch.so: no such file; "))
  }

  @Test func `a file that is no library is named with the loader's words`() throws {
    let path = #filePath
    #expect(message(path).hasPrefix("\(path): cannot be loaded: "))
    #expect(message(path).contains("invalid ELF header"))
  }

  @Test func `a library without the interface is refused`() throws {
    let path = try compile("int something_else;")
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(message(path).hasPrefix("\(path): is no libtorch interface of this program"))
  }

  @Test func `a library of another version is refused`() throws {
    let path = try compile(
      "static const long long table[64] = {99}; const void *ctorch_api(void) { return table; }")
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      message(path)
        == "\(path): has interface version 99, this program needs 3: build both together")
  }

  #if FUSION_BENCH_LIBTORCH
    @Test func `the library beside the executable is loaded once`() throws {
      let library = try TorchLibrary.load()
      #expect(try TorchLibrary.load() === library)
      #expect(library.path.hasSuffix("/libCTorch.so"))
      #expect(library.version.split(separator: ".").count >= 2)
    }

    @Test func `the number of threads can be set, to 1 at least`() throws {
      let library = try TorchLibrary.load()
      let before = try library.threads()
      try library.setThreads(before + 1)
      #expect(try library.threads() == before + 1)
      try library.setThreads(before)
      #expect(throws: NetworkError.self) { try library.setThreads(0) }
    }

    @Test func `a device that is not there is named`() throws {
      let device = TorchDevice.cuda(77)
      let error = caught(NetworkError.self) { try TorchLibrary.load().require(device) }
      #expect(error?.description.hasPrefix("device 'cuda:77' is not available") == true)
    }
  #else
    @Test func `a build without libtorch says so`() {
      let error = caught(NetworkError.self) { _ = try TorchLibrary.load() }
      #expect(error == .builtWithoutTorch)
      #expect(
        error?.description.hasPrefix("this build has no libtorch (trait LibTorch is off)") == true)
    }
  #endif

  @Test(
    arguments: [("cpu", .cpu), ("cuda", .cuda(0)), ("cuda:3", .cuda(3))] as [(String, TorchDevice)])
  func `devices are named as in PyTorch`(name: String, device: TorchDevice) {
    #expect(TorchDevice(userName: name) == device)
  }

  @Test(arguments: ["", "gpu", "cuda:", "cuda:-1", "cuda:999", "cpu:0"])
  func `other device names are refused`(name: String) {
    #expect(TorchDevice(userName: name) == nil)
  }
}
