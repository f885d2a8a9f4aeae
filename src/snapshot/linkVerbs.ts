/**
 * The verbs of `Links`: each is one durable event to a link's machine, or one read or write of the catalogue. What a
 * caller cannot mend (the database is gone) is a defect here, and an error 500 outside.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Journal } from "../actors/Journal.ts"
import { ContentStore } from "./archive/ContentStore.ts"
import * as Catalog from "./catalog/Catalog.ts"
import { search } from "./catalog/Search.ts"
import { countByState } from "./catalog/selection.ts"
import * as Tags from "./catalog/Tags.ts"
import { restingStates, type Entry, type LinkState } from "./Link.ts"
import { linkIdOf, type LinkEvent } from "./LinkRecord.ts"
import { Links, type AddRequest } from "./Links.ts"
import { BadRequest, NotFound, NotInThisState } from "./LinkRefusals.ts"
import { extensionOf } from "./extensionOf.ts"
import { diffVerb } from "./verbs/diff.ts"
import { checkNote, checkTitle, checkUrl } from "./verbs/checks.ts"
import { capturedTitle } from "./verbs/capturedTitle.ts"
import { pushVerb } from "./verbs/push.ts"
import { scheduleVerbs } from "./verbs/schedules.ts"
import { duplicateVerbs } from "./verbs/duplicates.ts"
import { changeVerbs } from "./verbs/changes.ts"
import { rewrite } from "./verbs/rewrite.ts"
import { makeTools, type LinkParts } from "./verbs/tools.ts"

/** The newest entries of a timeline that `show` gives. */
const timelineEntries = 1_000
/** How many links one request may add. */
const addMaxUrls = 10_000
/** How many machines one request talks to at once. */
const concurrency = 256

const active: ReadonlySet<LinkState> = new Set(["queued", "probing", "capturing", "storing"])

