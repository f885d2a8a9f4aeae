/**
 * The catalogue rows of links, written in the commit of the plan that caused them. What users edit (titles they set,
 * notes, tags) is not overwritten by what captures find.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import type { Project, ProjectionChange } from "../actors/Projection.ts"
import {
  deleteLinks,
  indexText,
  insertSnapshot,
  insertSnapshots,
  setState,
  upsertLinks,
  type FailureRow,
} from "./catalog/CatalogWriter.ts"
import { changeTags } from "./catalog/Tags.ts"
import type { LinkState } from "./Link.ts"
import type { CapturedFacts, LinkEvent, LinkRecord } from "./LinkRecord.ts"
import type { Texts } from "./Texts.ts"

type LinkChange = ProjectionChange<LinkRecord, LinkEvent>

const isNew = (change: LinkChange) => change.before.state === "new" || change.before.forEver

const failureOf = (link: LinkRecord): FailureRow | null => link.failure

/** Links that were not there: their rows, and the tags they were added with. */
const added = (changes: ReadonlyArray<LinkChange>) =>
  Effect.gen(function* () {
    const firsts = changes.flatMap((change) => {
      const event = change.events.find((each) => each._tag === "LinkAdded")
      return event === undefined || !isNew(change) ? [] : [{ change, event }]
    })
    yield* upsertLinks(
      firsts.map(({ change, event }) => ({
        id: change.after.id,
        url: event.url,
        title: "",
        titleSetByUser: false,
        note: event.note,
        state: change.after.state as LinkState,
        addedAt: event.at,
        updatedAt: change.at,
        failure: failureOf(change.after),
      })),
    )
    const byTags = new Map<string, { readonly tags: ReadonlyArray<string>; readonly ids: Array<string> }>()
    for (const { change, event } of firsts) {
      const key = JSON.stringify(event.tags)
      const group = byTags.get(key) ?? { tags: event.tags, ids: [] }
      group.ids.push(change.after.id)
      byTags.set(key, group)
    }
    for (const { tags, ids } of byTags.values()) if (tags.length > 0) yield* changeTags(ids, { add: tags })
  })

interface KnownRow {
  readonly url: string
  readonly title: string
  readonly titleSetByUser: number
  readonly note: string
  readonly addedAt: number
}

/** A new version: its row, and when it is the one to show, its title and its words. */
const stored = (change: LinkChange, captured: CapturedFacts, text: string | null) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { after, before, at } = change
    yield* insertSnapshot({
      linkId: after.id,
      snapshot: captured.snapshot,
      mediaType: captured.mediaType,
      lang: captured.lang,
      textSha256: captured.textSha256,
      resourcesSha256: captured.resourcesSha256,
    })
    if (captured.snapshot.verdict.kind !== "good" && before.hasGood) return
    const rows = yield* sql<KnownRow>`SELECT url, title, title_set_by_user AS "titleSetByUser", note,
      added_at AS "addedAt" FROM links WHERE id = ${after.id}`
    const row = rows[0]
    if (row === undefined) return
    const title = row.titleSetByUser === 1 || captured.title === "" ? row.title : captured.title
    yield* upsertLinks([
      {
        id: after.id,
        url: row.url,
        title,
        titleSetByUser: row.titleSetByUser === 1,
        note: row.note,
        state: after.state as LinkState,
        addedAt: row.addedAt,
        updatedAt: at,
        failure: failureOf(after),
      },
    ])
    yield* indexText(after.id, text)
  })

const checked = (id: string, at: number) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql`INSERT INTO link_checks (id, at, checks) VALUES (${id}, ${at}, 1)
      ON CONFLICT (id) DO UPDATE SET at = excluded.at, checks = checks + 1`,
  )

/** Pages that wait to become versions: their rows hold their bytes against the sweep. */
const setPushed = ({ id, pushed, pushes }: LinkRecord) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`DELETE FROM pushed_pages WHERE id = ${id}`
    for (const sha256 of new Set(pushed === null ? pushes : [pushed, ...pushes]))
      yield* sql`INSERT INTO pushed_pages (id, sha256) VALUES (${id}, ${sha256})`
  })

const pagesOf = ({ pushed, pushes }: LinkRecord): string => [pushed, ...pushes].join()

const applyOne = (change: LinkChange, texts: Texts) =>
  Effect.gen(function* () {
    const { after, before, at } = change
    const snapshot = change.events.find((event) => event._tag === "SnapshotStored")
    if (snapshot !== undefined)
      yield* stored(change, snapshot.captured, texts.get(snapshot.captured.snapshot.id))
    for (const event of change.events) {
      if (event._tag === "VersionsMerged")
        yield* insertSnapshots(event.versions.map((version) => ({ linkId: after.id, ...version })))
    }
    if (change.events.some((event) => event._tag === "SnapshotUnchanged")) yield* checked(after.id, at)
    if (pagesOf(after) !== pagesOf(before)) yield* setPushed(after)
    const back = change.events.find((event) => event._tag === "LinkAdded")
    if (back !== undefined && !isNew(change)) yield* changeTags([after.id], { add: back.tags })
    if (after.state === "removed" && after.forEver) return yield* deleteLinks([after.id])
    if (after.state !== before.state && !(isNew(change) && back !== undefined))
      yield* setState(after.id, after.state as LinkState, at, failureOf(after))
  })

/** The group's projection over the catalogue. */
export const linkProjection =
  (sql: SqlClient.SqlClient, texts: Texts): Project<LinkRecord, LinkEvent> =>
  (changes) =>
    Effect.gen(function* () {
      const moved = changes.filter((change) => change.events.length > 0)
      yield* added(moved)
      for (const change of moved) yield* applyOne(change, texts)
    }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
