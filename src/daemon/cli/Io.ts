/** The outside of a command: where it writes, what it is told by its surroundings. A test gives its own. */

export interface Output {
  readonly write: (text: string) => void
  readonly isTTY: boolean
  /** Columns of the terminal; without one there is no limit. */
  readonly columns: number | undefined
}

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Of a terminal that does not say how wide it is. */
const usualColumns = 80

const output = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => void stream.write(text),
  isTTY: stream.isTTY === true,
  columns: stream.isTTY === true ? stream.columns || usualColumns : undefined,
})

/**
 * The process's own. A reader that goes away (`| head`) ends the command without a word, a full disk with one line;
 * errors that nobody can be told of are lost.
 */
export const processIo = (): Io => {
  process.stderr.on("error", () => {})
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0)
    process.stderr.write(`error: the output cannot be written: ${error.message}\n`)
    process.exit(1)
  })
  return { stdout: output(process.stdout), stderr: output(process.stderr), env: process.env }
}
