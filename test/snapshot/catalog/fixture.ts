/** A catalogue in memory, with its tables, and short ways to fill it. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import type { LinkRow, SnapshotRow } from "../../../src/snapshot/catalog/CatalogWriter.ts"
import { indexText, upsertLinks } from "../../../src/snapshot/catalog/CatalogWriter.ts"
import { migrations } from "../../../src/snapshot/catalog/schema.ts"
import { changeTags } from "../../../src/snapshot/catalog/Tags.ts"
import type { Artefact } from "../../../src/snapshot/Snapshot.ts"

const migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`PRAGMA foreign_keys = ON`
  for (const { statements } of migrations) for (const statement of statements) yield* sql.unsafe(statement)
})

export const inCatalog = <A, E>(body: Effect.Effect<A, E, SqlClient.SqlClient>, filename = ":memory:") =>
  Effect.scoped(Effect.provide(Effect.zipRight(migrate, body), SqliteClient.layer({ filename })))

/** 2026-01-01T00:00:00.000Z */
export const day0 = Date.UTC(2026, 0, 1)
export const dayMillis = 86_400_000

export const row = (id: string, more: Partial<LinkRow> = {}): LinkRow => ({
  id,
  url: `https://example.org/${id}`,
  title: `Title ${id}`,
  titleSetByUser: false,
  note: "",
  state: "queued",
  addedAt: day0,
  updatedAt: day0,
  failure: null,
  ...more,
})

export interface Filled extends Partial<LinkRow> {
  readonly text?: string
  readonly tags?: ReadonlyArray<string>
}

/** Adds links by id, each a day after the one before. */
export const fill = (links: Readonly<Record<string, Filled>>) =>
  Effect.gen(function* () {
    let day = 0
    for (const [id, { text, tags, ...more }] of Object.entries(links)) {
      yield* upsertLinks([row(id, { addedAt: day0 + day * dayMillis, ...more })])
      if (text !== undefined) yield* indexText(id, text)
      if (tags !== undefined) yield* changeTags([id], { add: tags })
      day += 1
    }
  })

const artefact: Artefact = {
  name: "page.html",
  mediaType: "text/html",
  bytes: 1000,
  sha256: "ab".repeat(32),
  status: "ok",
  reason: null,
}

export const snapshotRow = (
  linkId: string,
  version: number,
  more: Partial<SnapshotRow["snapshot"]> = {},
  columns: Partial<SnapshotRow> = {},
): SnapshotRow => ({
  linkId,
  snapshot: {
    id: `${linkId}-s${version}`,
    version,
    takenAt: new Date(day0 + version * 1000).toISOString(),
    finalUrl: `https://example.org/${linkId}`,
    httpStatus: 200,
    verdict: { kind: "good", reasons: [] },
    artefacts: [artefact],
    bytes: 1000,
    millis: 1500,
    partial: false,
    ...more,
  },
  mediaType: "text/html",
  lang: "en",
  textSha256: null,
  resourcesSha256: null,
  ...columns,
})
