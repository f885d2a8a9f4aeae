/**
 * The traffic of one capture as the DevTools protocol tells it: requests, responses, and bodies spooled to one file.
 * `page.html` takes its resources from here, the WACZ writer its records. The one thing to know: a body is what the
 * server meant (content codings undone), byte for byte, unless `decoded` says that the browser only gave its text.
 */
import { open, type FileHandle } from "node:fs/promises"
import type { CDPSession } from "playwright"
import { withoutUserinfo } from "./userinfo.ts"
import { parseUrl } from "../parseUrl.ts"

export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>

export interface Exchange {
  /** Unique in the recording; the hops of a redirect are exchanges of their own. */
  readonly id: string
  readonly url: string
  readonly method: string
  readonly requestHeaders: HeaderList
  readonly requestBody: string | null
  /** `Document`, `Stylesheet`, `Image`, `Font`, `Script`, `XHR`, `Fetch`, ... */
  readonly resourceType: string
  readonly frameId: string | null
  /** Unix milliseconds when the request left. */
  readonly startedAt: number
  /** 0 while there is no response. */
  readonly status: number
  readonly statusText: string
  /** For example `http/1.1`, `h2`. */
  readonly protocol: string
  readonly responseHeaders: HeaderList
  readonly mimeType: string
  readonly charset: string
  readonly remoteAddress: string | null
  readonly finished: boolean
  /** Bytes of the body that came so far, content codings undone. */
  readonly received: number
  /** The browser's word for what went wrong, for example `net::ERR_ABORTED`. */
  readonly failure: string | null
  readonly body: { readonly offset: number; readonly length: number } | null
  /** The body is the text in UTF-8, not the bytes that came. */
  readonly decoded: boolean
  /** The body is left out for its size, or is only the beginning. */
  readonly truncated: boolean
}

type Draft = { -readonly [K in keyof Exchange]: Exchange[K] }

export interface RecordingLimits {
  readonly maxBodyBytes: number
  readonly maxTotalBytes: number
  readonly maxExchanges: number
}

const defaultRecordingLimits: RecordingLimits = {
  maxBodyBytes: 50_000_000,
  maxTotalBytes: 300_000_000,
  maxExchanges: 20_000,
}

/** Bodies asked for at the same time; each is in memory as a whole while it travels. */
const maxFetches = 6

interface RawHeaders {
  readonly [name: string]: string
}

const headerList = (headers: RawHeaders): HeaderList =>
  // Chromium joins what came more than once with a line break.
  Object.entries(headers).flatMap(([name, values]) =>
    values.split("\n").map((value) => [name, value] as const),
  )

/** What is asked of a server, and nothing else; a login in an address is neither kept nor told apart by. */
const bare = (url: string) => withoutUserinfo(url.split("#", 1)[0] ?? url)

export class Recording {
  readonly #cdp: CDPSession
  readonly #file: FileHandle
  readonly #limits: RecordingLimits
  readonly #exchanges: Array<Draft> = []
  /** The hops of each request, oldest first. */
  readonly #hops = new Map<string, Array<Draft>>()
  /** Header lines as they went over the wire come in events of their own, sometimes early: one per hop, in order. */
  readonly #wireRequests = new Map<string, Array<HeaderList>>()
  readonly #wireResponses = new Map<string, Array<{ headers: HeaderList; status: number }>>()
  readonly #byUrl = new Map<string, Draft>()
  readonly #waiting: Array<() => Promise<void>> = []
  #fetching = 0
  #idle: Array<() => void> = []
  #offset = 0
  #writes: Promise<void> = Promise.resolve()
  #activity = 0
  #droppedExchanges = 0
  #stopped = false

  private constructor(cdp: CDPSession, file: FileHandle, limits: RecordingLimits) {
    this.#cdp = cdp
    this.#file = file
    this.#limits = limits
  }

  /** Starts to record the page of the session; bodies go to a new file at `path`. */
  static async start(cdp: CDPSession, path: string, limits = defaultRecordingLimits): Promise<Recording> {
    const recording = new Recording(cdp, await open(path, "w+", 0o600), limits)
    recording.#listen()
    // Durable messages keep bodies outside the renderer: raw bytes, and still there after a crash or navigation.
    await cdp.send("Network.enable", {
      maxTotalBufferSize: limits.maxTotalBytes,
      maxResourceBufferSize: limits.maxBodyBytes,
      enableDurableMessages: true,
    } as Parameters<typeof cdp.send<"Network.enable">>[1])
    return recording
  }

