/** Changing what a user wrote about a link: its title, note and tags, beside its machine. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { upsertLink } from "../catalog/CatalogWriter.ts"
import { replaceTags } from "../catalog/Tags.ts"
import type { Link } from "../Link.ts"
import type { Tools } from "./tools.ts"

export interface Rewriting {
  readonly title?: string
  /** The title is no longer the user's: captures set it again. */
  readonly giveBack?: boolean
  readonly note?: string
  /** As `checkTags` gives them. */
  readonly tags?: ReadonlyArray<string>
}

interface Row {
  readonly titleSetByUser: number
  readonly addedAt: number
  readonly retryAt: number | null
}

/** In one commit, with an entry in the link's timeline. */
export const rewrite = (tools: Tools, link: Link, change: Rewriting, event: string): Effect.Effect<void> => {
  const { edited, sql, write } = tools
  const work = Effect.gen(function* () {
    const rows = yield* sql<Row>`SELECT title_set_by_user AS "titleSetByUser", added_at AS "addedAt",
      retry_at AS "retryAt" FROM links WHERE id = ${link.id}`
    const row = rows[0]
    if (row === undefined) return
    yield* upsertLink({
      id: link.id,
      url: link.url,
      title: change.title ?? link.title,
      titleSetByUser:
        change.giveBack !== true && (change.title === undefined ? row.titleSetByUser === 1 : true),
      note: change.note ?? link.note,
      state: link.state,
      addedAt: row.addedAt,
      updatedAt: yield* Clock.currentTimeMillis,
      failure: link.failure === null ? null : { ...link.failure, retryAt: row.retryAt },
    })
    if (change.tags !== undefined) yield* replaceTags(link.id, change.tags)
  })
  return Effect.flatMap(edited([link], event), (drafts) => write(work, drafts))
}
