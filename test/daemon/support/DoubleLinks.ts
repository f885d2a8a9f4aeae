/**
 * Links in memory, for tests of the daemon: adding queues, and a capture ends when the test says so, or at once for
 * addresses whose path says how (`/good`, `/fail`). Every move is written to the journal it is given.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Link, LinkState } from "../../../src/snapshot/Link.ts"
import { restingStates } from "../../../src/snapshot/Link.ts"
import { Links } from "../../../src/snapshot/Links.ts"
import { BadRequest, CannotCompare, NotFound, NotInThisState } from "../../../src/snapshot/LinkRefusals.ts"
import type { Artefact, ArtefactName, Snapshot } from "../../../src/snapshot/Snapshot.ts"
import type { Schedule } from "../../../src/snapshot/schedules/Schedule.ts"
import type { DoubleJournal } from "./DoubleJournal.ts"

const at = "2026-01-02T03:04:05.006Z"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }
interface Kept {
  link: Mutable<Link>
  snapshots: Array<Snapshot>
  resting: Deferred.Deferred<Link>
}

export interface DoubleFile {
  readonly name: ArtefactName
  readonly mediaType: string
  readonly content: string | Uint8Array
}

const defaultFiles: ReadonlyArray<DoubleFile> = [
  {
    name: "page.html",
    mediaType: "text/html",
    content: "<!doctype html><script>parent.pwned=1</script><p>hello",
  },
  { name: "screenshot", mediaType: "image/png", content: Uint8Array.from([137, 80, 78, 71]) },
  { name: "article.txt", mediaType: "text/plain", content: "0123456789" },
  { name: "page.pdf", mediaType: "application/pdf", content: "%PDF-1.4" },
  { name: "page.wacz", mediaType: "application/wacz", content: "PK" },
  { name: "original", mediaType: "image/svg+xml", content: "<svg xmlns='http://www.w3.org/2000/svg'/>" },
]

export const makeDoubleLinks = (journal: DoubleJournal, files: ReadonlyArray<DoubleFile> = defaultFiles) =>
  Effect.gen(function* () {
    const kept = new Map<string, Kept>()
    const folder = mkdtempSync(join(tmpdir(), "linkseal-double-"))
    const paths = new Map(
      files.map((file) => {
        const path = join(folder, file.name)
        writeFileSync(path, file.content)
        return [file.name as string, path]
      }),
    )
    const artefacts: Array<Artefact> = files.map(({ name, mediaType, content }) => ({
      name,
      mediaType,
      bytes: content.length,
      sha256: name,
      status: "ok",
      reason: null,
    }))
    const queueHub = yield* PubSub.unbounded<void>()
    const removals: Array<ReadonlyArray<string>> = []
    /** The pages that were pushed, by link. */
    const pushed = new Map<string, string>()
    const schedules: Array<Schedule> = []
    let paused = false
    let nextId = 1

    const queue = Effect.sync(() => ({
      paused,
      waiting: [...kept.values()].filter(({ link }) => link.state === "queued").length,
      capturing: [...kept.values()].filter(({ link }) => link.state === "capturing").length,
      etaMillis: null,
    }))
    const find = (id: string) => {
      const entry = kept.get(id)
      return entry === undefined ? Effect.fail(new NotFound({ what: "link", id })) : Effect.succeed(entry)
    }
    const move = (entry: Kept, event: string, to: LinkState) =>
      Effect.gen(function* () {
        const from = entry.link.state
        entry.link.state = to
        if (!restingStates.has(to)) entry.resting = yield* Deferred.make<Link>()
        yield* journal.write({ kind: "link", id: entry.link.id, event, from, to, at })
        if (restingStates.has(to)) yield* Deferred.succeed(entry.resting, { ...entry.link })
        yield* PubSub.publish(queueHub, undefined)
      })
    const shoot = (entry: Kept) => {
      const snapshot: Snapshot = {
        id: `${entry.link.id}-v${entry.snapshots.length + 1}`,
        version: entry.snapshots.length + 1,
        takenAt: at,
        finalUrl: entry.link.url,
        httpStatus: 200,
        verdict: { kind: "good", reasons: [] },
        artefacts,
        bytes: artefacts.reduce((sum, { bytes }) => sum + bytes, 0),
        millis: 12,
        partial: false,
      }
      entry.snapshots.unshift(snapshot)
      entry.link.latest = snapshot
    }
    /** Ends the capture of a link the way the test wants it. */
    const finish = (id: string, to: "archived" | "failed") =>
      Effect.gen(function* () {
        const entry = kept.get(id)!
        if (to === "archived") shoot(entry)
        else entry.link.failure = { code: "connection-refused", message: "the host refused", retryAt: null }
        yield* move(entry, to === "archived" ? "CaptureDone" : "CaptureFailed", to)
      })
    const outcome = (url: string) => {
      if (url.endsWith("/good")) return "archived" as const
      return url.endsWith("/fail") ? ("failed" as const) : undefined
    }
    const begin = (entry: Kept, event: string) =>
      Effect.gen(function* () {
        yield* move(entry, event, "queued")
        const to = outcome(entry.link.url)
        if (to !== undefined)
          yield* Effect.forkDaemon(Effect.zipRight(Effect.yieldNow(), finish(entry.link.id, to)))
        return { ...entry.link }
      })
    const addOne = (url: string, tags: ReadonlyArray<string>, note: string) =>
      Effect.gen(function* () {
        const there = [...kept.values()].find(({ link }) => link.url === url)
        if (there !== undefined) {
          there.link.tags = [...new Set([...there.link.tags, ...tags])]
          return { link: { ...there.link } as Link, added: 0 }
        }
        const id = `L${nextId++}`
        const link: Mutable<Link> = {
          id,
          url,
          title: "",
          note,
          state: "queued",
          tags,
          addedAt: at,
          updatedAt: at,
          failure: null,
          latest: null,
        }
        const entry: Kept = { link, snapshots: [], resting: yield* Deferred.make<Link>() }
        kept.set(id, entry)
        return { link: yield* begin(entry, "LinkAdded"), added: 1 }
      })
    const all = () =>
      [...kept.values()].map(({ link }) => ({ ...link }) as Link).filter((l) => l.state !== "removed")
    const tagCounts = () => {
      const counts = new Map<string, number>()
      for (const { tags } of all()) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
      return [...counts].map(([name, count]) => ({ name, count }))
    }
    const retag = (change: (tags: ReadonlyArray<string>) => ReadonlyArray<string>) =>
      Effect.sync(() => kept.forEach(({ link }) => void (link.tags = [...new Set(change(link.tags))])))
    const needTag = (name: string) =>
      tagCounts().some((tag) => tag.name === name)
        ? Effect.void
        : Effect.fail(new NotFound({ what: "tag", id: name }))

    const service: typeof Links.Service = {
      add: ({ urls, tags = [], note = "" }) =>
        Effect.gen(function* () {
          const bad = urls.find((url) => !/^https?:\/\/./.test(url))
          if (bad !== undefined) return yield* new BadRequest({ message: `${bad} is not an http(s) address` })
          const done = yield* Effect.forEach(urls, (url) => addOne(url, tags, note))
          return {
            links: done.map(({ link }) => link),
            added: done.reduce((sum, { added }) => sum + added, 0),
          }
        }),
      list: ({ query, tags = [], states, limit, cursor }) =>
        Effect.gen(function* () {
          if (query?.includes('"') && (query.split('"').length - 1) % 2 === 1) {
            return yield* new BadRequest({ message: "a quote is not closed", position: query.indexOf('"') })
          }
          const matching = all().filter(
            (link) =>
              (query === undefined || link.url.includes(query)) &&
              tags.every((tag) => link.tags.includes(tag)) &&
              (states === undefined || states.includes(link.state)),
          )
          const from = cursor === undefined ? 0 : Number(cursor)
          const page = matching.slice(from, from + limit)
          const next = from + limit
          return {
            links: page,
            nextCursor: next < matching.length ? String(next) : null,
            total: matching.length,
          }
        }),
      show: (id) =>
        Effect.map(find(id), ({ link, snapshots }) => ({
          ...link,
          checkedAt: null,
          snapshots,
          timeline: [{ at, event: "LinkAdded", from: "", to: "queued", detail: null }],
        })),
      edit: (id, change) => Effect.map(find(id), ({ link }) => Object.assign(link, change)),
      snapshot: (id) =>
        Effect.flatMap(find(id), (entry) =>
          restingStates.has(entry.link.state)
            ? begin(entry, "SnapshotAsked")
            : Effect.fail(new NotInThisState({ id, state: entry.link.state, verb: "take a snapshot" })),
        ),
      retry: (id) =>
        Effect.flatMap(find(id), (entry) =>
          entry.link.state === "failed"
            ? begin(entry, "RetryAsked")
            : Effect.fail(new NotInThisState({ id, state: entry.link.state, verb: "retry" })),
        ),
      failedIds: Effect.sync(() =>
        all()
          .filter(({ state }) => state === "failed")
          .map(({ id }) => id),
      ),
      cancel: (id) =>
        Effect.flatMap(find(id), (entry) =>
          restingStates.has(entry.link.state)
            ? Effect.fail(new NotInThisState({ id, state: entry.link.state, verb: "cancel" }))
            : Effect.as(move(entry, "CancelAsked", "cancelled"), {
                ...entry.link,
                state: "cancelled" as const,
              }),
        ),
      remove: (ids, forEver) =>
        Effect.gen(function* () {
          const outcomes = yield* Effect.forEach(ids, (id) =>
            Effect.either(Effect.flatMap(find(id), (entry) => move(entry, "RemoveAsked", "removed"))),
          )
          const removed = ids.filter((_, index) => outcomes[index]!._tag === "Right")
          const change = forEver || removed.length === 0 ? null : String(removals.push(removed))
          const failed = outcomes.flatMap((done, index) =>
            done._tag === "Left" ? [{ id: ids[index]!, error: done.left }] : [],
          )
          return { removed, failed, change }
        }),
      undo: (change) =>
        Effect.gen(function* () {
          const id = change ?? String(removals.length)
          const ids = removals[Number(id) - 1]
          if (ids === undefined) return yield* new NotFound({ what: "change", id })
          const entries = yield* Effect.forEach(ids, find)
          yield* Effect.forEach(entries, (entry) => move(entry, "Restored", "archived"))
          return { change: { id, kind: "remove", at }, links: entries.map(({ link }) => ({ ...link })) }
        }),
      push: ({ file, note = "", tags = [], url }) =>
        Effect.gen(function* () {
          const content = readFileSync(file, "utf8")
          if (!content.includes("<")) return yield* new BadRequest({ message: "the file is no HTML page" })
          const { added, link } = yield* addOne(url, tags, note)
          pushed.set(link.id, content)
          return { link, added: added === 1 }
        }),
      schedules: Effect.sync(() => [...schedules]),
      addSchedule: ({ cron, everyMillis, target }) =>
        Effect.gen(function* () {
          if (target.kind === "link") yield* find(target.value)
          const id = String(schedules.length + 1)
          const times = { nextAt: at, lastAt: null, lastLinks: 0, running: false }
          const schedule: Schedule = { id, target, cron, everyMillis, ...times }
          schedules.push(schedule)
          return schedule
        }),
      removeSchedule: (id) =>
        Effect.suspend(() => {
          const index = schedules.findIndex((schedule) => schedule.id === id)
          if (index < 0) return Effect.fail(new NotFound({ what: "schedule", id }))
          schedules.splice(index, 1)
          return Effect.void
        }),
      duplicates: Effect.sync(() => {
        const groups = new Map<string, Array<Link>>()
        for (const link of all()) {
          const key = link.url.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "")
          groups.set(key, [...(groups.get(key) ?? []), link])
        }
        return [...groups].filter(([, links]) => links.length > 1).map(([key, links]) => ({ key, links }))
      }),
      mergeDuplicates: (keep, others) =>
        Effect.gen(function* () {
          const { link } = yield* find(keep)
          const going = yield* Effect.forEach(others, find)
          link.tags = [...new Set([...link.tags, ...going.flatMap((entry) => entry.link.tags)])]
          yield* Effect.forEach(going, (entry) => move(entry, "RemoveAsked", "removed"))
          const change = String(removals.push(others))
          return { link: { ...link }, change, groups: yield* service.duplicates }
        }),
      diff: (id, from, to) =>
        Effect.gen(function* () {
          const { snapshots } = yield* find(id)
          const after = snapshots.find(({ version }) => version === (to ?? snapshots[0]?.version))
          const before = snapshots.find(({ version }) => version === (from ?? (after?.version ?? 0) - 1))
          if (after === undefined || before === undefined)
            return yield* new CannotCompare({ id, message: `link ${id} has no two versions` })
          return {
            id,
            from: before,
            to: after,
            text: {
              blocks: [
                { kind: "same", text: "as before" },
                {
                  kind: "changed",
                  pieces: [
                    { kind: "same", text: "the " },
                    { kind: "removed", text: "old" },
                    { kind: "added", text: "new" },
                    { kind: "same", text: " words" },
                  ],
                },
              ],
              addedChars: 3,
              removedChars: 3,
              growth: 0,
              exact: true,
            },
            links: { added: ["http://added.example/"], removed: [], kept: 2 },
            picture: {
              before: { width: 1280, height: 800 },
              after: { width: 1280, height: 900 },
              changed: 0.123,
              boxes: [{ x: 0, y: 800, width: 1280, height: 100 }],
            },
            files: ["article.txt" as const],
          }
        }),
      saving: Effect.succeed({
        logicalBytes: 3_000,
        uniqueBytes: 2_000,
        storedBytes: 1_000,
        ratio: 3,
        measuredAt: at,
      }),
      settled: (id) => Effect.flatMap(find(id), ({ resting }) => Deferred.await(resting)),
      tag: (ids, add, remove) =>
        Effect.flatMap(Effect.forEach(ids, find), (entries) =>
          Effect.sync(() =>
            entries.map(({ link }) => {
              link.tags = [...new Set([...link.tags, ...add])].filter((tag) => !remove.includes(tag))
              return { ...link }
            }),
          ),
        ),
      tags: Effect.sync(tagCounts),
      renameTag: (from, to) =>
        Effect.zipRight(
          needTag(from),
          retag((tags) => tags.map((tag) => (tag === from ? to : tag))),
        ),
      mergeTags: (into, from) =>
        Effect.zipRight(
          Effect.forEach(from, needTag),
          retag((tags) => tags.map((tag) => (from.includes(tag) ? into : tag))),
        ),
      deleteTag: (name) =>
        Effect.zipRight(
          needTag(name),
          retag((tags) => tags.filter((tag) => tag !== name)),
        ),
      search: (query, limit) =>
        Effect.sync(() => {
          const hits = all().filter(({ url }) => url.includes(query))
          return {
            hits: hits
              .slice(0, limit)
              .map((link) => ({ link, excerpt: `<mark>${query}</mark>`, field: "url" as const })),
            total: hits.length,
            nextCursor: null,
          }
        }),
      snapshots: (id) => Effect.map(find(id), ({ snapshots }) => snapshots),
      snapshotById: (id) => {
        const entry = [...kept.values()].find(({ snapshots }) => snapshots.some((one) => one.id === id))
        const found = entry?.snapshots.find((one) => one.id === id)
        return entry === undefined || found === undefined
          ? Effect.fail(new NotFound({ what: "snapshot", id }))
          : Effect.succeed({ ...found, linkId: entry.link.id })
      },
      artefactFile: (snapshotId, name) =>
        Effect.flatMap(service.snapshotById(snapshotId), (snapshot) => {
          const artefact = snapshot.artefacts.find((one) => one.name === name)
          return artefact === undefined || !existsSync(paths.get(name)!)
            ? Effect.fail(new NotFound({ what: "artefact", id: name }))
            : Effect.succeed({ ...artefact, path: paths.get(name)! })
        }),
      counts: Effect.sync(() => {
        const counts: Partial<Record<LinkState, number>> = {}
        for (const { state } of all()) counts[state] = (counts[state] ?? 0) + 1
        return counts
      }),
      queue,
      pauseQueue: Effect.zipRight(
        Effect.zipRight(
          Effect.sync(() => void (paused = true)),
          PubSub.publish(queueHub, undefined),
        ),
        queue,
      ),
      resumeQueue: Effect.zipRight(
        Effect.zipRight(
          Effect.sync(() => void (paused = false)),
          PubSub.publish(queueHub, undefined),
        ),
        queue,
      ),
      queueChanges: Stream.mapEffect(Stream.fromPubSub(queueHub), () => queue),
    }
    return { service, finish, pushed }
  })