export const makeLinks = (parts: LinkParts) =>
  Effect.gen(function* () {
    const tools = yield* makeTools(parts)
    const { ask, edited, find, group, moved, queue, queueChanged, queueNews, read, sql, tell, write } = tools
    const journal = yield* Journal
    const content = yield* ContentStore

    const findAll = (ids: ReadonlyArray<string>) => Effect.forEach(ids, find, { concurrency })

    const add = (request: AddRequest) =>
      Effect.gen(function* () {
        if (request.urls.length === 0) return yield* new BadRequest({ message: "give at least one address" })
        if (request.urls.length > addMaxUrls)
          return yield* new BadRequest({ message: `at most ${addMaxUrls} addresses at once` })
        yield* checkNote(request.note)
        const tags = yield* Tags.checkTags(request.tags ?? [])
        const urls = yield* Effect.forEach(request.urls, checkUrl)
        const at = yield* Clock.currentTimeMillis
        const ids = new Map(urls.map((url) => [linkIdOf(url), url]))
        const known = yield* read(Catalog.linksById([...ids.keys()]))
        const kept = known.filter(({ state }) => state !== "removed" && state !== "removing")
        const keptIds = new Set(kept.map(({ id }) => id))
        const fresh = [...ids].filter(([id]) => !keptIds.has(id))
        if (kept.length > 0 && tags.length > 0)
          yield* write(Tags.changeTags([...keptIds], { add: tags }), yield* edited(kept, "LinkTagged"))
        yield* Effect.forEach(
          fresh,
          ([id, url]) => tell(id, { _tag: "LinkAdded", url, note: request.note ?? "", tags, at }),
          { concurrency, discard: true },
        )
        yield* Effect.forEach(fresh, ([id]) => Effect.orDie(group.getAfter(id)), {
          concurrency,
          discard: true,
        })
        const links = yield* read(Catalog.linksById([...ids.keys()]))
        return { links, added: fresh.length }
      })

    const show = (id: string) =>
      Effect.gen(function* () {
        const link = yield* find(id)
        const snapshots = yield* read(Catalog.snapshotsOf(id))
        const checks = yield* read(sql<{ at: number }>`SELECT at FROM link_checks WHERE id = ${id}`)
        const checkedAt = checks[0] === undefined ? null : new Date(checks[0].at).toISOString()
        const entries = yield* Effect.orDie(journal.of("link", id, 0, timelineEntries))
        const timeline = entries.map((entry): Entry => ({
          at: new Date(entry.at).toISOString(),
          event: entry.event,
          from: entry.from,
          to: entry.to,
          detail: entry.detail === null ? null : (JSON.parse(entry.detail) as unknown),
        }))
        return { ...link, checkedAt, snapshots, timeline }
      })

    const ownTitle = (id: string) =>
      Effect.flatMap(read(Catalog.snapshotsOf(id)), (snapshots) => capturedTitle(content, snapshots))

    const edit: Verbs["edit"] = (id, change) =>
      Effect.gen(function* () {
        yield* checkTitle(change.title)
        yield* checkNote(change.note)
        const tags = change.tags === undefined ? null : yield* Tags.checkTags(change.tags)
        const link = yield* find(id)
        const title = change.title === "" ? { title: yield* ownTitle(id) } : {}
        const giveBack = change.title === ""
        yield* rewrite(
          tools,
          link,
          { ...change, ...title, giveBack, ...(tags === null ? {} : { tags }) },
          "LinkEdited",
        )
        return yield* find(id)
      })

    const again = (id: string, verb: string, event: LinkEvent) =>
      Effect.gen(function* () {
        const link = yield* find(id)
        if (active.has(link.state) || link.state === "removing" || link.state === "removed")
          return yield* new NotInThisState({ id, state: link.state, verb })
        return yield* ask(id, event)
      })

    const cancel = (id: string) =>
      Effect.gen(function* () {
        const link = yield* find(id)
        const planned = link.state === "failed" && link.failure?.retryAt !== null
        if (!active.has(link.state) && !planned)
          return yield* new NotInThisState({ id, state: link.state, verb: "cancel" })
        yield* tell(id, { _tag: "CancelRequested" })
        // What is being stored is whole in a moment; only probing and capturing are broken off.
        if (link.state !== "storing") yield* group.interruptStep(id)
        yield* Effect.orDie(group.getAfter(id))
        return yield* find(id)
      })

    const settled = (id: string) =>
      Effect.gen(function* () {
        const changes = yield* moved.listen
        const now = yield* find(id)
        if (restingStates.has(now.state)) return now
        yield* changes.pipe(
          Stream.filter((link) => link.id === id && restingStates.has(link.state)),
          Stream.take(1),
          Stream.runDrain,
        )
        return yield* find(id)
      }).pipe(Effect.scoped)

    const tag: Verbs["tag"] = (ids, addNames, removeNames) =>
      Effect.gen(function* () {
        const adding = yield* Tags.checkTags(addNames)
        const removing = yield* Tags.checkTags(removeNames)
        const links = yield* findAll(ids)
        yield* write(
          Tags.changeTags(ids, { add: adding, remove: removing }),
          yield* edited(links, "LinkTagged"),
        )
        return yield* findAll(ids)
      })

    const pause = (paused: boolean) =>
      Effect.gen(function* () {
        yield* write(
          sql`INSERT INTO room_settings (name, value) VALUES ('queue paused', ${String(paused)})
            ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        )
        queue.paused = paused
        queueChanged()
        return queue.status()
      })

    const snapshotById = (id: string) => read(Catalog.snapshotById(id))

    const artefact = (snapshotId: string, name: string) =>
      Effect.flatMap(snapshotById(snapshotId), (snapshot) => {
        const found = snapshot.artefacts.find((each) => each.name === name && each.status === "ok")
        return found === undefined
          ? Effect.fail(new NotFound({ what: "artefact", id: `${name} of ${snapshotId}` }))
          : Effect.succeed(found)
      })

    const fileOf: Verbs["artefactFile"] = (snapshotId, name) =>
      Effect.gen(function* () {
        const { sha256, mediaType, bytes } = yield* artefact(snapshotId, name)
        const path = yield* content.plainPath(sha256, extensionOf(name, mediaType)).pipe(
          Effect.catchAll((error) =>
            // The unpacked copy has no place: that says nothing about the file.
            error.reason === "disk-full"
              ? Effect.die(error)
              : Effect.fail(new NotFound({ what: "artefact", id: `${name} of ${snapshotId}` })),
          ),
        )
        return { path, mediaType, bytes, sha256 }
      })

    const merging = yield* duplicateVerbs(tools)

    return Links.of({
      add,
      list: (request) => read(Catalog.list(request)),
      show,
      edit,
      snapshot: (id) => again(id, "take a snapshot", { _tag: "SnapshotRequested" }),
      retry: (id) => again(id, "retry", { _tag: "RetryRequested" }),
      failedIds: read(
        Effect.map(
          sql<{ id: string }>`SELECT id FROM links WHERE state = 'failed' ORDER BY added_at`,
          (rows) => rows.map((row) => row.id),
        ),
      ),
      cancel,
      ...changeVerbs(tools, merging.undoMerge),
      duplicates: merging.duplicates,
      mergeDuplicates: merging.mergeDuplicates,
      settled,
      saving: parts.saving,
      tag,
      tags: read(Tags.listTags),
      renameTag: (from, to) => write(Tags.renameTag(from, to)),
      mergeTags: (into, from) => write(Tags.mergeTags(into, from)),
      deleteTag: (name) => write(Tags.deleteTag(name)),
      search: (query, limit, cursor) => read(search(query, limit, cursor)),
      snapshots: (id) => read(Catalog.snapshotsOf(id)),
      snapshotById,
      artefactFile: fileOf,
      push: yield* pushVerb(tools, { cancel }),
      ...scheduleVerbs(tools, parts.scheduled),
      diff: yield* diffVerb(tools),
      counts: read(countByState),
      queue: Effect.sync(() => queue.status()),
      pauseQueue: pause(true),
      resumeQueue: pause(false),
      queueChanges: queueNews.stream,
    })
  })

type Verbs = (typeof Links)["Service"]
