/**
 * Storing: the manifest's rename makes the captured files a version. A restart that finds the manifest finishes
 * without writing it again, so a version is there once however often the step runs.
 */
import * as Effect from "effect/Effect"
import { linkById } from "../catalog/Catalog.ts"
import { SqlClient } from "@effect/sql/SqlClient"
import type { LinkMeta } from "../archive/Manifest.ts"
import { ManifestStore } from "../archive/ManifestStore.ts"
import { versionText } from "../archive/versionText.ts"
import type { LinkRecord } from "../LinkRecord.ts"
import { isUnchanged, newestVersion } from "../unchanged.ts"
import type { StepWorld } from "./StepWorld.ts"

export const storeStep = (world: StepWorld, link: LinkRecord) =>
  Effect.gen(function* () {
    const captured = link.job!.captured!
    const manifests = yield* ManifestStore
    const existing = yield* manifests.find(link.id, captured.snapshot.id)
    if (existing === undefined) {
      const newest = yield* newestVersion(link.id)
      if (newest !== undefined && isUnchanged(captured, newest)) {
        const { id, verdict, version } = newest
        return { _tag: "SnapshotUnchanged" as const, snapshotId: id, version, verdict: verdict.kind }
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
        ...(captured.textBytes === undefined ? {} : { textBytes: captured.textBytes }),
        resourcesSha256: captured.resourcesSha256,
      })
    }
    world.texts.put(captured.snapshot.id, yield* versionText(captured))
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
