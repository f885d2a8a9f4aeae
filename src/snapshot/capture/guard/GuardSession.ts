/**
 * One capture's forward proxy: HTTP by absolute form, everything else by CONNECT. It has a port of its own on
 * loopback, so bytes, refusals and the budget belong to exactly one capture. It tunnels and never fetches anew; the
 * one thing to know is that a name is resolved and judged once, and connections go to the addresses that were judged.
 */
import * as http from "node:http"
import * as net from "node:net"
import type { Duplex } from "node:stream"
import { captureFailure, networkFailure, type CaptureFailure, type FailureCode } from "../CaptureFailure.ts"
import type { AllowList } from "./AllowList.ts"
import { normaliseHost } from "./AllowList.ts"
import { judge } from "./judge.ts"
import { parseUrl } from "../../parseUrl.ts"

const connectMillis = 15_000
/** A connection on which nothing moves for this long is given up. */
const idleMillis = 60_000
/** More than any page uses; what a hostile page can make us remember ends here. */
const maxHosts = 2_000
const maxSockets = 512
const maxHeaderBytes = 64 * 1024

/** Marks an answer as the guard's own, with the reason. */
export const guardHeader = "x-linkseal-guard"

const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
])

export type Resolve = (host: string) => Promise<ReadonlyArray<string>>

interface Target {
  readonly host: string
  readonly port: number
  readonly addresses: ReadonlyArray<string>
}

const keyOf = (host: string, port: number) => `${host}:${port}`

/** Reads `host:port` the way a browser reads an address, so that 0177.1 and 2130706433 are seen for what they are. */
const readAuthority = (authority: string, defaultPort: number): { host: string; port: number } | null => {
  const url = parseUrl(`http://${authority}/`)
  if (url === null) return null
  if (url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "") return null
  // The URL parser drops ":80"; the text tells a port that was given from one that was not.
  const port = url.port !== "" ? Number(url.port) : /:0*80$/.test(authority) ? 80 : defaultPort
  return { host: bareHost(url.hostname), port }
}

const bareHost = (hostname: string) => normaliseHost(hostname.replace(/^\[|\]$/g, ""))

const codeOfNetworkError = (code: string | undefined): FailureCode => {
  switch (code) {
    case "ECONNREFUSED":
      return "connection-refused"
    case "ETIMEDOUT":
    case "ESOCKETTIMEDOUT":
      return "timeout"
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return "unreachable"
    case "ENOTFOUND":
      return "unknown-host"
    default:
      return code?.startsWith("HPE_") === true ? "bad-response" : "connection-reset"
  }
}

/** With several addresses Node tries each and wraps what went wrong; the last word is the plainest. */
const codeOfError = (error: NodeJS.ErrnoException & { errors?: ReadonlyArray<NodeJS.ErrnoException> }) =>
  codeOfNetworkError(error.code ?? error.errors?.at(-1)?.code)

