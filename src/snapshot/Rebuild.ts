/**
 * Makes the catalogue and the link machines anew from the archive's files: what `linkseal rebuild` runs on an empty
 * database. A link with versions rests where its newest one left it; one without waits for its capture again.
 */
import { SqlClient } from "@effect/sql/SqlClient"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JournalDraft } from "../actors/Journal.ts"
import { StateStore } from "../actors/StateStore.ts"
import type { Manifest } from "./archive/Manifest.ts"
import { ManifestStore } from "./archive/ManifestStore.ts"
import { scan, type Lost, type ScannedLink } from "./archive/scan.ts"
import { versionText } from "./archive/versionText.ts"
import { indexText, insertSnapshots, upsertLinks } from "./catalog/CatalogWriter.ts"
import { changeTags } from "./catalog/Tags.ts"
import type { LinkState } from "./Link.ts"
import { initialLink, linkShelf, type LinkEvent, type LinkRecord, type RestedState } from "./LinkRecord.ts"

export interface Rebuilt {
  readonly links: number
  readonly snapshots: number
  readonly lost: ReadonlyArray<Lost>
}

/** Links in one transaction; their manifests and texts are in memory together. */
const batch = 50

interface Readable extends ScannedLink {
  readonly link: NonNullable<ScannedLink["link"]>
}

const isGood = (manifest: Manifest) => manifest.snapshot.verdict.kind === "good"

/** What the machine of a link knows, as far as the files tell. */
const recordOf = ({ id, link, manifests }: Readable): LinkRecord => {
  const newest = manifests.at(-1)
  const rested: RestedState | null = newest === undefined ? null : isGood(newest) ? "archived" : "doubtful"
  const isRemoved = link.removedAt !== null
  return {
    ...initialLink(id),
    url: link.url,
    addedAt: Date.parse(link.addedAt),
    state: isRemoved ? "removed" : (rested ?? "queued"),
    rested: isRemoved ? (rested ?? "cancelled") : null,
    version: newest?.snapshot.version ?? 0,
    hasGood: manifests.some(isGood),
  }
}

/** The version whose text and title a link is found by. */
const shown = (manifests: ReadonlyArray<Manifest>) => manifests.findLast(isGood) ?? manifests.at(-1)

const textOf = (manifests: ReadonlyArray<Manifest>) => {
  const version = shown(manifests)
  if (version === undefined) return Effect.succeed("")
  const { textBytes: _, ...withArticle } = version
  return versionText(version).pipe(
    // `verify` tells of damaged files; here the link is found by its article alone, or not by its text at all.
    Effect.orElse(() => versionText(withArticle)),
    Effect.orElseSucceed(() => ""),
  )
}

const catalogueRows = (batchOf: ReadonlyArray<Readable>, texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* upsertLinks(
      batchOf.map(({ link, manifests, ...each }) => ({
        id: link.id,
        url: link.url,
        title: link.title === "" ? (shown(manifests)?.link.title ?? "") : link.title,
        titleSetByUser: link.titleSetByUser,
        note: link.note,
        state: recordOf({ link, manifests, ...each }).state as LinkState,
        addedAt: Date.parse(link.addedAt),
        updatedAt: Date.parse(link.removedAt ?? link.updatedAt),
        failure: null,
      })),
    )
    for (const [index, { id, link, manifests }] of batchOf.entries()) {
      yield* changeTags([id], { add: link.tags })
      yield* insertSnapshots(
        manifests.map((manifest) => ({
          linkId: id,
          snapshot: manifest.snapshot,
          mediaType: manifest.mediaType,
          lang: manifest.lang,
          textSha256: manifest.textSha256,
          resourcesSha256: manifest.resourcesSha256,
        })),
      )
      yield* indexText(id, texts[index]!)
    }
  })

/** A link's timeline as far as the files tell; only for links of which the journal knows nothing. */
const timelineOf = ({ id, link, manifests }: Readable): ReadonlyArray<JournalDraft> => {
  const entry = (at: string, event: string, to: string, detail: unknown): JournalDraft => ({
    at: Date.parse(at),
    kind: "link",
    id,
    event,
    from: "",
    to,
    detail: detail === null ? null : JSON.stringify(detail),
  })
  return [
    entry(link.addedAt, "LinkAdded", "queued", null),
    ...manifests.map(({ snapshot }) => {
      const { bytes, id: snapshotId, partial, verdict, version } = snapshot
      const detail = { snapshot: snapshotId, version, verdict, partial, bytes }
      return entry(
        snapshot.takenAt,
        "SnapshotStored",
        verdict.kind === "good" ? "archived" : "doubtful",
        detail,
      )
    }),
  ]
}

const knownIds = (ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql<{ id: string }>`SELECT j.value AS id FROM json_each(${JSON.stringify(ids)}) j
      WHERE EXISTS (SELECT 1 FROM journal WHERE kind = 'link' AND id = j.value)`
    return new Set(rows.map(({ id }) => id))
  })

const saveMachines = (links: ReadonlyArray<Readable>) =>
  Effect.gen(function* () {
    const shelf = (yield* StateStore).open<LinkRecord, LinkEvent>({
      kind: "link",
      ...linkShelf,
      project: null,
      durableTimers: true,
    })
    const now = yield* Clock.currentTimeMillis
    const known = yield* knownIds(links.map(({ id }) => id))
    const saveOne = (link: Readable) => {
      const state = recordOf(link)
      const rebuilt: JournalDraft = {
        at: now,
        kind: "link",
        id: link.id,
        event: "Rebuilt",
        from: "",
        to: state.state,
        detail: null,
      }
      return (
        shelf.save({
          id: link.id,
          before: initialLink(link.id),
          state,
          changed: true,
          ended: false,
          stepPending: false,
          consumed: [],
          timers: [],
          log: [],
          logLength: 0,
          lastLogAt: null,
          logDrop: null,
          journal: [...(known.has(link.id) ? [] : timelineOf(link)), rebuilt],
          events: [],
          at: now,
        }) ?? Effect.void
      )
    }
    yield* Effect.forEach(links, saveOne, { concurrency: batch, discard: true })
  })

const rebuildBatch = (scanned: ReadonlyArray<ScannedLink>) =>
  Effect.gen(function* () {
    const store = yield* StateStore
    const links = scanned.filter((each): each is Readable => each.link !== null)
    const texts = yield* Effect.forEach(links, ({ manifests }) => textOf(manifests))
    const sql = yield* SqlClient
    yield* store.write(Effect.provideService(catalogueRows(links, texts), SqlClient, sql))
    yield* saveMachines(links)
    return links
  })

/** Fills the migrated, empty tables of this room. Fails when the archive cannot be listed. */
export const rebuildLinks = Effect.gen(function* () {
  const manifests = yield* ManifestStore
  const store = yield* StateStore
  const sql = yield* SqlClient
  let [links, snapshots] = [0, 0]
  const lost: Array<Lost> = []
  yield* Stream.runForEach(Stream.grouped(scan, batch), (group) =>
    Effect.gen(function* () {
      const scanned = Chunk.toReadonlyArray(group)
      for (const each of scanned) lost.push(...each.lost)
      const done = yield* rebuildBatch(scanned)
      links += done.length
      snapshots += done.reduce((sum, each) => sum + each.manifests.length, 0)
    }),
  )
  // The files that were just read are up to date; only links without one still need theirs.
  const files = JSON.stringify(yield* manifests.links)
  yield* store.write(sql`DELETE FROM link_files_due WHERE id IN (SELECT value FROM json_each(${files}))`)
  return { links, snapshots, lost } satisfies Rebuilt
})