  get exchanges(): ReadonlyArray<Exchange> {
    return this.#exchanges
  }

  /** A number that changes with each event on the network. */
  get activity(): number {
    return this.#activity
  }

  /** Requests whose answer has not ended. */
  get underWay(): ReadonlyArray<Exchange> {
    return this.#exchanges.filter(({ finished, resourceType }) => !finished && resourceType !== "WebSocket")
  }

  /** Exchanges that were not recorded because there were too many. */
  get droppedExchanges(): number {
    return this.#droppedExchanges
  }

  get bodyBytes(): number {
    return this.#offset
  }

  /** The last document asked for in the frame, also when it failed. */
  lastDocument(frameId: string): Exchange | null {
    return this.#exchanges.findLast((e) => e.resourceType === "Document" && e.frameId === frameId) ?? null
  }

  /** The successful answer for an address, redirects followed; null when its body is not there. */
  find(url: string): Exchange | null {
    const seen = new Set<string>()
    for (let key = bare(url); !seen.has(key);) {
      seen.add(key)
      const found = this.#byUrl.get(key)
      if (found === undefined) return null
      const location = found.responseHeaders.find(([name]) => name.toLowerCase() === "location")?.[1]
      const isRedirect = found.status >= 300 && found.status < 400
      const next = isRedirect && location !== undefined ? parseUrl(location, key) : null
      if (next !== null) {
        key = bare(next.href)
        continue
      }
      return found.body !== null && found.status < 400 ? found : null
    }
    return null
  }

  /** The body's bytes; empty when there are none. */
  async read(exchange: Exchange): Promise<Buffer> {
    await this.#writes
    if (exchange.body === null) return Buffer.alloc(0)
    const { length, offset } = exchange.body
    const { buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, offset)
    return buffer
  }

