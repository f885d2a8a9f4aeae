/**
 * Every link the page knows, by id. A change moves the state at once; the rest of the record is asked again only for
 * links somebody looks at, a few at a time, so that a burst of changes costs little.
 */
import { api, isAbort } from "./api.ts"
import { onMessage } from "./events.ts"
import { KeyedStore, Store } from "./Store.ts"
import type { Link, LinkDetail, LinkState, Progress } from "./types.ts"

const stale = new Set<string>()
const parallelRefreshes = 3
let running = 0

const refreshNext = () => {
  while (running < parallelRefreshes) {
    const id = [...stale].find(links.isWatched)
    if (id === undefined) return
    stale.delete(id)
    running += 1
    void api<LinkDetail>("GET", `/links/${encodeURIComponent(id)}`)
      .then(putDetail)
      .catch((cause: unknown) => {
        if (!isAbort(cause) && cause instanceof Error && "status" in cause && cause.status === 404) forget(id)
      })
      .finally(() => {
        running -= 1
        refreshNext()
      })
  }
}

export const links = new KeyedStore<Link>((id) => {
  if (stale.has(id)) queueMicrotask(refreshNext)
})
export const details = new KeyedStore<LinkDetail>()
export const progress = new KeyedStore<Progress>()

export const putLink = (link: Link) => {
  const known = links.get(link.id)
  // A page asked for before a change must not undo it.
  if (known !== undefined && known.updatedAt > link.updatedAt) return
  links.set(link.id, link)
}

export const putDetail = (detail: LinkDetail) => {
  details.set(detail.id, detail)
  links.set(detail.id, detail)
}

const gone = new Set<(id: string) => void>()
export const onGone = (listener: (id: string) => void) => {
  gone.add(listener)
  return () => void gone.delete(listener)
}
const forget = (id: string) => {
  for (const listener of gone) listener(id)
}

export const refresh = (id: string) => {
  stale.add(id)
  refreshNext()
}

/** Shows a state before the daemon confirms it: a retry is `queued` at once. */
export const expectState = (id: string, state: LinkState) => {
  const known = links.get(id)
  if (known !== undefined) links.set(id, { ...known, state, failure: null })
}

const busyStates = new Set(["queued", "probing", "capturing", "storing"])
export const isBusy = (state: string): boolean => busyStates.has(state)

/** Since when a link is being captured, by our own clock: for the elapsed time. */
export const busySince = new Map<string, number>()

const summary = { archived: 0, doubtful: 0, failed: 0 }
export const announcement = new Store<typeof summary | null>(null)
const announceMillis = 5_000
let announcing = false
const announceLater = () => {
  if (announcing) return
  announcing = true
  setTimeout(() => {
    announcing = false
    announcement.set({ ...summary })
    Object.assign(summary, { archived: 0, doubtful: 0, failed: 0 })
  }, announceMillis)
}

export const startLinks = () => {
  onMessage("change", ({ kind, id: key, to }) => {
    if (kind !== "link") return
    const id = String(key)
    const known = links.get(id)
    if (known !== undefined) links.set(id, { ...known, state: to as LinkState })
    if (to === "removed" || to === "removing") return forget(id)
    if (to === "probing") busySince.set(id, Date.now())
    if (!isBusy(to)) {
      progress.delete(id)
      busySince.delete(id)
    }
    if (to === "archived" || to === "doubtful" || to === "failed") {
      summary[to] += 1
      announceLater()
    }
    if (known !== undefined || details.get(id) !== undefined) refresh(id)
  })
  onMessage("progress", (step) => {
    if (step.kind === "link") progress.set(String(step.id), step)
  })
}
