/**
 * Talks to the daemon of a home: finds it by `daemon.json`, shows it the token, turns its refusals into `CliError`s.
 * Node's own HTTP, for nothing starts quicker.
 */
import { readFileSync } from "node:fs"
import { request as httpRequest } from "node:http"
import type { IncomingMessage } from "node:http"
import { join } from "node:path"
import type { ErrorBody } from "../api/Problem.ts"
import { CliError, failure } from "./CliError.ts"
import { withHint } from "./hints.ts"
import { readEvents } from "./serverSentEvents.ts"
import type { ServerSentEvent } from "./serverSentEvents.ts"

export interface Client {
  readonly get: <A>(path: string) => Promise<A>
  readonly send: <A>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => Promise<A>
  /** Resolves when the stream is open; `ended` resolves when the daemon ends it or it breaks. */
  readonly events: (onEvent: (event: ServerSentEvent) => void) => Promise<{
    readonly close: () => void
    readonly ended: Promise<void>
  }>
}

const noDaemon = (home: string) =>
  failure("no-daemon", `no daemon at ${home}: start it with npm start, or linkseal daemon --home ${home}`)

const read = (home: string, name: string) => {
  try {
    return readFileSync(join(home, name), "utf8")
  } catch {
    throw noDaemon(home)
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process: it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Where the daemon of this home is; a file left by a killed one counts as none. */
const locate = (home: string): { readonly url: string; readonly token: string } => {
  const place = JSON.parse(read(home, "daemon.json")) as { url: string; pid: number }
  if (!isAlive(place.pid)) throw noDaemon(home)
  return { url: place.url, token: read(home, "token").trim() }
}

const readText = async (message: IncomingMessage) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

const refusal = (status: number, text: string): CliError => {
  const fallback = { code: "http", message: `the daemon answered ${status}` }
  let error: ErrorBody["error"] = fallback
  try {
    error = (JSON.parse(text) as Partial<ErrorBody>).error ?? fallback
  } catch {
    // Not ours: a proxy in between, or a daemon that is just ending.
  }
  return new CliError(withHint(error.code, error.message), {
    code: error.code,
    exitCode: status === 400 ? 2 : 1,
    ...(error.known === undefined ? {} : { known: error.known }),
    ...(error.sectors === undefined ? {} : { sectors: error.sectors }),
  })
}

const unreachable = (home: string, error: NodeJS.ErrnoException) =>
  error.code === "ECONNREFUSED"
    ? noDaemon(home)
    : failure("connection", `the connection to the daemon of ${home} broke (${error.code ?? error.message})`)

/** A client of the daemon of this home. Throws `no daemon at HOME` when none runs. */
export const connect = (home: string): Client => {
  const { url, token } = locate(home)
  const open = (method: string, path: string, body: unknown) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      // The path as it is: as part of an address, an id of two dots would lead elsewhere.
      const request = httpRequest(url, {
        path,
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        },
      })
      request.on("response", resolve)
      request.on("error", (error) => reject(unreachable(home, error)))
      request.end(text)
    })
  const ask = async <A>(method: string, path: string, body?: unknown): Promise<A> => {
    const message = await open(method, `/api/v1${path}`, body)
    const text = await readText(message).catch((error: NodeJS.ErrnoException) => {
      throw unreachable(home, error)
    })
    const status = message.statusCode ?? 0
    if (status >= 400) throw refusal(status, text)
    return JSON.parse(text) as A
  }
  return {
    get: (path) => ask("GET", path),
    send: ask,
    events: async (onEvent) => {
      const message = await open("GET", "/api/v1/events", undefined)
      const status = message.statusCode ?? 0
      if (status >= 400) throw refusal(status, await readText(message))
      return { close: () => message.destroy(), ended: readEvents(message, onEvent) }
    },
  }
}

/** A query string of what is given; lists repeat their name. */
export const query = (
  parameters: Readonly<Record<string, string | number | boolean | ReadonlyArray<string> | undefined>>,
): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text === "" ? "" : `?${text}`
}
