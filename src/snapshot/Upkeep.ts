/**
 * The housekeeping of the archive: links removed a month ago go for ever, bytes that nothing names are swept, and what
 * sharing saves is measured. Each is bounded: a sweep a day however often the daemon starts, a measuring for at most a
 * small part of the time.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { StateStore } from "../actors/StateStore.ts"
import { sweep } from "./archive/gc.ts"
import { saving, type MeasuredSaving } from "./archive/saving.ts"
import type { LinkGroup } from "./LinkGroup.ts"

const day = 24 * 60 * 60 * 1000

export interface UpkeepSettings {
  /** Till the first look after the start, milliseconds: captures that are resumed come first. */
  readonly firstMillis: number
  readonly everyMillis: number
  readonly sweepEveryMillis: number
  /** How long a removed link can be brought back. */
  readonly keepRemovedMillis: number
  /** Bytes younger than this are not swept. */
  readonly graceMillis: number
}

export const defaultUpkeep: UpkeepSettings = {
  firstMillis: 15_000,
  everyMillis: 60_000,
  sweepEveryMillis: day,
  keepRemovedMillis: 30 * day,
  graceMillis: 60 * 60 * 1000,
}

/** Links that one look removes for ever. */
const purgeBatch = 200
/** Measuring takes at most this part of the time. */
const measureShare = 1 / 200

const setting = (name: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql<{ value: string }>`SELECT value FROM room_settings WHERE name = ${name}`
    return rows[0]?.value
  })

const keepSetting = (name: string, value: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const store = yield* StateStore
    yield* store.write(sql`INSERT INTO room_settings (name, value) VALUES (${name}, ${value})
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
  })

/** What no manifest names yet: versions about to be stored, and pages that browsers pushed. */
const namedObjects = (group: LinkGroup) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const pushed = yield* sql<{ sha256: string }>`SELECT sha256 FROM pushed_pages`
    const storing = yield* sql<{ id: string }>`SELECT id FROM links WHERE state = 'storing'`
    const named = new Set(pushed.map(({ sha256 }) => sha256))
    for (const { id } of storing) {
      const captured = (yield* group.get(id))?.job?.captured
      for (const { sha256 } of captured?.snapshot.artefacts ?? []) named.add(sha256)
      if (captured?.textSha256 != null) named.add(captured.textSha256)
    }
    return named
  })

/** Links that were removed too long ago to come back. */
const purge = (group: LinkGroup, keepMillis: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const before = (yield* Clock.currentTimeMillis) - keepMillis
    const rows = yield* sql<{ id: string }>`SELECT id FROM links
      WHERE removed_at < ${before} AND state = 'removed' LIMIT ${purgeBatch}`
    yield* Effect.forEach(
      rows,
      ({ id }) => group.sendDurable(id, { _tag: "RemoveRequested", forEver: true }),
      { discard: true },
    )
    const store = yield* StateStore
    yield* store.write(sql`DELETE FROM changes WHERE at < ${before}`)
  })

const sweepWhenDue = (group: LinkGroup, settings: UpkeepSettings) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (now - Number((yield* setting("swept at")) ?? 0) < settings.sweepEveryMillis) return
    // Written first: a sweep that brings the daemon down must not be the first thing after each start.
    yield* keepSetting("swept at", String(now))
    const named = yield* namedObjects(group)
    const { bytes, removed } = yield* sweep({ named, graceMillis: settings.graceMillis })
    if (removed > 0) yield* Effect.logInfo(`the archive gave back ${removed} files, ${bytes} bytes`)
  })

const readSaving = Effect.map(setting("saving"), (text): MeasuredSaving | null =>
  text === undefined ? null : (JSON.parse(text) as MeasuredSaving),
)

export const makeUpkeep = (settings: UpkeepSettings = defaultUpkeep) =>
  Effect.gen(function* () {
    let last = yield* readSaving
    let isStale = true
    let notBefore = 0

    const measureWhenDue = Effect.gen(function* () {
      const from = yield* Clock.currentTimeMillis
      if (!isStale || from < notBefore) return
      isStale = false
      const measured = yield* saving
      const to = yield* Clock.currentTimeMillis
      notBefore = to + (to - from) / measureShare
      last = { ...measured, measuredAt: new Date(to).toISOString() }
      yield* keepSetting("saving", JSON.stringify(last))
    })

    const run = (group: LinkGroup) =>
      Effect.sleep(settings.firstMillis).pipe(
        Effect.zipRight(
          purge(group, settings.keepRemovedMillis).pipe(
            Effect.zipRight(sweepWhenDue(group, settings)),
            Effect.zipRight(measureWhenDue),
            Effect.catchAllCause((cause) => Effect.logWarning("the upkeep of the archive failed", cause)),
            Effect.zipRight(Effect.sleep(settings.everyMillis)),
            Effect.forever,
          ),
        ),
      )

    return {
      run,
      /** Something may have come or gone. */
      changed: () => {
        isStale = true
      },
      saving: Effect.sync(() => last),
    }
  })
