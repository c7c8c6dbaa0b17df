import Foundation

/// Cores that the system lets this process run on: what a launcher bound it to, or all.
public func usableCores() -> Int { ProcessInfo.processInfo.activeProcessorCount }

/// Cores of this host, whether or not this process may use them.
public func installedCores() -> Int { ProcessInfo.processInfo.processorCount }
