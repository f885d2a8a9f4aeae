/**
 * The rows of one query, page by page. What is looked at does not move: rows change in place, new ones wait in
 * `arrived` until they are asked for, a row that no longer matches stays. Lists are kept by query, so that Back finds
 * the same rows at the same place.
 */
import { apiAsOf, ApiError, isAbort, queryString } from "./api.ts"
import { changesAfter, onMessage } from "./events.ts"
import { links, onGone, putLink, refresh } from "./links.ts"
import { requestOf, type Request } from "./query.ts"
import { notify } from "./Store.ts"
import type { Change, HitPage, Link, LinkPage } from "./types.ts"

export interface Excerpt {
  readonly html: string
  readonly field: string
}

export interface ListView {
  readonly ids: ReadonlyArray<string>
  readonly total: number
  readonly arrived: ReadonlyArray<string>
  readonly status: "first" | "loading" | "ready"
  readonly error: ApiError | null
  readonly more: boolean
}

interface Page {
  readonly links: ReadonlyArray<Link>
  readonly excerpts: ReadonlyMap<string, Excerpt>
  readonly total: number
  readonly nextCursor: string | null
  /** The place in the journal that it is as of. */
  readonly seq: number
}

const pageSize = 100
const lookAgainMillis = 700

const fetchPage = async (
  request: Request,
  options: { readonly cursor?: string | undefined; readonly limit: number; readonly signal?: AbortSignal },
): Promise<Page> => {
  const { cursor, limit } = options
  const call = options.signal === undefined ? {} : { signal: options.signal }
  if (request.by === "search") {
    const search = queryString({ q: request.query, limit, cursor })
    const { document: page, seq } = await apiAsOf<HitPage>("GET", `/search${search}`, call)
    const excerpts = new Map(page.hits.map((hit) => [hit.link.id, { html: hit.excerpt, field: hit.field }]))
    return { ...page, links: page.hits.map((hit) => hit.link), excerpts, seq }
  }
  const search = queryString({ query: request.query, limit, cursor })
  const { document: page, seq } = await apiAsOf<LinkPage>("GET", `/links${search}`, call)
  return { ...page, excerpts: new Map(), seq }
}

const empty: ListView = { ids: [], total: 0, arrived: [], status: "first", error: null, more: false }

export class LinkList {
  readonly query: string
  readonly request: Request
  readonly selected = new Set<string>()
  readonly excerpts = new Map<string, Excerpt>()
  /** Where the reader was: kept for Back. */
  scrollTop = 0
  cursorId: string | null = null
  private view: ListView = empty
  private nextCursor: string | null = null
  private readonly listeners = new Set<() => void>()
  private calls: AbortController | null = null
  private lookAgain: ReturnType<typeof setTimeout> | undefined
  private readonly stop: Array<() => void> = []
  private hidden = new Set<string>()

  constructor(query: string) {
    this.query = query
    this.request = requestOf(query)
  }

