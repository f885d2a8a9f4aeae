/** Runs the command in this process, with what it wrote and how it ended. */
import { runCli } from "../../../src/daemon/cli/run.ts"

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  /** Of stdout. */
  readonly json: any
  /** Of stderr. */
  readonly error: any
}

const parsed = (text: string): any => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface Terminal {
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

export const runCommand = async (
  home: string,
  argv: ReadonlyArray<string>,
  terminal?: Terminal,
): Promise<Ran> => {
  let [out, err] = ["", ""]
  const isTTY = terminal !== undefined
  const columns = terminal?.columns
  const code = await runCli(argv, {
    stdout: { write: (text) => void (out += text), isTTY, columns },
    stderr: { write: (text) => void (err += text), isTTY, columns },
    env: { LINKSEAL_HOME: home, ...terminal?.env },
  })
  return { code, out, err, json: parsed(out), error: parsed(err) }
}
