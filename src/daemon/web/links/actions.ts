/** What can be done to links from the list. A state that must follow is shown at once; the stream confirms it. */
import { api } from "../lib/api.ts"
import { expectState, links, putLink, refresh } from "../lib/links.ts"
import { attempt } from "../lib/toast.ts"
import type { Link } from "../lib/types.ts"

type BulkAction = "tag" | "untag" | "snapshot" | "retry"
/** The daemon takes this many ids in one call. */
const bulkIds = 500

const chunks = (ids: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(ids.length / bulkIds) }, (_, at) =>
    ids.slice(at * bulkIds, (at + 1) * bulkIds),
  )

/** Resolves with false, and the band of problems says why, when a part was refused. */
export const bulk = (
  ids: ReadonlyArray<string>,
  action: BulkAction,
  tags?: ReadonlyArray<string>,
): Promise<boolean> =>
  attempt(async () => {
    for (const some of chunks(ids)) {
      const body = tags === undefined ? { ids: some, action } : { ids: some, action, tags }
      const answer = await api<{ readonly links?: ReadonlyArray<Link> }>("POST", "/links/bulk", { body })
      for (const link of answer.links ?? []) putLink(link)
    }
    for (const id of ids) refresh(id)
  })

const needsRetry = (id: string) => {
  const state = links.get(id)?.state
  return state === "failed" || state === "cancelled"
}

/** A retry for what failed or was cancelled, a new version for the rest. */
export const askAgain = (ids: ReadonlyArray<string>): Promise<boolean> =>
  attempt(async () => {
    for (const id of ids) {
      const verb = needsRetry(id) ? "retry" : "snapshots"
      expectState(id, "queued")
      try {
        await api("POST", `/links/${encodeURIComponent(id)}/${verb}`)
      } finally {
        refresh(id)
      }
    }
  })

export const cancel = (id: string): Promise<boolean> =>
  attempt(async () => {
    await api("POST", `/links/${encodeURIComponent(id)}/cancel`)
    refresh(id)
  })

export const edit = (
  id: string,
  change: { readonly title?: string; readonly note?: string; readonly tags?: ReadonlyArray<string> },
): Promise<boolean> =>
  attempt(async () => {
    putLink(await api<Link>("PATCH", `/links/${encodeURIComponent(id)}`, { body: change }))
    refresh(id)
  })
