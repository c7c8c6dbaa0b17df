import Foundation
import FusionCore
import FusionMPI
import MPIModule

/// Times sums over models that are each read by one rank, and the same sums made by MPI alone.
@main
enum ExchangeBenchmark {
  static func main() {
    do {
      let arguments = CommandLine.arguments.dropFirst()
      guard arguments.count == 3, let mebibytes = arguments.dropFirst().first.flatMap({ Int($0) }),
        let rounds = arguments.last.flatMap({ Int($0) }), (16...8192).contains(mebibytes),
        mebibytes % 16 == 0, rounds > 0, let folder = arguments.first
      else { throw UsageError() }
      try withMPI { communicator in
        let world = try MPIFabric(communicator)
        let sums = try TimedSums(folder: folder, mebibytes: mebibytes, world: world)
        var best: [(name: String, seconds: Double)] = []
        // In turn, so that what else the machine does disturbs all alike.
        for _ in 0..<rounds {
          for (place, (name, run)) in sums.all.enumerated() {
            let seconds = try run()
            if place == best.count { best.append((name, seconds)) }
            best[place].seconds = min(best[place].seconds, seconds)
          }
        }
        if world.isGlobalZero { report(best, inputs: world.worldSize * mebibytes << 20) }
      }
    } catch {
      FileHandle.standardError.write(Data("exchange_benchmark: \(error)\n".utf8))
      exit(1)
    }
  }

  /// Prints what every way came to, and how the last ones, ours, compare with those of MPI.
  private static func report(_ best: [(name: String, seconds: Double)], inputs: Int) {
    func print(_ name: String, _ seconds: Double, _ ratios: String = "") {
      Swift.print(
        name.padding(toLength: 36, withPad: " ", startingAt: 0)
          + String(format: "%8.3f s %9.0f MB/s", seconds, Double(inputs) / seconds / 1e6) + ratios)
    }
    for (name, seconds) in best {
      guard !name.hasPrefix("MPI") else {
        print(name, seconds)
        continue
      }
      let ratios = ["MPI_Allreduce", "MPI_Reduce_scatter"].map { kind in
        let bare = best.filter { $0.name.hasPrefix(kind) }.map(\.seconds).min() ?? .nan
        return String(format: "  %.2f of %@", bare / seconds, kind)
      }
      print(name, seconds, ratios.joined())
    }
  }
}

struct UsageError: Error, CustomStringConvertible {
  var description: String {
    "usage: mpirun -n RANKS exchange_benchmark FOLDER MIB ROUNDS (MIB: a multiple of 16)"
  }
}
