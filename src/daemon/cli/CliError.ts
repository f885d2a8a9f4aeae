/** Why a command ends other than with 0: 1 it failed, 2 it was used wrongly. The message is one line. */
export class CliError extends Error {
  readonly code: string
  readonly exitCode: 1 | 2
  /** The names that would have been taken. */
  readonly known: ReadonlyArray<string> | undefined

  /** The sectors that were pledged before it failed. */
  readonly sectors: ReadonlyArray<number> | undefined

  constructor(
    message: string,
    options: {
      code: string
      exitCode: 1 | 2
      known?: ReadonlyArray<string>
      sectors?: ReadonlyArray<number>
    },
  ) {
    super(message.replace(/\s*\n\s*/g, " ").trim())
    this.code = options.code
    this.exitCode = options.exitCode
    this.known = options.known
    this.sectors = options.sectors
  }
}

export const usageError = (message: string) => new CliError(message, { code: "usage", exitCode: 2 })
export const failure = (code: string, message: string) => new CliError(message, { code, exitCode: 1 })
