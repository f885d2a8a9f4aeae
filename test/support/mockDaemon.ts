/**
 * A daemon that only talks: it serves the built page and answers the HTTP API from memory, so that the page is tested
 * without a capture. `change` moves a link or a sector and tells the event stream, as the real one would.
 * `npx tsx test/support/mockDaemon.ts 7461` runs it to look at.
 */
import { existsSync, readFileSync } from "node:fs"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { pagePolicy } from "../../src/daemon/web/policy.ts"
import type { LinkDetail } from "../../src/snapshot/Link.ts"
import { artefact } from "./mock/artefacts.ts"
import { diffOf } from "./mock/diff.ts"
import { makeLinks, plainLink, searchLinks } from "./mock/links.ts"
import { makePieces, makeWorld } from "./mock/world.ts"
import { baseMachine, logOf, makeSectors, pictureCounts, recordOf, type MockSector } from "./mock/sectors.ts"

const distWeb = new URL("../../dist/web/", import.meta.url)
const types: Readonly<Record<string, string>> = {
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
}

export interface MockOptions {
  readonly links?: number
  readonly sectors?: Readonly<Record<string, number>>
  readonly port?: number
  /** What the data is dated by; the real present unless pictures must not change. */
  readonly now?: number
}

export interface MockRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

interface Clock {
  now: string
  epoch: number
  mode: "scaled" | "paused"
  scale: number
}

type Answer = readonly [status: number, body: unknown]
interface Call {
  readonly method: string
  readonly path: ReadonlyArray<string>
  readonly search: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}

const noSuch: Answer = [404, { error: { code: "not-found", message: "there is no such thing" } }]

export class MockDaemon {
  links: Array<LinkDetail>
  sectors: Array<MockSector>
  configError: string | null = null
  /** Events that every state takes without effect. */
  readonly ignores = new Set<string>()
  queue = { paused: false, waiting: 318, capturing: 3, etaMillis: 1_320_000 as number | null }
  clock: Clock
  world = makeWorld()
  pieces: Array<Record<string, unknown>> = makePieces()
  autoPledge = { enabled: false, every: "1 min" }
  /** Every call of the API, for what a test wants to have been asked. */
  readonly requests: Array<MockRequest> = []
  /** When true, API calls are answered with 503 and streams are cut. */
  broken = false
  /** When true, every API call is answered with 401, as without the token. */
  refusing = false
  /** While set, event streams open only when it resolves. */
  streamsAfter: Promise<void> = Promise.resolve()
  /** While set, answers are made at once and given only when it resolves. */
  answersAfter: Promise<void> | null = null
  origin = ""
  private seq = 0
  private readonly journal: Array<string> = []
  private readonly streams = new Set<http.ServerResponse>()
  private readonly servers: Array<http.Server> = []
  private artefactOrigin = ""
  private readonly started = Date.now()

  constructor(options: MockOptions = {}) {
    const now = options.now ?? Date.now()
    this.links = makeLinks(options.links ?? 140, now)
    this.sectors = makeSectors(options.sectors ?? pictureCounts, now)
    this.clock = { now: new Date(now).toISOString(), epoch: 4_812_993, mode: "scaled", scale: 600 }
  }

  async start(port = 0): Promise<this> {
    const artefacts = http.createServer((request, response) => artefact(request.url ?? "/", response))
    const page = http.createServer((request, response) => void this.serve(request, response))
    this.artefactOrigin = `http://localhost:${await listen(artefacts, 0)}`
    this.origin = `http://127.0.0.1:${await listen(page, port)}`
    this.servers.push(artefacts, page)
    return this
  }

  async stop(): Promise<void> {
    this.cut()
    for (const server of this.servers) {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    }
  }

  /** Ends every event stream, as a daemon that restarts does. */
  cut() {
    for (const stream of this.streams) stream.destroy()
    this.streams.clear()
  }

  emit(event: string, data: unknown) {
    this.seq += 1
    const text = frame(event, data, this.seq)
    this.journal.push(text)
    for (const stream of this.streams) stream.write(text)
  }

  private tell(kind: "link" | "sector", id: string, event: string, from: string, to: string) {
    this.emit("change", { seq: this.seq + 1, at: new Date().toISOString(), kind, id, event, from, to })
  }