  readonly get = (): ListView => this.view

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    if (this.listeners.size === 1) this.listen()
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.rest()
    }
  }

  /** Rows and order afresh; the old ones stay until the answer is here. */
  readonly reload = async (): Promise<void> => {
    this.calls?.abort()
    const calls = new AbortController()
    this.calls = calls
    this.set({ status: this.view.status === "first" ? "first" : "loading", error: null })
    const limit = Math.min(500, Math.max(pageSize, this.view.ids.length))
    try {
      const page = await fetchPage(this.request, { limit, signal: calls.signal })
      this.excerpts.clear()
      this.take(page)
      this.set({ ids: this.idsOf(page), total: page.total, arrived: [], status: "ready", error: null })
      this.catchUp(page)
    } catch (cause) {
      this.failed(cause)
    }
  }

  /** The next page, when there is one and none is under way. */
  readonly loadMore = async (limit: number = pageSize): Promise<void> => {
    if (this.nextCursor === null || this.view.status !== "ready") return
    const cursor = this.nextCursor
    this.set({ status: "loading" })
    try {
      const page = await fetchPage(this.request, { cursor, limit })
      const known = new Set(this.view.ids)
      const ids = [...this.view.ids, ...this.idsOf(page).filter((id) => !known.has(id))]
      this.take(page)
      this.set({ ids, total: page.total, status: "ready" })
      this.catchUp(page)
    } catch (cause) {
      this.failed(cause)
    }
  }

  /** Puts the rows that came in on top. */
  readonly showArrived = () => {
    const { arrived, ids, total } = this.view
    if (arrived.length === 0) return
    this.set({ ids: [...arrived, ...ids], arrived: [], total: total + arrived.length })
  }

  /** Takes rows away without asking the daemon, and gives a way to put them back. */
  readonly hide = (ids: ReadonlyArray<string>): (() => void) => {
    const before = this.view
    for (const id of ids) this.hidden.add(id)
    const left = before.ids.filter((id) => !this.hidden.has(id))
    this.set({ ids: left, total: before.total - (before.ids.length - left.length) })
    return () => {
      for (const id of ids) this.hidden.delete(id)
      this.set({ ids: before.ids, total: before.total })
    }
  }

  readonly select = (ids: ReadonlyArray<string>, on: boolean) => {
    for (const id of ids) {
      if (on) this.selected.add(id)
      else this.selected.delete(id)
    }
    this.set({})
  }

  readonly clearSelection = () => {
    this.selected.clear()
    this.set({})
  }

  private idsOf(page: Page) {
    return page.links.map((link) => link.id).filter((id) => !this.hidden.has(id))
  }

  private take(page: Page) {
    for (const link of page.links) putLink(link)
    for (const [id, excerpt] of page.excerpts) this.excerpts.set(id, excerpt)
    this.nextCursor = page.nextCursor
  }

  /** What was heard while the page was on its way is not in it. */
  private catchUp(page: Page) {
    for (const change of changesAfter(page.seq)) {
      if (change.kind === "link" && this.view.ids.includes(String(change.id))) refresh(String(change.id))
      else this.heard(change)
    }
  }

  private heard({ kind, id: key, to }: Change) {
    if (kind !== "link") return
    const id = String(key)
    const known = this.view.ids.includes(id) || this.view.arrived.includes(id)
    const matters = links.get(id) === undefined || this.query !== "" || to === "queued"
    if (!known && matters && to !== "removed") this.lookSoon()
  }

  private failed(cause: unknown) {
    if (isAbort(cause)) return
    const error = cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause))
    this.set({ status: "ready", error })
  }

  private set(change: Partial<ListView>) {
    this.view = { ...this.view, ...change, more: this.nextCursor !== null }
    notify(this.listeners)
  }

  private listen() {
    void this.reload()
    this.stop.push(
      onMessage("reset", () => void this.reload()),
      onGone((id) => this.drop(id)),
      onMessage("change", (change) => this.heard(change)),
    )
  }

  private rest() {
    this.calls?.abort()
    clearTimeout(this.lookAgain)
    this.lookAgain = undefined
    for (const stop of this.stop.splice(0)) stop()
  }

  private drop(id: string) {
    if (!this.view.ids.includes(id)) return
    this.selected.delete(id)
    this.set({ ids: this.view.ids.filter((each) => each !== id), total: Math.max(0, this.view.total - 1) })
  }

  /** Something may have come in: looks at the head of the list, and keeps what is new waiting. */
  private lookSoon() {
    this.lookAgain ??= setTimeout(() => {
      this.lookAgain = undefined
      if (this.view.status === "first") return
      fetchPage(this.request, { limit: pageSize })
        .then((page) => {
          const known = new Set(this.view.ids)
          const head = this.idsOf(page)
          // Behind the last row we know comes what we have not loaded yet: that is not new.
          const last = head.findLastIndex((id) => known.has(id))
          const reach = last === -1 && this.view.ids.length > 0 ? head.length : last
          const arrived = (this.view.ids.length === 0 ? head : head.slice(0, reach)).filter(
            (id) => !known.has(id),
          )
          for (const link of page.links) if (arrived.includes(link.id)) putLink(link)
          for (const [id, excerpt] of page.excerpts) this.excerpts.set(id, excerpt)
          if (arrived.length > 0 || this.view.arrived.length > 0) this.set({ arrived })
        })
        .catch(() => {})
    }, lookAgainMillis)
  }
}

const kept = new Map<string, LinkList>()
const keptLists = 6
let latest: LinkList | null = null

/** The list of a query, the same one as before while it is kept. */
export const listOf = (query: string): LinkList => {
  const key = query.trim().replaceAll(/\s+/g, " ")
  const found = kept.get(key) ?? new LinkList(key)
  kept.delete(key)
  kept.set(key, found)
  for (const old of [...kept.keys()].slice(0, -keptLists)) kept.delete(old)
  latest = found
  return found
}

/** The list the reader came from: where "back" and "next" of a link's page lead. */
export const latestList = (): LinkList | null => latest
