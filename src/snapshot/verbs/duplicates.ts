/**
 * Links that are alike, and making one of several: tags, notes and versions go to the one that stays, the others are
 * removed. All of it can be undone while the removed ones are kept, for their versions are copied and not moved.
 */
import * as Effect from "effect/Effect"
import * as Ids from "../../actors/time/Ids.ts"
import type { LinkMeta, Manifest } from "../archive/Manifest.ts"
import { ContentStore } from "../archive/ContentStore.ts"
import { ManifestStore } from "../archive/ManifestStore.ts"
import { versionText } from "../archive/versionText.ts"
import { deleteSnapshot, indexText } from "../catalog/CatalogWriter.ts"
import { duplicates } from "../catalog/duplicates.ts"
import { tagKey } from "../catalog/Tags.ts"
import type { Link } from "../Link.ts"
import type { MergedVersion } from "../LinkRecord.ts"
import type { Links } from "../Links.ts"
import { BadRequest, NotInThisState } from "../LinkRefusals.ts"
import { noteChange, removeOne, type Changes } from "./changes.ts"
import { rewrite } from "./rewrite.ts"
import type { Tools } from "./tools.ts"

/** Versions that one merging copies; more would be a manifest storm in one request. */
const versionsMax = 1_000

const resting: ReadonlySet<string> = new Set(["archived", "doubtful", "failed", "cancelled"])

const isGood = (manifest: Manifest) => manifest.snapshot.verdict.kind === "good"
const newest = (manifests: ReadonlyArray<Manifest>) =>
  manifests.reduce<Manifest | undefined>(
    (best, each) => (best === undefined || each.snapshot.takenAt >= best.snapshot.takenAt ? each : best),
    undefined,
  )

/**
 * What is appended to the versions that stay: those of the others in the order of their time, and once more the newest
 * that stays when it is newer than all of them, so that the highest number is what the page looked like last.
 */
const appended = (own: ReadonlyArray<Manifest>, others: ReadonlyArray<Manifest>): ReadonlyArray<Manifest> => {
  const sorted = [...others].sort((a, b) => (a.snapshot.takenAt < b.snapshot.takenAt ? -1 : 1))
  const [last, theirs] = [newest(own), sorted.at(-1)]
  if (last === undefined || theirs === undefined) return sorted
  return last.snapshot.takenAt > theirs.snapshot.takenAt ? [...sorted, last] : sorted
}

/** Each once, the first way it is written. */
const inOrder = (texts: ReadonlyArray<string>, key = (text: string) => text): ReadonlyArray<string> => {
  const seen = new Map<string, string>()
  for (const text of texts) if (text !== "" && !seen.has(key(text))) seen.set(key(text), text)
  return [...seen.values()]
}

const metaOf = ({ addedAt, id, note, tags, title, url }: Link): LinkMeta => ({
  id,
  url,
  title,
  titleSetByUser: false,
  note,
  tags,
  addedAt,
})