  addLink(url: string, more: Partial<LinkDetail> = {}): LinkDetail {
    const at = new Date().toISOString()
    const id = `k${String(90_000 + this.links.length)}`
    const link: LinkDetail = {
      ...(makeLinks(1)[0] as LinkDetail),
      id,
      url,
      title: "",
      state: "queued",
      tags: [],
      note: "",
      addedAt: at,
      updatedAt: at,
      failure: null,
      latest: null,
      snapshots: [],
      timeline: [{ at, event: "LinkAdded", from: "", to: "queued", detail: null }],
      ...more,
    }
    this.links.unshift(link)
    this.tell("link", id, "LinkAdded", "", link.state)
    return link
  }

  changeLink(id: string, change: Partial<LinkDetail>, event = "Changed") {
    const at = this.links.findIndex((link) => link.id === id)
    const before = this.links[at] as LinkDetail
    this.links[at] = { ...before, ...change, updatedAt: new Date().toISOString() }
    this.tell("link", id, event, before.state, change.state ?? before.state)
  }

  moveSector(number: number, to: string, event = "SectorForceState") {
    const sector = this.sectors.find((each) => each.number === number) as MockSector
    const from = sector.state
    sector.state = to
    sector.since = this.clock.now
    this.tell("sector", String(number), event, from, to)
  }

