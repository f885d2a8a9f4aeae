/**
 * Storing: the manifest's rename makes the captured files a version. A restart that finds the manifest finishes
 * without writing it again, so a version is there once however often the step runs.
 */
import * as Effect from "effect/Effect"
import { linkById } from "../catalog/Catalog.ts"
import { SqlClient } from "@effect/sql/SqlClient"
import { ContentStore } from "../archive/ContentStore.ts"
import type { LinkMeta } from "../archive/Manifest.ts"
import { ManifestStore } from "../archive/ManifestStore.ts"
import { isUnchanged, lastGood } from "../lastGood.ts"
import type { CapturedFacts, LinkRecord } from "../LinkRecord.ts"
import type { StepWorld } from "./StepWorld.ts"

export const storeStep = (world: StepWorld, link: LinkRecord) =>
  Effect.gen(function* () {
    const captured = link.job!.captured!
    const manifests = yield* ManifestStore
    const existing = yield* manifests.find(link.id, captured.snapshot.id)
    if (existing === undefined) {
      const last = yield* lastGood(link.id)
      if (last !== undefined && isUnchanged(captured, last)) {
        world.texts.take(captured.snapshot.id)
        return { _tag: "SnapshotUnchanged" as const, snapshotId: last.id, version: last.version }
      }
      const meta = yield* metaOf(link, captured.title)
      yield* manifests.write({
        tool: { name: "linkseal", version: world.toolVersion },
        link: meta,
        snapshot: captured.snapshot,
        mediaType: captured.mediaType,
        lang: captured.lang,
        steps: captured.steps.map(({ name, millis, reason }) => ({
          name,
          millis,
          status: reason === null ? "ok" : "partial",
          reason,
        })),
        textSha256: captured.textSha256,
        resourcesSha256: captured.resourcesSha256,
      })
    }
    world.texts.put(captured.snapshot.id, yield* textOf(world, captured))
    return { _tag: "SnapshotStored" as const, captured }
  })

/** The link, and whether its title is the user's. */
const linkWithOrigin = (id: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql<{ mine: number }>`SELECT title_set_by_user AS mine FROM links WHERE id = ${id}`
    return { ...(yield* linkById(id)), titleSetByUser: rows[0]?.mine === 1 }
  })

const metaOf = (link: LinkRecord, title: string) =>
  Effect.map(linkWithOrigin(link.id), (row): LinkMeta => ({
    id: link.id,
    url: link.url,
    title: row.title === "" ? title : row.title,
    titleSetByUser: row.titleSetByUser,
    note: row.note,
    tags: row.tags,
    addedAt: row.addedAt,
  }))

/** The page's text: still in memory after a capture, read from the article after a restart. */
const textOf = (world: StepWorld, captured: CapturedFacts) =>
  Effect.gen(function* () {
    const kept = world.texts.take(captured.snapshot.id)
    if (kept !== null) return kept
    const article = captured.snapshot.artefacts.find(
      ({ name, status }) => name === "article.txt" && status === "ok",
    )
    if (article === undefined) return ""
    const bytes = yield* Effect.flatMap(ContentStore, (store) => store.readAll(article.sha256))
    return new TextDecoder().decode(bytes)
  })
