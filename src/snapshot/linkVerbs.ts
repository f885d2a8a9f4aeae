/**
 * The verbs of `Links`: each is one durable event to a link's machine, or one read or write of the catalogue. What a
 * caller cannot mend (the database is gone) is a defect here, and an error 500 outside.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Hub } from "../actors/Hub.ts"
import { Journal, type JournalDraft } from "../actors/Journal.ts"
import { StateStore } from "../actors/StateStore.ts"
import { ContentStore } from "./archive/ContentStore.ts"
import type { CaptureQueue } from "./CaptureQueue.ts"
import * as Catalog from "./catalog/Catalog.ts"
import { upsertLink } from "./catalog/CatalogWriter.ts"
import { search } from "./catalog/Search.ts"
import { countByState } from "./catalog/selection.ts"
import * as Tags from "./catalog/Tags.ts"
import { restingStates, type Entry, type Link, type LinkState, type QueueStatus } from "./Link.ts"
import { linkIdOf, type LinkEvent } from "./LinkRecord.ts"
import { BadRequest, Links, NotFound, NotInThisState, type AddRequest } from "./Links.ts"
import type { LinkGroup } from "./LinksRoom.ts"

export interface LinkParts {
  readonly group: LinkGroup
  readonly queue: CaptureQueue
  readonly queueChanged: () => void
  readonly queueNews: Hub<QueueStatus>
  /** Each link whose state changed, after the commit. */
  readonly moved: Hub<{ readonly id: string; readonly state: LinkState }>
}

/** The newest entries of a timeline that `show` gives. */
const timelineEntries = 1_000
/** How many links one request may add. */
const addMaxUrls = 10_000
/** How many machines one request talks to at once. */
const concurrency = 256
/** Longer texts are refused, in UTF-16 units. */
const noteMaxUnits = 100_000
const titleMaxUnits = 2_000
const urlMaxUnits = 8_192

const active: ReadonlySet<LinkState> = new Set(["queued", "probing", "capturing", "storing"])

/** Takes what is no http(s) address by name. */
const checkUrl = (text: string): Effect.Effect<string, BadRequest> => {
  const url = text.trim()
  const shown = url.length > 80 ? `${url.slice(0, 80)}…` : url
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return Effect.fail(new BadRequest({ message: `not an http or https address: ${shown || "(empty)"}` }))
  if (url.length > urlMaxUnits)
    return Effect.fail(
      new BadRequest({ message: `an address has at most ${urlMaxUnits} characters: ${shown}` }),
    )
  return Effect.succeed(url)
}

const checkLength = (
  what: string,
  text: string | undefined,
  most: number,
): Effect.Effect<void, BadRequest> =>
  (text?.length ?? 0) > most
    ? Effect.fail(new BadRequest({ message: `a ${what} has at most ${most} characters` }))
    : Effect.void