  pledge(count: number): ReadonlyArray<number> {
    const first = Math.max(0, ...this.sectors.map((sector) => sector.number)) + 1
    const numbers = Array.from({ length: count }, (_, index) => first + index)
    for (const number of numbers) {
      this.sectors.push({
        ...(makeSectors({ Packing: 1 }, Date.parse(this.clock.now))[0] as MockSector),
        number,
      })
      this.tell("sector", String(number), "SectorStartCC", "UndefinedSectorState", "Packing")
    }
    return numbers
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { state } of this.sectors) counts[state] = (counts[state] ?? 0) + 1
    return counts
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse) {
    const url = new URL(request.url ?? "/", "http://127.0.0.1")
    if (this.refusing && url.pathname.startsWith("/api/v1/"))
      return reply(response, [401, { error: { code: "no-token", message: "send the token" } }])
    if (url.pathname === "/api/v1/events") return this.openStream(request, url.searchParams, response)
    if (!url.pathname.startsWith("/api/v1/")) return this.page(url.pathname, response)
    const text = await bodyOf(request)
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>
    const method = request.method ?? "GET"
    this.requests.push({ method, path: url.pathname.slice(7) + url.search, body })
    if (this.broken)
      return reply(response, [503, { error: { code: "unavailable", message: "the daemon is restarting" } }])
    const path = url.pathname.slice(8).split("/").map(decodeURIComponent)
    if (path[0] === "snapshots" && path[2] === "artefacts") {
      response.writeHead(302, { location: `${this.artefactOrigin}/${path[1]}/${path[3]}` })
      return response.end()
    }
    const seq = { "linkseal-seq": String(this.seq) }
    const [status, document] = this.answer({ method, path, search: url.searchParams, body })
    const answered = JSON.stringify(document)
    if (this.answersAfter !== null && method === "GET") await this.answersAfter
    response.writeHead(status, { "content-type": "application/json", ...seq })
    response.end(answered)
  }

  private async openStream(
    request: http.IncomingMessage,
    search: URLSearchParams,
    response: http.ServerResponse,
  ) {
    await this.streamsAfter
    if (this.broken) return reply(response, [503, {}])
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
    response.write("retry: 300\n\n")
    const last = request.headers["last-event-id"] ?? search.get("lastEventId")
    if (last === null) response.write(frame("start", { seq: this.seq }, this.seq))
    response.write(this.journal.slice(Number(last ?? this.seq)).join(""))
    this.streams.add(response)
    response.on("close", () => this.streams.delete(response))
  }

  private page(path: string, response: http.ServerResponse) {
    const asset = path.startsWith("/assets/")
    const file = new URL(asset ? `.${path}` : "./index.html", distWeb)
    if (!existsSync(file)) return reply(response, noSuch)
    const type = asset
      ? (types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream")
      : "text/html; charset=utf-8"
    response.writeHead(200, {
      "content-type": type,
      "cache-control": asset ? "public, max-age=31536000, immutable" : "no-store",
      "content-security-policy": pagePolicy(this.artefactOrigin),
    })
    response.end(readFileSync(file))
  }

  private answer(call: Call): Answer {
    switch (call.path[0]) {
      case "status":
        return [200, this.status()]
      case "links":
        return this.answerLinks(call)
      case "tags":
        return this.answerTags(call)
      case "search":
        return this.answerSearch(call)
      case "queue":
        if (call.method === "POST") {
          this.queue.paused = call.path[1] === "pause"
          this.emit("queue", this.queue)
        }
        return [200, this.queue]
      case "sectors":
        return this.answerSectors(call)
      case "sealing":
        return this.answerSealing(call)
      case "batching":
        return this.answerBatching(call)
      case "clock":
        return this.answerClock(call)
      case "fsm":
        return [200, this.machine()]
      default:
        return noSuch
    }
  }

  private status() {
    const links: Record<string, number> = {}
    for (const { state } of this.links) links[state] = (links[state] ?? 0) + 1
    const uptimeMillis = Date.now() - this.started + 5_040_000
    return {
      version: "0.1.0",
      uptimeMillis,
      links,
      sectors: this.counts(),
      sectorsNeedingOperator: this.sectors.filter(({ needsOperator }) => needsOperator).length,
      ...(this.configError === null ? {} : { config: { error: this.configError } }),
      queue: this.queue,
      clock: this.clock,
    }
  }

  private machine() {
    const counts = this.counts()
    const transitions = baseMachine.transitions.map((row) => ({ ...row, to: [row.to], kind: "on" }))
    const states = baseMachine.states.map((state) => ({ ...state, count: counts[state.name] ?? 0 }))
    return { kind: "sector", initial: "UndefinedSectorState", states, transitions, counts }
  }

  private answerLinks({ method, path, search, body }: Call): Answer {
    const [, id, verb] = path
    if (id === undefined) return method === "POST" ? this.add(body) : [200, this.pageOf(search)]
    if (id === "bulk") return this.bulk(body)
    const link = this.links.find((each) => each.id === id)
    if (link === undefined) return noSuch
    if (verb === "diff") return this.diff(link, search)
    if (method === "DELETE") {
      this.links = this.links.filter((each) => each.id !== id)
      this.tell("link", id, "LinkRemoved", link.state, "removed")
      return [200, { removed: [id] }]
    }
    if (method === "PATCH") this.changeLink(id, body as Partial<LinkDetail>, "LinkEdited")
    if (verb === "retry" || verb === "snapshots")
      this.changeLink(id, { state: "queued", failure: null }, "CaptureAsked")
    if (verb === "cancel") this.changeLink(id, { state: "cancelled" }, "CaptureCancelled")
    const now = this.links.find((each) => each.id === id) as LinkDetail
    return verb === undefined ? [200, now] : [202, { links: [plainLink(now)] }]
  }

  private diff({ id, snapshots }: LinkDetail, search: URLSearchParams): Answer {
    const pick = (name: string) => snapshots.find(({ version }) => version === Number(search.get(name)))
    const [from, to] = [pick("from"), pick("to")]
    return from === undefined || to === undefined ? noSuch : [200, diffOf(id, from, to)]
  }

  private pageOf(search: URLSearchParams) {
    const terms = (search.get("query") ?? "").split(" ")
    const valuesOf = (key: string) =>
      terms.filter((term) => term.startsWith(key)).map((term) => term.slice(key.length))
    const tags = valuesOf("tag:")
    const states = valuesOf("state:").flatMap((value) => value.split(","))
    const hasTag = (link: LinkDetail, tag: string) =>
      tag === "none" ? link.tags.length === 0 : link.tags.includes(tag)
    const found = this.links.filter(
      (link) =>
        tags.every((tag) => hasTag(link, tag)) && (states.length === 0 || states.includes(link.state)),
    )
    const from = Number(search.get("cursor") ?? 0)
    const limit = Number(search.get("limit") ?? 50)
    const next = from + limit
    return {
      links: found.slice(from, next).map(plainLink),
      nextCursor: next < found.length ? String(next) : null,
      total: found.length,
    }
  }

  private add(body: Readonly<Record<string, unknown>>): Answer {
    const urls = (body["urls"] ?? [body["url"]]) as ReadonlyArray<string>
    const tags = (body["tags"] ?? []) as ReadonlyArray<string>
    const links = urls.map(
      (url) => this.links.find((link) => link.url === url) ?? this.addLink(url, { tags }),
    )
    return [202, { links: links.map(plainLink) }]
  }

  private bulk(body: Readonly<Record<string, unknown>>): Answer {
    const ids = body["ids"] as ReadonlyArray<string>
    const tags = (body["tags"] ?? []) as ReadonlyArray<string>
    for (const id of ids) {
      const link = this.links.find((each) => each.id === id)
      if (link === undefined) continue
      if (body["action"] === "tag") this.changeLink(id, { tags: [...new Set([...link.tags, ...tags])] })
      if (body["action"] === "untag")
        this.changeLink(id, { tags: link.tags.filter((tag) => !tags.includes(tag)) })
      if (body["action"] === "retry" || body["action"] === "snapshot")
        this.changeLink(id, { state: "queued", failure: null })
      if (body["action"] === "remove") {
        this.links = this.links.filter((each) => each.id !== id)
        this.tell("link", id, "LinkRemoved", link.state, "removed")
      }
    }
    const links = this.links.filter((link) => ids.includes(link.id)).map(plainLink)
    return [200, { links, removed: [], failed: [] }]
  }

  private answerTags({ method, path, search, body }: Call): Answer {
    const [, name] = path
    const each = (change: (tags: ReadonlyArray<string>) => ReadonlyArray<string>) => {
      this.links = this.links.map((link) => ({ ...link, tags: [...new Set(change(link.tags))] }))
    }
    if (method === "PATCH") each((tags) => tags.map((tag) => (tag === name ? String(body["name"]) : tag)))
    if (method === "DELETE") each((tags) => tags.filter((tag) => tag !== name))
    if (method === "POST") {
      const from = body["from"] as ReadonlyArray<string>
      each((tags) => tags.map((tag) => (from.includes(tag) ? String(body["into"]) : tag)))
    }
    const counts = new Map<string, number>()
    for (const tag of this.links.flatMap((link) => link.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
    const wanted = (search.get("q") ?? "").toLowerCase()
    const tags = [...counts]
      .map(([tag, count]) => ({ name: tag, count }))
      .filter((tag) => tag.name.includes(wanted))
    return [
      200,
      { tags: tags.sort((a, b) => b.count - a.count).slice(0, Number(search.get("limit") ?? 10_000)) },
    ]
  }

  private answerSearch({ search }: Call): Answer {
    const query = search.get("q") ?? ""
    if ((query.match(/"/g) ?? []).length % 2 === 1) {
      return [
        400,
        { error: { code: "bad-query", message: "a quote is not closed", position: query.indexOf('"') } },
      ]
    }
    const hits = searchLinks(this.links, query)
    return [
      200,
      { hits: hits.slice(0, Number(search.get("limit") ?? 50)), total: hits.length, nextCursor: null },
    ]
  }

  private answerSectors({ method, path, search, body }: Call): Answer {
    const [, number, part] = path
    if (number === undefined) {
      if (method === "POST") return [202, { sectors: this.pledge(Number(body["count"] ?? 1)) }]
      const states = search.get("states")?.split(",")
      const wanted = (state: string) => (states === undefined ? state !== "Removed" : states.includes(state))
      return [200, { sectors: this.sectors.filter((sector) => wanted(sector.state)) }]
    }
    const sector = this.sectors.find((each) => each.number === Number(number))
    if (sector === undefined) return noSuch
    if (part === "log") return [200, { log: logOf(sector) }]
    if (part === "seal" || part === "upgrade") return this.drill(sector, part)
    const ordered = { state: String(body["state"]), terminate: "Terminating" }[part ?? ""]
    if (method === "POST" && ordered !== undefined) this.moveSector(sector.number, ordered)
    if (method === "DELETE") this.moveSector(sector.number, "Removing", "SectorRemove")
    if (part === "events") {
      const event = String(body["event"])
      if (this.ignores.has(event)) return [202, { ...recordOf(sector), ignored: event }]
      const payload = body["payload"] as { readonly State?: string } | undefined
      const row = baseMachine.transitions.find((each) => each.from === sector.state && each.event === event)
      const globals: Readonly<Record<string, string>> = {
        SectorRemove: "Removing",
        SectorTerminate: "Terminating",
      }
      const to = payload?.State ?? globals[event] ?? row?.to
      if (to === undefined)
        return [
          409,
          { error: { code: "not-in-this-state", message: `${sector.state} has no row for ${event}` } },
        ]
      this.moveSector(sector.number, to, event)
    }
    return [200, recordOf(sector)]
  }

  private drill(sector: MockSector, part: "seal" | "upgrade"): Answer {
    if (part === "upgrade" && sector.pieces > 1) {
      const message = `sector ${sector.number} cannot be marked for upgrade: it has a deal`
      return [409, { error: { code: "not-in-this-state", message } }]
    }
    if (part === "seal") this.moveSector(sector.number, "Packing", "SectorStartPacking")
    else sector.marked = true
    return [200, recordOf(sector)]
  }

  private answerSealing({ method, path, body }: Call): Answer {
    if (path[1] === "world") {
      if (method === "POST") {
        const setting = this.world.find(({ name }) => name === body["setting"])
        const value = String(body["value"])
        if (setting === undefined || value === "nonsense")
          return [
            400,
            { error: { code: "wrong-value", message: `${String(body["setting"])}: no. It takes 1` } },
          ]
        setting.value = value
      }
      return [200, { simulated: true, settings: this.world }]
    }
    if (path[1] === "pieces") {
      if (method === "GET") return [200, { simulated: true, pieces: this.pieces }]
      const deal = 41 + this.pieces.length
      const { start, end } = body
      const size = Number.parseInt(String(body["size"])) * 1024 ** 3
      const waiting = { state: "waiting", sector: null, offset: null, reason: null }
      this.pieces.unshift({ deal, size, start, end, at: this.clock.now, ...waiting })
      this.emit("clock", this.clock)
      return [202, { deal, sector: null, offset: null }]
    }
    if (method === "POST") Object.assign(this.autoPledge, body)
    return [200, this.autoPledge]
  }

  private answerBatching({ method, path }: Call): Answer {
    const kind = path[1] ?? ""
    const state = { precommit: "SubmitPreCommitBatch", commit: "SubmitCommitAggregate" }[kind]
    const after = { precommit: "PreCommitBatchWait", commit: "CommitAggregateWait" }[kind]
    const waiting = this.sectors.filter((sector) => sector.state === state)
    const numbers = waiting.map(({ number }) => number)
    const max = { precommit: 256, commit: 819 }[kind] ?? 100
    const until =
      numbers.length === 0 ? null : new Date(Date.parse(this.clock.now) + 10_800_000).toISOString()
    if (method === "GET") return [200, { kind, pending: numbers, max, until, sent: [] }]
    for (const number of numbers) this.moveSector(number, after ?? "")
    const sectors = numbers.map((number) => ({ number, error: null }))
    return [
      200,
      { kind, pending: [], max, until: null, sent: [{ message: "bafy2bzaceq7", error: "", sectors }] },
    ]
  }

  private answerClock({ method, body }: Call): Answer {
    if (method === "POST") {
      if (typeof body["scale"] === "number") this.clock.scale = body["scale"]
      if (typeof body["paused"] === "boolean") this.clock.mode = body["paused"] ? "paused" : "scaled"
      const millis = { "30 s": 30_000, "1 h": 3_600_000, "1 d": 86_400_000 }[String(body["advance"])] ?? 0
      this.clock.now = new Date(Date.parse(this.clock.now) + millis).toISOString()
      this.clock.epoch += millis / 30_000
      this.emit("clock", this.clock)
    }
    return [200, this.clock]
  }
}

const frame = (event: string, data: unknown, seq: number) =>
  `id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const listen = (server: http.Server, port: number) =>
  new Promise<number>((done) => {
    server.listen(port, "127.0.0.1", () => done((server.address() as AddressInfo).port))
  })

const bodyOf = async (request: http.IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

const reply = (response: http.ServerResponse, [status, body]: Answer) => {
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

if (process.argv[1]?.endsWith("mockDaemon.ts") === true) {
  const mock = await new MockDaemon().start(Number(process.argv[2] ?? 7461))
  process.stdout.write(`${mock.origin}\n`)
}
