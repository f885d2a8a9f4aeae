/** A daemon with doubles for rooms, in this process, on free ports and a home of its own; and a plain client for it. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request as httpRequest } from "node:http"
import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { loadSettings } from "../../../src/daemon/Config.ts"
import { runDaemon } from "../../../src/daemon/Daemon.ts"
import type { Handles } from "./doubles.ts"
import { makeDoubles } from "./doubles.ts"

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: any
}

export interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** False: without the token. */
  readonly token?: boolean
}

export interface Served {
  readonly url: string
  readonly port: number
  readonly home: string
  readonly token: string
  readonly handles: Handles
  readonly ask: (path: string, asking?: Asking) => Promise<Answer>
  /** Starts a request and gives the message as soon as its headers are there. */
  readonly open: (path: string, asking?: Asking) => Promise<IncomingMessage>
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  readonly stop: () => Promise<ReadonlyArray<string>>
}

/** Any URL, with Node's own client, which sends exactly the headers it is told to. */
export const openUrl = (
  url: string,
  { method = "GET", headers = {}, body }: Asking = {},
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const content = body === undefined || typeof body === "string" ? body : JSON.stringify(body)
    const request = httpRequest(url, {
      method,
      headers: { ...(content === undefined ? {} : { "content-type": "application/json" }), ...headers },
    })
    request.on("response", resolve).on("error", reject).end(content)
  })

export const askUrl = async (url: string, asking?: Asking): Promise<Answer> => {
  const message = await openUrl(url, asking)
  const chunks: Array<Buffer> = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString("utf8")
  const isJson = (message.headers["content-type"] ?? "").includes("json")
  return {
    status: message.statusCode!,
    headers: message.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}

const writePage = (root: string) => {
  mkdirSync(join(root, "assets"), { recursive: true })
  writeFileSync(join(root, "index.html"), "<!doctype html><title>Linkseal</title>")
  writeFileSync(join(root, "assets", "main-abc123.js"), `console.log("${"x".repeat(4000)}")`)
}

export interface ServeOptions {
  readonly journalKeeps?: number
  readonly env?: Readonly<Record<string, string>>
  /** Another page than the few files that the other tests need. */
  readonly webRoot?: string
}

export const serve = async ({
  journalKeeps,
  env = {},
  webRoot: given,
}: ServeOptions = {}): Promise<Served> => {
  const home = mkdtempSync(join(tmpdir(), "linkseal-home-"))
  const webRoot = given ?? join(home, "page")
  if (given === undefined) writePage(webRoot)
  const settings = Either.getOrThrow(loadSettings({ home, port: "0" }, env))
  const { layer, handles } = await Effect.runPromise(makeDoubles(journalKeeps))
  const stopRequested = await Effect.runPromise(Deferred.make<void>())
  const ready = await Effect.runPromise(Deferred.make<string>())
  const fiber = Effect.runFork(
    runDaemon({
      settings,
      rooms: () => layer,
      webRoot,
      sayReady: (line) => Effect.asVoid(Deferred.succeed(ready, line)),
      stopRequested: Deferred.await(stopRequested),
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))),
  )
  const line = await Effect.runPromise(
    Effect.raceFirst(Deferred.await(ready), Effect.map(Fiber.join(fiber), String)),
  )
  const [, url = "", token = ""] = /^linkseal ready (\S+)\/\?token=(\S+)$/.exec(line) ?? []
  const withToken = ({ token: sent = true, headers = {}, ...rest }: Asking = {}): Asking => ({
    ...rest,
    headers: sent ? { authorization: `Bearer ${token}`, ...headers } : headers,
  })
  return {
    url,
    port: Number(new URL(url).port),
    home,
    token,
    handles,
    ask: (path, asking) => askUrl(`${url}${path}`, withToken(asking)),
    open: (path, asking) => openUrl(`${url}${path}`, withToken(asking)),
    run: (effect) => Effect.runPromise(effect),
    stop: async () => {
      await Effect.runPromise(Deferred.succeed(stopRequested, undefined))
      const leftBehind = await Effect.runPromise(Fiber.join(fiber))
      rmSync(home, { recursive: true, force: true })
      return leftBehind
    },
  }
}