export const makeLinks = (parts: LinkParts) =>
  Effect.gen(function* () {
    const { group, queue, queueChanged, queueNews, moved } = parts
    const sql = yield* SqlClient.SqlClient
    const store = yield* StateStore
    const journal = yield* Journal
    const content = yield* ContentStore

    /** Reads and writes of the catalogue: an SqlError is nothing a caller can mend. */
    const read = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
      Effect.provideService(effect, SqlClient.SqlClient, sql).pipe(
        Effect.catchAll((error) =>
          (error as { _tag?: string })._tag === "SqlError" ? Effect.die(error) : Effect.fail(error),
        ),
      ) as Effect.Effect<A, Exclude<E, { readonly _tag: "SqlError" }>>

    const write = <A, E>(
      effect: Effect.Effect<A, E, SqlClient.SqlClient>,
      drafts: ReadonlyArray<JournalDraft> = [],
    ) =>
      read(store.write(Effect.provideService(effect, SqlClient.SqlClient, sql), drafts)).pipe(
        Effect.catchAll((error) =>
          (error as { _tag?: string })._tag === "StoreError" ? Effect.die(error) : Effect.fail(error),
        ),
      ) as Effect.Effect<A, Exclude<E, { readonly _tag: "SqlError" }>>

    const find = (id: string): Effect.Effect<Link, NotFound> => read(Catalog.linkById(id))

    /** Resolves when the event is durable. */
    const tell = (id: string, event: LinkEvent) => Effect.orDie(group.sendDurable(id, event))

    /** Resolves when the event is durable and planned, with the link as it is then. */
    const ask = (id: string, event: LinkEvent) =>
      Effect.zipRight(tell(id, event), Effect.zipRight(Effect.orDie(group.getAfter(id)), find(id)))

    const edited = (links: ReadonlyArray<Link>, event: string) =>
      Effect.map(Clock.currentTimeMillis, (at): ReadonlyArray<JournalDraft> =>
        links.map(({ id, state }) => ({ at, kind: "link", id, event, from: state, to: state, detail: null })),
      )

    const findAll = (ids: ReadonlyArray<string>) => Effect.forEach(ids, find, { concurrency })

    const add = (request: AddRequest) =>
      Effect.gen(function* () {
        if (request.urls.length === 0) return yield* new BadRequest({ message: "give at least one address" })
        if (request.urls.length > addMaxUrls)
          return yield* new BadRequest({ message: `at most ${addMaxUrls} addresses at once` })
        yield* checkLength("note", request.note, noteMaxUnits)
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

    const edit: Verbs["edit"] = (id, change) =>
      Effect.gen(function* () {
        yield* checkLength("title", change.title, titleMaxUnits)
        yield* checkLength("note", change.note, noteMaxUnits)
        const tags = change.tags === undefined ? null : yield* Tags.checkTags(change.tags)
        const link = yield* find(id)
        yield* write(
          Effect.gen(function* () {
            const rows = yield* sql<{ titleSetByUser: number; addedAt: number; retryAt: number | null }>`
              SELECT title_set_by_user AS "titleSetByUser", added_at AS "addedAt", retry_at AS "retryAt"
              FROM links WHERE id = ${id}`
            const row = rows[0]!
            yield* upsertLink({
              id,
              url: link.url,
              title: change.title ?? link.title,
              titleSetByUser: change.title === undefined ? row.titleSetByUser === 1 : change.title !== "",
              note: change.note ?? link.note,
              state: link.state,
              addedAt: row.addedAt,
              updatedAt: yield* Clock.currentTimeMillis,
              failure:
                link.failure === null
                  ? null
                  : { code: link.failure.code, message: link.failure.message, retryAt: row.retryAt },
            })
            if (tags !== null) yield* Tags.replaceTags(id, tags)
          }),
          yield* edited([link], "LinkEdited"),
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

    const remove = (id: string, forEver: boolean) =>
      Effect.gen(function* () {
        const link = yield* find(id)
        if (link.state === "removed" && !forEver) return
        yield* tell(id, { _tag: "RemoveRequested", forEver })
        if (link.state === "probing" || link.state === "capturing") yield* group.interruptStep(id)
        yield* Effect.orDie(group.getAfter(id))
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
        const path = yield* content
          .plainPath(sha256, extensionOf(name, mediaType))
          .pipe(Effect.mapError(() => new NotFound({ what: "artefact", id: `${name} of ${snapshotId}` })))
        return { path, mediaType, bytes, sha256 }
      })

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
      remove,
      settled,
      tag,
      tags: read(Tags.listTags),
      renameTag: (from, to) => write(Tags.renameTag(from, to)),
      mergeTags: (into, from) => write(Tags.mergeTags(into, from)),
      deleteTag: (name) => write(Tags.deleteTag(name)),
      search: (query, limit, cursor) => read(search(query, limit, cursor)),
      snapshots: (id) => read(Catalog.snapshotsOf(id)),
      snapshotById,
      artefactFile: fileOf,
      counts: read(countByState),
      queue: Effect.sync(() => queue.status()),
      pauseQueue: pause(true),
      resumeQueue: pause(false),
      queueChanges: queueNews.stream,
    })
  })

type Verbs = (typeof Links)["Service"]

const extensions: Readonly<Record<string, string>> = {
  "text/html": ".html",
  "text/plain": ".txt",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/webp": ".webp",
  "image/svg+xml": ".svg",
  "image/x-icon": ".ico",
  "application/wacz+zip": ".wacz",
  "application/zip": ".zip",
}

const extensionOf = (name: string, mediaType: string): string =>
  extensions[mediaType.split(";", 1)[0]!.trim()] ?? /\.[a-z0-9]{1,5}$/.exec(name)?.[0] ?? ".bin"
