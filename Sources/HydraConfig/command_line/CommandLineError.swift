/// A command line that cannot be taken apart. Programs end with status 2.
public enum CommandLineError: Error, Sendable, Equatable {
  /// Flags that do not exist.
  case unrecognized([String])
  /// A shortened flag that fits several.
  case ambiguous(String, [String])
  /// A flag with a value that it does not take, or without one that it needs.
  case invalidArgument(CommandLineFlag, String)
  /// A value that is none of the flag's choices.
  case invalidChoice(CommandLineFlag, String, [String])
}

extension CommandLineError: CustomStringConvertible {
  /// What is wrong, without the program's name.
  public var description: String {
    switch self {
    case .unrecognized(let arguments):
      "unrecognized arguments: \(arguments.joined(separator: " "))"
    case .ambiguous(let argument, let flags):
      "ambiguous option: \(argument) could match \(flags.joined(separator: ", "))"
    case .invalidArgument(let flag, let problem):
      "argument \(flag.spellings("/")): \(problem)"
    case .invalidChoice(let flag, let value, let choices):
      "argument \(flag.spellings("/")): invalid choice: '\(value)' (choose from "
        + choices.map { "'\($0)'" }.joined(separator: ", ") + ")"
    }
  }

  /// The usage lines and the error, as a program prints them on standard error.
  public func usageText(program: String) -> String {
    "\(CommandLineUsage.usage(program: program))\n\(program): error: \(description)\n"
  }
}
