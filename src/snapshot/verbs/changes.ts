/** Removing links, and taking changes back. A change is written down before it is made, so that a crash leaves its undo. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Catalog from "../catalog/Catalog.ts"
import { isoTime } from "../catalog/linkRows.ts"
import type { LinkFailure, RestedState } from "../LinkRecord.ts"
import type { Links, Removal } from "../Links.ts"
import { NotFound, type NotInThisState } from "../LinkRefusals.ts"
import type { Tools } from "./tools.ts"

/** Machines that one change talks to at once. */
const concurrency = 64
/** A change can be taken back for this long, milliseconds. */
const undoMillis = 30 * 24 * 60 * 60 * 1000

/** What the kinds of changes remember. */
export interface Changes {
  readonly remove: { readonly ids: ReadonlyArray<string> }
  /** Duplicates that became one: who went, and how the one that stayed was before. */
  readonly merge: {
    readonly ids: ReadonlyArray<string>
    readonly keep: string
    readonly tags: ReadonlyArray<string>
    readonly note: string
    readonly state: RestedState
    readonly failure: LinkFailure | null
    readonly hasGood: boolean
    /** The versions that it got. */
    readonly copies: ReadonlyArray<{ readonly version: number; readonly snapshotId: string }>
  }
}

interface ChangeRow {
  readonly id: number
  readonly at: number
  readonly kind: string
  readonly detail: string
}

/** Writes a change down; gives its id. */
export const noteChange = <K extends keyof Changes>(
  { sql, write }: Tools,
  kind: K,
  detail: Changes[K],
): Effect.Effect<string> =>
  Effect.gen(function* () {
    const at = yield* Clock.currentTimeMillis
    const rows = yield* write(sql<{ id: number }>`INSERT INTO changes (at, kind, detail)
      VALUES (${at}, ${kind}, ${JSON.stringify(detail)}) RETURNING id`)
    return String(rows[0]!.id)
  }) as Effect.Effect<string>

/** Removes one link, whatever it is doing. */
export const removeOne = ({ find, group, planned, tell }: Tools, id: string, forEver: boolean) =>
  Effect.gen(function* () {
    const link = yield* find(id)
    if (link.state === "removed" && !forEver) return
    yield* tell(id, { _tag: "RemoveRequested", forEver })
    if (link.state === "probing" || link.state === "capturing") yield* group.interruptStep(id)
    yield* planned(id)
  })

const findChange = ({ read, sql }: Tools, id: string | undefined) =>
  Effect.gen(function* () {
    const since = (yield* Clock.currentTimeMillis) - undoMillis
    const number = id === undefined ? null : /^\d{1,15}$/.test(id) ? Number(id) : -1
    const rows = yield* read(sql<ChangeRow>`SELECT id, at, kind, detail FROM changes
      WHERE undone_at IS NULL AND at >= ${since} AND id = coalesce(${number}, id) ORDER BY id DESC LIMIT 1`)
    return rows[0] ?? (yield* new NotFound({ what: "change", id: id ?? "that can be undone" }))
  })

export type UndoMerge = (change: Changes["merge"]) => Effect.Effect<void, NotFound | NotInThisState>

export const changeVerbs = (
  tools: Tools,
  undoMerge: UndoMerge,
): Pick<(typeof Links)["Service"], "remove" | "undo"> => {
  const { planned, read, sql, tell, write } = tools

  const remove = (given: ReadonlyArray<string>, forEver: boolean): Effect.Effect<Removal> =>
    Effect.gen(function* () {
      const ids = [...new Set(given)]
      const known = yield* read(Catalog.linksById(ids))
      const going = known.filter(({ state }) => state !== "removed").map(({ id }) => id)
      const change = forEver || going.length === 0 ? null : yield* noteChange(tools, "remove", { ids: going })
      const outcomes = yield* Effect.forEach(ids, (id) => Effect.either(removeOne(tools, id, forEver)), {
        concurrency,
      })
      return {
        change,
        removed: ids.filter((_, index) => Either.isRight(outcomes[index]!)),
        failed: outcomes.flatMap((outcome, index) =>
          Either.isLeft(outcome) ? [{ id: ids[index]!, error: outcome.left }] : [],
        ),
      }
    })

  const undo = (id?: string) =>
    Effect.gen(function* () {
      const row = yield* findChange(tools, id)
      const detail = JSON.parse(row.detail) as Changes["merge"] | Changes["remove"]
      const restore = (link: string) => Effect.zipRight(tell(link, { _tag: "Restored" }), planned(link))
      const known = yield* read(Catalog.linksById(detail.ids))
      yield* Effect.forEach(
        known.filter(({ state }) => state === "removed" || state === "removing"),
        (link) => restore(link.id),
        { concurrency, discard: true },
      )
      // A link that is gone for ever in the meantime has nothing to be put back.
      if (row.kind === "merge")
        yield* Effect.catchTag(undoMerge(detail as Changes["merge"]), "NotFound", () => Effect.void)
      const now = yield* Clock.currentTimeMillis
      yield* write(sql`UPDATE changes SET undone_at = ${now} WHERE id = ${row.id}`)
      const ids = row.kind === "merge" ? [(detail as Changes["merge"]).keep, ...detail.ids] : detail.ids
      return {
        change: { id: String(row.id), kind: row.kind, at: isoTime(row.at) },
        links: yield* read(Catalog.linksById(ids)),
      }
    })

  return { remove, undo }
}
