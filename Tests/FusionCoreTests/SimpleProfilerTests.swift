import Testing

@testable import FusionCore

/// A clock that stands still until it is told to go on.
private final class SetClock {
  var seconds = 0.0
}

@Suite struct SimpleProfilerTests {
  private func profiler(_ actions: [(String, Double)], total: Double) throws -> SimpleProfiler {
    let clock = SetClock()
    let profiler = SimpleProfiler { clock.seconds }
    for (action, seconds) in actions {
      try profiler.start(action)
      clock.seconds += seconds
      try profiler.stop(action)
    }
    clock.seconds = total
    return profiler
  }

  // Printed by Lightning 2.6.6's SimpleProfiler for the same durations.

  @Test("the table is FusionBench's, to the character")
  func table() throws {
    let profiler = try profiler(
      [
        ("load models", 0.125), ("merge", 0.5), ("save", 0.25), ("merge", 0.75), ("evaluate", 12.5),
      ],
      total: 16)
    #expect(
      profiler.summary() == """
        Profiler Report

        ------------------------------------------------------------------------------------------------------------------
        |  Action     \t|  Mean duration (s)\t|  Num calls      \t|  Total time (s) \t|  Percentage %   \t|
        ------------------------------------------------------------------------------------------------------------------
        |  Total      \t|  -              \t|  5              \t|  16.0           \t|  100 %          \t|
        ------------------------------------------------------------------------------------------------------------------
        |  evaluate   \t|  12.5           \t|  1              \t|  12.5           \t|  78.125         \t|
        |  merge      \t|  0.625          \t|  2              \t|  1.25           \t|  7.8125         \t|
        |  save       \t|  0.25           \t|  1              \t|  0.25           \t|  1.5625         \t|
        |  load models\t|  0.125          \t|  1              \t|  0.125          \t|  0.78125        \t|
        ------------------------------------------------------------------------------------------------------------------

        """)
    #expect(profiler.totals.map(\.action) == ["load models", "merge", "save", "evaluate"])
    #expect(profiler.totals.map(\.seconds) == [0.125, 1.25, 0.25, 12.5])
  }

  @Test("names shorter than the header do not widen the table, and equal times keep their order")
  func shortNames() throws {
    let profiler = try profiler([("a", 0.5), ("bc", 0.5)], total: 2)
    #expect(
      profiler.summary() == """
        Profiler Report

        ------------------------------------------------------------------------------------------------------------------
        |  Action\t|  Mean duration (s)\t|  Num calls      \t|  Total time (s) \t|  Percentage %   \t|
        ------------------------------------------------------------------------------------------------------------------
        |  Total\t|  -              \t|  2              \t|  2.0            \t|  100 %          \t|
        ------------------------------------------------------------------------------------------------------------------
        |  a \t|  0.5            \t|  1              \t|  0.5            \t|  25.0           \t|
        |  bc\t|  0.5            \t|  1              \t|  0.5            \t|  25.0           \t|
        ------------------------------------------------------------------------------------------------------------------

        """)
  }

  @Test("long times are written with an exponent")
  func longTimes() throws {
    let profiler = try profiler(
      [("training for many hours", 123456), ("nothing", 0), ("tiny", 0.0000012345)], total: 200_000)
    #expect(
      profiler.summary() == """
        Profiler Report

        ----------------------------------------------------------------------------------------------------------------------------------
        |  Action                 \t|  Mean duration (s)\t|  Num calls      \t|  Total time (s) \t|  Percentage %   \t|
        ----------------------------------------------------------------------------------------------------------------------------------
        |  Total                  \t|  -              \t|  3              \t|  2e+05          \t|  100 %          \t|
        ----------------------------------------------------------------------------------------------------------------------------------
        |  training for many hours\t|  1.2346e+05     \t|  1              \t|  1.2346e+05     \t|  61.728         \t|
        |  tiny                   \t|  1.2345e-06     \t|  1              \t|  1.2345e-06     \t|  6.1725e-10     \t|
        |  nothing                \t|  0.0            \t|  1              \t|  0.0            \t|  0.0            \t|
        ----------------------------------------------------------------------------------------------------------------------------------

        """)
  }

  @Test("without a finished action there is no table")
  func nothing() throws {
    let profiler = try profiler([], total: 2)
    #expect(profiler.summary() == "Profiler Report\n\n")
    try profiler.start("unfinished")
    #expect(profiler.summary() == "Profiler Report\n\n")
  }

  @Test("starting what runs and stopping what does not are errors")
  func misuse() throws {
    let profiler = SimpleProfiler()
    try profiler.start("merge")
    #expect(throws: ProfilerError.running("merge")) { try profiler.start("merge") }
    try profiler.stop("merge")
    #expect(throws: ProfilerError.notRunning("merge")) { try profiler.stop("merge") }
    #expect(throws: ProfilerError.notRunning("other")) { try profiler.stop("other") }
    try profiler.start("merge")
    #expect("\(ProfilerError.running("merge"))" == "the profiler is timing 'merge' already")
    #expect("\(ProfilerError.notRunning("merge"))" == "the profiler is not timing 'merge'")
  }

  @Test("the clock of a profiler goes on")
  func realClock() throws {
    let profiler = SimpleProfiler()
    try profiler.start("spin")
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .milliseconds(2) {}
    try profiler.stop("spin")
    #expect(profiler.totals[0].seconds >= 0.002)
  }

  @Test("an action that throws is timed, and may run again")
  func throwing() throws {
    final class Timed: SimpleProfilerMixin {
      var fabric: (any Fabric)?
      let profiler = SimpleProfiler()
    }
    struct Failure: Error {}
    let timed = Timed()
    #expect(throws: Failure.self) { try timed.profile("a") { throw Failure() } }
    #expect(try timed.profile("a") { 5 } == 5)
    #expect(timed.profiler.totals.count == 1)
    #expect(throws: ProfilerError.running("a")) {
      try timed.profile("a") { try timed.profile("a") {} }
    }
  }

  // Printed by Python's format(value, ".5").
  static let formats: [(Double, String)] = [
    (0.0, "0.0"), (1.0, "1.0"), (100.0, "100.0"), (9999.94, "9999.9"),
    (9999.95, "1e+04"), (9999.96, "1e+04"), (10000.0, "1e+04"), (12345.0, "1.2345e+04"),
    (99999.0, "9.9999e+04"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
    (0.000123456, "0.00012346"),
    (1e-05, "1e-05"), (1.5e-07, "1.5e-07"), (123456.0, "1.2346e+05"), (0.1, "0.1"),
    (0.3333333333333333, "0.33333"), (666.6666666666666, "666.67"), (99.9999, "100.0"),
    (99.99949, "99.999"),
    (0.99999499999, "0.99999"), (999995.0, "1e+06"), (1e+22, "1e+22"),
    (.leastNonzeroMagnitude, "4.9407e-324"),
    (1.7976931348623157e+308, "1.7977e+308"), (0.5, "0.5"), (2.5, "2.5"), (1234.55, "1234.5"),
    (1234.65, "1234.7"), (0.00099999499, "0.00099999"), (3.00005, "3.0"), (100.005, "100.0"),
    (100.015, "100.02"), (1.343642441124012e-07, "1.3436e-07"), (2550690.257394217, "2.5507e+06"),
    (7609624.449125756, "7.6096e+06"),
    (0.00651592972722763, "0.0065159"), (9.38595867742349e-10, "9.386e-10"),
    (8933.17042557635, "8933.2"), (4.3276706790505335e-09, "4.3277e-09"),
    (0.6958328667684435, "0.69583"), (0.07215400323407826, "0.072154"),
    (5.91153435001304e-06, "5.9115e-06"), (9.014274576114836e-09, "9.0143e-09"),
    (2.2322111021323864e-10, "2.2322e-10"), (9391.491627785106, "9391.5"),
    (68648.38541790798, "6.8648e+04"), (72585260.14465152, "7.2585e+07"),
    (221691.66627303505, "2.2169e+05"), (0.09391670189485866, "0.093917"),
    (0.034570041470875244, "0.03457"), (7.609477375418205, "7.6095"),
    (92650.6623785866, "9.2651e+04"), (8.375779756625729e-06, "8.3758e-06"),
    (1.859062658947177, "1.8591"), (12.088995980580641, "12.089"),
    (89557539.46414918, "8.9558e+07"), (93644.05867994596, "9.3644e+04"),
    (0.005077172505113161, "0.0050772"), (3033685.109329176, "3.0337e+06"),
    (84619741.84283127, "8.462e+07"), (3.9335362306983955e-08, "3.9335e-08"),
    (4802.269730176029, "4802.3"), (0.00041431399930077427, "0.00041431"),
    (367.123831427088, "367.12"), (8646758.97282483, "8.6468e+06"),
    (0.00010793126209409988, "0.00010793"), (5209.384176131452, "5209.4"),
    (3.7052266664574674e-09, "3.7052e-09"), (4.693201411030239, "4.6932"),
    (7033.82088603836, "7033.8"), (0.0006471561653193027, "0.00064716"),
    (5.022385584334831e-09, "5.0224e-09"),
  ]

  @Test("numbers have five significant digits, as Python writes them")
  func numbers() {
    for (value, text) in Self.formats { #expect(fiveDigits(value) == text) }
    #expect(fiveDigits(-0.25) == "-0.25" && fiveDigits(-12345.6) == "-1.2346e+04")
    #expect(fiveDigits(.infinity) == "inf" && fiveDigits(-.infinity) == "-inf")
    #expect(fiveDigits(.nan) == "nan")
  }
}