export const duplicateVerbs = (tools: Tools) =>
  Effect.gen(function* () {
    const { ask, find, read, write } = tools
    const manifests = yield* ManifestStore
    const content = yield* ContentStore

    const manifestsOf = (id: string) =>
      Effect.orDie(Effect.flatMap(manifests.list(id), (names) => Effect.forEach(names, manifests.read)))

    const restingLink = (id: string) =>
      Effect.flatMap(find(id), (link) =>
        resting.has(link.state)
          ? Effect.succeed(link)
          : Effect.fail(new NotInThisState({ id, state: link.state, verb: "merge" })),
      )

    /** Copies as they will be, numbered after what stays. */
    const plan = (keep: Link, own: ReadonlyArray<Manifest>, others: ReadonlyArray<Manifest>, after: number) =>
      Effect.forEach(appended(own, others), (manifest, index) =>
        Effect.map(Ids.next, (id) => ({
          ...manifest,
          link: metaOf(keep),
          snapshot: { ...manifest.snapshot, id, version: after + index + 1 },
        })),
      )

    const takeOver = (keep: Link, copies: ReadonlyArray<Manifest>, own: ReadonlyArray<Manifest>) =>
      Effect.gen(function* () {
        const last = copies.at(-1)
        if (last === undefined) return
        yield* Effect.orDie(Effect.forEach(copies, manifests.write, { discard: true }))
        yield* ask(keep.id, {
          _tag: "VersionsMerged",
          versions: copies.map(
            ({ lang, mediaType, resourcesSha256, snapshot, textSha256 }): MergedVersion => ({
              snapshot,
              mediaType,
              lang,
              textSha256,
              resourcesSha256,
            }),
          ),
          version: last.snapshot.version,
          hasGood: [...own, ...copies].some(isGood),
          rests: isGood(last) ? "archived" : "doubtful",
          failure: null,
        })
      })

    /** The link is found by the words of this version. */
    const takeText = (id: string, version: Manifest | undefined) =>
      Effect.gen(function* () {
        if (version === undefined) return
        const text = yield* Effect.orDie(Effect.provideService(versionText(version), ContentStore, content))
        if (text !== "") yield* write(indexText(id, text))
      })

    const mergeDuplicates: (typeof Links)["Service"]["mergeDuplicates"] = (keepId, otherIds) =>
      Effect.gen(function* () {
        const wanted = [...new Set(otherIds)]
        if (wanted.length === 0 || wanted.includes(keepId))
          return yield* new BadRequest({ message: "name the link to keep, and others to merge into it" })
        const keep = yield* restingLink(keepId)
        const others = yield* Effect.forEach(wanted, restingLink)
        const own = yield* manifestsOf(keepId)
        const theirs = yield* Effect.forEach(others, ({ id }) => manifestsOf(id))
        if (theirs.flat().length > versionsMax)
          return yield* new BadRequest({ message: `at most ${versionsMax} versions are merged at once` })
        const copies = yield* plan(keep, own, theirs.flat(), own.at(-1)?.snapshot.version ?? 0)
        const change = yield* noteChange(tools, "merge", {
          ids: wanted,
          keep: keepId,
          tags: keep.tags,
          note: keep.note,
          state: keep.state as Changes["merge"]["state"],
          failure: keep.failure === null ? null : { ...keep.failure, retryAt: null },
          hasGood: own.some(isGood),
          copies: copies.map(({ snapshot }) => ({ version: snapshot.version, snapshotId: snapshot.id })),
        })
        yield* takeOver(keep, copies, own)
        const best = newest([...own, ...theirs.flat()].filter(isGood))
        if (best !== undefined && best.link.id !== keepId) yield* takeText(keepId, best)
        const all = [yield* find(keepId), ...others]
        const merged = {
          tags: inOrder(
            all.flatMap(({ tags }) => tags),
            tagKey,
          ),
          note: inOrder(all.map(({ note }) => note)).join("\n\n"),
        }
        yield* rewrite(tools, all[0]!, merged, "LinksMerged")
        yield* Effect.forEach(wanted, (id) => removeOne(tools, id, false), { discard: true })
        return { link: yield* find(keepId), change, groups: yield* read(duplicates) }
      })

    /** Takes the copies away again and puts the link that stayed back to what it was. */
    const undoMerge = ({ copies, failure, hasGood, keep, note, state, tags }: Changes["merge"]) =>
      Effect.gen(function* () {
        yield* restingLink(keep)
        for (const { snapshotId, version } of copies) {
          yield* write(deleteSnapshot(keep, snapshotId))
          yield* Effect.orDie(manifests.remove({ linkId: keep, snapshotId, version }))
        }
        const version = copies.at(-1)?.version ?? 0
        const link = yield* ask(keep, {
          _tag: "VersionsMerged",
          versions: [],
          version,
          hasGood,
          rests: state,
          failure,
        })
        if (copies.length > 0) yield* takeText(keep, (yield* manifestsOf(keep)).findLast(isGood))
        yield* rewrite(tools, link, { note, tags }, "LinkEdited")
      })

    return { duplicates: read(duplicates), mergeDuplicates, undoMerge }
  })
