/**
 * What the scripts say to a person. Everything goes to stderr: stdout belongs to the daemon's ready line, the count of
 * the tests and the JSON of the benchmarks.
 */

/** A reason to stop that the user can act on; it is printed without a stack. */
export class SetupError extends Error {
  name = "SetupError"
}

export const say = (line) => void process.stderr.write(`set-up: ${line}\n`)

/** Runs a script's main function and turns what it throws into one readable message and exit code 1. */
export const runMain = (main) =>
  main().catch((error) => {
    process.stderr.write(`error: ${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n`)
    process.exit(1)
  })

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`
