/** What can be done to links from the list. A state that must follow is shown at once; the stream confirms it. */
import { i18n } from "@lingui/core"
import { t } from "@lingui/core/macro"
import { api, ApiError } from "../lib/api.ts"
import { expectState, links, putLink, refresh } from "../lib/links.ts"
import { refusalOf } from "../lib/refusals.ts"
import { attempt } from "../lib/toast.ts"
import type { BulkDocument, Link } from "../lib/types.ts"

type BulkAction = "tag" | "untag" | "snapshot" | "retry"
/** The daemon takes this many ids in one call. */
const bulkIds = 500

/** Some links refused; the others were done. */
class PartlyDone extends Error {
  constructor(done: number, failed: BulkDocument["failed"]) {
    const said = failed.map(({ code, message }) => {
      const { text, detail } = refusalOf(new ApiError(409, code, message))
      return text === null ? detail : i18n._(text)
    })
    const reasons = [...new Set(said)].slice(0, 3).join("; ")
    super(t`${done} done, ${failed.length} not: ${reasons}`)
  }
}

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
    const failed: Array<BulkDocument["failed"][number]> = []
    for (const some of chunks(ids)) {
      const body = tags === undefined ? { ids: some, action } : { ids: some, action, tags }
      const answer = await api<BulkDocument>("POST", "/links/bulk", { body })
      for (const link of answer.links) putLink(link)
      failed.push(...answer.failed)
    }
    for (const id of ids) refresh(id)
    if (failed.length > 0) throw new PartlyDone(ids.length - failed.length, failed)
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