  /** Resolves when the bodies of all finished requests are on disk. */
  async drained(): Promise<void> {
    if (this.#fetching > 0 || this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve))
    await this.#writes
  }

  /** Stops listening and closes the file; what is recorded can no longer be read. */
  async close(): Promise<void> {
    this.#stopped = true
    this.#waiting.length = 0
    await this.#writes.catch(() => undefined)
    await this.#file.close()
  }

  #listen(): void {
    const cdp = this.#cdp
    cdp.on("Network.requestWillBeSent", (event) => {
      this.#activity++
      if (event.redirectResponse !== undefined) {
        const hop = this.#last(event.requestId)
        if (hop !== undefined) {
          this.#respond(hop, event.redirectResponse)
          hop.finished = true
        }
      }
      this.#begin(event.requestId, {
        url: bare(event.request.url),
        method: event.request.method,
        requestHeaders: headerList(event.request.headers as RawHeaders),
        requestBody: event.request.postData ?? null,
        resourceType: event.type ?? "Other",
        frameId: event.frameId ?? null,
        startedAt: Math.round(event.wallTime * 1000),
      })
    })
    cdp.on("Network.requestWillBeSentExtraInfo", ({ headers, requestId }) => {
      push(this.#wireRequests, requestId, headerList(headers as RawHeaders))
    })
    cdp.on("Network.responseReceivedExtraInfo", ({ headers, requestId, statusCode }) => {
      push(this.#wireResponses, requestId, { headers: headerList(headers as RawHeaders), status: statusCode })
    })
    cdp.on("Network.responseReceived", ({ requestId, response, type }) => {
      this.#activity++
      const hop = this.#last(requestId)
      if (hop === undefined) return
      hop.resourceType = type
      this.#respond(hop, response)
    })
    cdp.on("Network.dataReceived", ({ dataLength, requestId }) => {
      this.#activity++
      const hop = this.#last(requestId)
      if (hop !== undefined) hop.received += dataLength
    })
    cdp.on("Network.loadingFinished", ({ requestId }) => {
      this.#activity++
      const hop = this.#last(requestId)
      if (hop === undefined) return
      hop.finished = true
      this.#fetchBody(requestId, hop)
    })
    cdp.on("Network.loadingFailed", ({ errorText, requestId }) => {
      this.#activity++
      const hop = this.#last(requestId)
      if (hop === undefined) return
      hop.finished = true
      hop.failure = errorText
      hop.truncated = true
    })
  }

  #last(requestId: string): Draft | undefined {
    return this.#hops.get(requestId)?.at(-1)
  }

  #begin(
    requestId: string,
    request: Pick<
      Exchange,
      "url" | "method" | "requestHeaders" | "requestBody" | "resourceType" | "frameId" | "startedAt"
    >,
  ): void {
    if (request.url.startsWith("data:")) return
    if (this.#exchanges.length >= this.#limits.maxExchanges) return void this.#droppedExchanges++
    const hops = this.#hops.get(requestId) ?? []
    this.#hops.set(requestId, hops)
    const draft: Draft = {
      ...request,
      id: `${requestId}.${hops.length}`,
      status: 0,
      statusText: "",
      protocol: "",
      responseHeaders: [],
      mimeType: "",
      charset: "",
      remoteAddress: null,
      finished: false,
      received: 0,
      failure: null,
      body: null,
      decoded: false,
      truncated: false,
    }
    hops.push(draft)
    this.#exchanges.push(draft)
    // A later answer to the same address is the one on the page, but an answer with a body is worth more.
    const known = this.#byUrl.get(draft.url)
    if (known === undefined || known.body === null) this.#byUrl.set(draft.url, draft)
  }

  #respond(
    hop: Draft,
    response: {
      readonly status: number
      readonly statusText: string
      readonly headers: unknown
      readonly protocol?: string
      readonly mimeType: string
      readonly charset?: string
      readonly remoteIPAddress?: string
    },
  ): void {
    hop.status = response.status
    hop.statusText = response.statusText
    hop.protocol = response.protocol ?? ""
    hop.responseHeaders = headerList(response.headers as RawHeaders)
    hop.mimeType = response.mimeType
    hop.charset = response.charset ?? ""
    hop.remoteAddress = response.remoteIPAddress ?? null
  }

  /** Gives each exchange the header lines of the wire, where they have come. */
  applyWireHeaders(): void {
    for (const [requestId, hops] of this.#hops) {
      hops.forEach((hop, index) => {
        const request = this.#wireRequests.get(requestId)?.[index]
        if (request !== undefined) hop.requestHeaders = request
        const response = this.#wireResponses.get(requestId)?.[index]
        if (response !== undefined && response.status === hop.status) hop.responseHeaders = response.headers
      })
    }
  }

  #fetchBody(requestId: string, hop: Draft): void {
    if (hop.status === 204 || hop.status === 304 || hop.status === 0 || hop.method === "HEAD") return
    if (!/^https?:|^blob:/.test(hop.url)) return
    this.#waiting.push(async () => {
      if (this.#offset >= this.#limits.maxTotalBytes) return void (hop.truncated = true)
      const answer = await this.#cdp.send("Network.getResponseBody", { requestId }).catch(() => null)
      if (answer === null) return void (hop.truncated = true)
      const bytes = Buffer.from(answer.body, answer.base64Encoded ? "base64" : "utf8")
      hop.decoded = !answer.base64Encoded && !/^(utf-?8)?$/i.test(hop.charset)
      this.#append(hop, bytes)
    })
    this.#pump()
  }

  #pump(): void {
    while (this.#fetching < maxFetches && !this.#stopped) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      this.#fetching++
      void next().finally(() => {
        this.#fetching--
        this.#pump()
      })
    }
    if (this.#fetching > 0 || this.#waiting.length > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #append(hop: Draft, bytes: Buffer): void {
    if (
      bytes.length > this.#limits.maxBodyBytes ||
      this.#offset + bytes.length > this.#limits.maxTotalBytes
    ) {
      hop.truncated = true
      return
    }
    const offset = this.#offset
    this.#offset += bytes.length
    this.#writes = this.#writes.then(async () => {
      try {
        await this.#file.write(bytes, 0, bytes.length, offset)
      } catch {
        // A full disk: the archive's own write will say so; here the body is merely not there.
        hop.body = null
        hop.truncated = true
      }
    })
    hop.body = { offset, length: bytes.length }
    const known = this.#byUrl.get(hop.url)
    if (known === undefined || known.body === null || known.startedAt <= hop.startedAt)
      this.#byUrl.set(hop.url, hop)
  }
}

const push = <A>(map: Map<string, Array<A>>, key: string, value: A): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