export class GuardSession {
  readonly #allow: AllowList
  readonly #resolve: Resolve
  /** The budget, both ways. */
  readonly maxBytes: number
  readonly #server: http.Server
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 32 })
  readonly #sockets = new Set<Duplex>()
  readonly #targets = new Map<string, Promise<Target>>()
  readonly #failures = new Map<string, CaptureFailure>()
  #isLeftOut: (host: string) => boolean = () => false
  #bytes = 0
  #requests = 0
  #closed = false

  constructor(allow: AllowList, resolve: Resolve, maxBytes: number) {
    this.#allow = allow
    this.#resolve = resolve
    this.maxBytes = maxBytes
    this.#server = http.createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: idleMillis })
    this.#server.on("request", (request, response) => void this.#forward(request, response))
    this.#server.on("connect", (request, socket) => void this.#tunnel(request, socket))
    this.#server.on("upgrade", (_request, socket) => socket.destroy())
    this.#server.on("connection", (socket) => this.#adopt(socket))
    this.#server.on("clientError", (_error, socket) => socket.destroy())
  }

  /** Resolves when the proxy listens. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject)
      this.#server.listen(0, "127.0.0.1", () => resolve())
    })
  }

  close(): void {
    this.#closed = true
    this.#server.close()
    this.#agent.destroy()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.closeAllConnections()
  }

  /** From now on hosts of this kind are refused as unwanted, which is nobody's failure. */
  leaveOut(isLeftOut: (host: string) => boolean): void {
    this.#isLeftOut = isLeftOut
  }

  get proxyUrl(): string {
    const address = this.#server.address()
    if (address === null || typeof address === "string") throw new Error("the guard is not listening")
    return `http://127.0.0.1:${address.port}`
  }

  /** Bytes to and from the network so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Requests and tunnels that came in so far, the refused ones included. */
  get requests(): number {
    return this.#requests
  }

  /** The budget is used up: every connection was cut and no new one is made. */
  get overBudget(): boolean {
    return this.#bytes > this.maxBytes
  }

  /** What was refused or could not be reached, by `host:port`. */
  get failures(): ReadonlyMap<string, CaptureFailure> {
    return this.#failures
  }

  /** Why requests to the URL's host fail, or null when they do not. */
  failureOf(url: string): CaptureFailure | null {
    const parsed = parseUrl(url)
    if (parsed === null) return null
    const { protocol, hostname, port } = parsed
    const effective = port !== "" ? Number(port) : protocol === "http:" || protocol === "ws:" ? 80 : 443
    return this.#failures.get(keyOf(bareHost(hostname), effective)) ?? null
  }

  /** Why requests to the URL's host did not leave, what nobody is to blame for included. */
  refusalOf(url: string): string | null {
    const host = bareHost(parseUrl(url)?.hostname ?? "")
    return this.#isLeftOut(host) ? leftOutMessage(host) : (this.failureOf(url)?.message ?? null)
  }

  #adopt(socket: Duplex): void {
    if (this.#closed || this.#sockets.size >= maxSockets) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.once("close", () => this.#sockets.delete(socket))
  }

  #count(bytes: number): void {
    const before = this.overBudget
    this.#bytes += bytes
    if (!before && this.overBudget) for (const socket of this.#sockets) socket.destroy()
  }

  /** Resolves and judges a host once; everybody after gets the same answer, so a name cannot be rebound. */
  #target(host: string, port: number): Promise<Target> {
    const key = keyOf(host, port)
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    const target =
      this.#targets.size >= maxHosts
        ? Promise.reject(captureFailure("blocked-address", `The page asks for more than ${maxHosts} hosts.`))
        : this.#find(host, port)
    this.#targets.set(key, target)
    return target
  }

  async #find(host: string, port: number): Promise<Target> {
    const addresses =
      net.isIP(host) !== 0
        ? [host]
        : await this.#resolve(host).catch(() => {
            throw networkFailure("unknown-host", host)
          })
    const reason = judge(this.#allow, host, port, addresses)
    if (reason !== null) throw captureFailure("blocked-address", `Refused: ${reason}`)
    return { host, port, addresses }
  }

  #fail(host: string, port: number, failure: CaptureFailure): CaptureFailure {
    if (this.#failures.size < maxHosts) this.#failures.set(keyOf(host, port), failure)
    return failure
  }

  #budgetFailure(): CaptureFailure {
    return captureFailure("too-large", tooLargeMessage(this.maxBytes))
  }

  async #admit(authority: { host: string; port: number }): Promise<Target> {
    const { host, port } = authority
    if (this.overBudget) throw this.#budgetFailure()
    if (this.#isLeftOut(host)) throw captureFailure("blocked-address", leftOutMessage(host))
    try {
      return await this.#target(host, port)
    } catch (failure) {
      throw this.#fail(host, port, failure as CaptureFailure)
    }
  }

  async #tunnel(request: http.IncomingMessage, client: Duplex): Promise<void> {
    this.#requests++
    const authority = readAuthority(request.url ?? "", 443)
    if (authority === null) return refuseTunnel(client, 400, "unreadable host")
    try {
      const target = await this.#admit(authority)
      const upstream = await this.#connect(target)
      if (client.destroyed) return void upstream.destroy()
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      this.#join(client, upstream)
    } catch (failure) {
      const { code, message } = failure as CaptureFailure
      refuseTunnel(client, code === "blocked-address" || code === "too-large" ? 403 : 502, message)
    }
  }

  #join(client: Duplex, upstream: net.Socket): void {
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on("data", (chunk: Buffer) => this.#count(chunk.length))
      from.once("close", () => to.destroy())
      from.pipe(to)
    }
  }

  #connect(target: Target): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: target.host, port: target.port, ...pinned(target) })
      this.#adopt(socket)
      const failed = (code: FailureCode) => {
        socket.destroy()
        reject(this.#fail(target.host, target.port, networkFailure(code, target.host)))
      }
      socket.setNoDelay(true)
      socket.setTimeout(connectMillis, () => failed("timeout"))
      socket.once("error", (error) => failed(codeOfError(error)))
      socket.once("connect", () => {
        socket.setTimeout(idleMillis, () => socket.destroy())
        this.#failures.delete(keyOf(target.host, target.port))
        resolve(socket)
      })
    })
  }

  async #forward(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.#requests++
    response.on("error", () => response.destroy())
    const url = request.url ?? ""
    const parsed = parseUrl(url)
    if (parsed === null || parsed.protocol !== "http:")
      return answer(response, 400, "This is a proxy for http and https.")
    const host = bareHost(parsed.hostname)
    const port = parsed.port === "" ? 80 : Number(parsed.port)
    try {
      const target = await this.#admit({ host, port })
      this.#relay(target, parsed, request, response)
    } catch (failure) {
      const { code, message } = failure as CaptureFailure
      answer(response, code === "blocked-address" || code === "too-large" ? 403 : 502, message)
    }
  }

  #relay(target: Target, url: URL, request: http.IncomingMessage, response: http.ServerResponse): void {
    const upstream = http.request({
      agent: this.#agent,
      host: target.host,
      port: target.port,
      method: request.method ?? "GET",
      path: url.pathname + url.search,
      headers: endToEnd(request.rawHeaders),
      maxHeaderSize: maxHeaderBytes,
      timeout: idleMillis,
      ...pinned(target),
    } as http.RequestOptions)
    upstream.on("socket", (socket) => {
      if (!this.#sockets.has(socket)) this.#adopt(socket)
    })
    upstream.on("timeout", () => upstream.destroy(Object.assign(new Error("idle"), { code: "ETIMEDOUT" })))
    upstream.on("error", (error) => {
      const failure = this.overBudget
        ? this.#budgetFailure()
        : networkFailure(codeOfError(error), target.host)
      this.#fail(target.host, target.port, failure)
      if (response.headersSent) response.destroy()
      else answer(response, 502, failure.message)
    })
    upstream.on("response", (answered) => {
      this.#failures.delete(keyOf(target.host, target.port))
      response.writeHead(
        answered.statusCode ?? 502,
        answered.statusMessage ?? "",
        endToEnd(answered.rawHeaders),
      )
      answered.on("data", (chunk: Buffer) => this.#count(chunk.length))
      answered.once("error", () => response.destroy())
      answered.once("aborted", () => response.destroy())
      answered.pipe(response)
    })
    response.once("close", () => {
      if (!response.writableFinished) upstream.destroy()
    })
    request.on("data", (chunk: Buffer) => this.#count(chunk.length))
    request.pipe(upstream)
  }
}

export const tooLargeMessage = (maxBytes: number): string =>
  `More than ${Math.round(maxBytes / 1_000_000)} MB came: raise maxBytes in the settings to keep something this large.`

const leftOutMessage = (host: string) =>
  `Left out: ${host} serves advertising or measurement, and the setting blockAds is on.`

/** Connects to what was judged, whatever the name means by now. */
const pinned = (target: Target) => {
  const found = target.addresses.map((address) => ({ address, family: net.isIP(address) }))
  const lookup = (
    _host: string,
    options: { all?: boolean },
    done: (...results: Array<unknown>) => void,
  ): void => (options.all === true ? done(null, found) : done(null, found[0]!.address, found[0]!.family))
  return { lookup: lookup as net.LookupFunction, autoSelectFamily: found.length > 1 }
}

/** Flat name-value list without what concerns only one hop, doubles and order kept. */
const endToEnd = (raw: ReadonlyArray<string>): Array<string> => {
  const kept: Array<string> = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (!hopByHop.has(raw[index]!.toLowerCase())) kept.push(raw[index]!, raw[index + 1]!)
  }
  return kept
}

const answer = (response: http.ServerResponse, status: number, message: string): void => {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    [guardHeader]: headerText(message),
  })
  response.end(message)
}

const refuseTunnel = (client: Duplex, status: number, message: string): void => {
  if (client.destroyed) return
  const reason = status === 403 ? "Forbidden" : status === 400 ? "Bad Request" : "Bad Gateway"
  client.end(
    `HTTP/1.1 ${status} ${reason}\r\n${guardHeader}: ${headerText(message)}\r\nContent-Length: 0\r\n\r\n`,
  )
}

const headerText = (message: string) => message.replace(/[^\x20-\x7e]/g, "?")
