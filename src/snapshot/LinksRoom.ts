/**
 * The snapshot room put together: the group of link machines, the queue that starts captures, and the verbs of
 * `Links` over them. Composition; the rules are in the table, the steps, the queue and the catalogue.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Hub } from "../actors/Hub.ts"
import { Journal } from "../actors/Journal.ts"
import { defaults as restartDefaults, type RestartPolicy } from "../actors/RestartPolicy.ts"
import { StateGroup } from "../actors/StateGroup.ts"
import { StateStore } from "../actors/StateStore.ts"
import type { StoreError } from "../actors/StoreError.ts"
import * as Ids from "../actors/time/Ids.ts"
import * as Timers from "../actors/Timers.ts"
import { CaptureQueue, type QueueSettings } from "./CaptureQueue.ts"
import { restingStates, type LinkState, type QueueStatus } from "./Link.ts"
import { initialLink, linkShelf, type LinkEvent, type LinkRecord } from "./LinkRecord.ts"
import { linkPlanner, linkTable } from "./LinkTransitions.ts"
import type { LinkGroup } from "./LinkGroup.ts"
import { Links } from "./Links.ts"
import { makeLinks } from "./linkVerbs.ts"
import { linkProjection } from "./projection.ts"
import { keepScheduleFile } from "./schedules/scheduleFile.ts"
import { runSchedules, type ScheduleSettings } from "./schedules/runSchedules.ts"
import { linkStep } from "./steps/index.ts"
import type { RetrySettings } from "./steps/retry.ts"
import type { StepServices, StepWorld } from "./steps/StepWorld.ts"
import { keepLinkFiles } from "./LinkFiles.ts"
import { Texts } from "./Texts.ts"
import { makeUpkeep, type UpkeepSettings } from "./Upkeep.ts"
import { Wake } from "./Wake.ts"

export interface LinksSettings {
  readonly queue: QueueSettings
  readonly retry: RetrySettings
  readonly toolVersion: string
  readonly upkeep?: UpkeepSettings
  readonly schedules?: ScheduleSettings
  /** What a link does when the store fails it. */
  readonly restarts?: RestartPolicy
  /** The pause of a host whose link could not be started, milliseconds. */
  readonly startAgainMillis?: number
}

/** How far a capture is: its step, the `part`-th `of` so many. */
export interface CaptureProgress {
  readonly id: string
  readonly step: string
  readonly part: number
  readonly of: number
}

/** Live news of the room that is not in the journal. */
export class LinkNews extends Context.Tag("linkseal/snapshot/LinkNews")<
  LinkNews,
  { readonly progress: Stream.Stream<CaptureProgress>; readonly queue: Stream.Stream<QueueStatus> }
>() {}

/** A disk that was full is looked at again this often: a link that it stopped goes on by itself. */
const restartPolicy: RestartPolicy = { ...restartDefaults, storeReturnMillis: 10_000 }

/** The pause of a host whose link could not be started: the store has a trouble that takes time to mend. */
const startAgainMillis = 10_000

/** An idle link leaves memory after this. */
const idleMillis = 60_000

const working: ReadonlySet<string> = new Set(["probing", "capturing", "storing"])

const journalDetail = (event: LinkEvent): string | null => {
  switch (event._tag) {
    case "Probed":
      return JSON.stringify(event.probe)
    case "Captured": {
      const { steps, snapshot } = event.captured
      return JSON.stringify({
        version: snapshot.version,
        millis: snapshot.millis,
        bytes: snapshot.bytes,
        steps,
      })
    }
    case "SnapshotStored": {
      const { id, version, verdict, partial, bytes } = event.captured.snapshot
      return JSON.stringify({ snapshot: id, version, verdict, partial, bytes })
    }
    case "VersionsMerged":
      return JSON.stringify({ versions: event.versions.map(({ snapshot }) => snapshot.version) })
    case "SnapshotUnchanged":
      return JSON.stringify({ snapshot: event.snapshotId, version: event.version })
    case "CaptureFailed":
      return JSON.stringify(event.failure)
    default:
      return null
  }
}

const makeGroup = (
  world: StepWorld,
  sql: SqlClient.SqlClient,
  restarts: RestartPolicy,
  noted: (link: LinkRecord, at: number) => void,
) =>
  StateGroup.make<LinkRecord, LinkEvent, StepServices>({
    kind: "link",
    planner: linkPlanner,
    initial: (id) => initialLink(String(id)),
    stateName: (link) => link.state,
    stepName: (link) => linkTable.states[link.state].step ?? link.state,
    step: linkStep(world),
    ...linkShelf,
    journalDetail,
    project: linkProjection(sql, world.texts),
    timers: ({ before, state }) => {
      const [was, is] = [before.failure?.retryAt ?? null, state.failure?.retryAt ?? null]
      if (was === is) return []
      return [is === null ? Timers.cancel("retry") : Timers.at("retry", is, { _tag: "RetryDue" as const })]
    },
    observe: ({ after, at, events, from, to }) => {
      for (const { event } of events)
        if (event._tag === "SnapshotStored") world.texts.drop(event.captured.snapshot.id)
      if (from !== to) noted(after, at)
    },
    deadLetter: "log",
    settings: { resume: true, interruptibleSteps: true, idleTimeToPassivateMillis: idleMillis, restarts },
  })

/** Starts waiting links while there are slots; sleeps until something changes, or a host's pause is over. */
const runQueue = (queue: CaptureQueue, group: LinkGroup, wake: Wake, againMillis = startAgainMillis) => {
  const startOne = (id: string) =>
    Effect.gen(function* () {
      const snapshotId = yield* Ids.next
      yield* group.send(id, { _tag: "CaptureStarted", snapshotId })
    }).pipe(
      Effect.catchAll((error) =>
        Effect.zipRight(
          Effect.logError(`could not start the capture of ${id}: ${error.message}`),
          Effect.map(Clock.currentTimeMillis, (now) => queue.putBack(id, now + againMillis)),
        ),
      ),
    )
  return Effect.forever(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      for (let id = queue.take(now); id !== null; id = queue.take(now)) yield* startOne(id)
      const at = queue.wakeAt(now)
      yield* at === null ? wake.wait : Effect.timeoutOption(wake.wait, Math.max(1, at - now))
    }),
  )
}

/** The queue as the catalogue knows it: who waits, in the order of coming, and whose capture is resumed. */
const fillQueue = (queue: CaptureQueue, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const rows = yield* sql<{ id: string; url: string; state: LinkState }>`SELECT id, url, state FROM links
      WHERE state IN ('queued', 'probing', 'capturing', 'storing') ORDER BY updated_at, seq`
    for (const { id, url, state } of rows) {
      if (state === "queued") queue.waits(id, url)
      else queue.started(id, url, now)
    }
    const paused = yield* sql<{ value: string }>`SELECT value FROM room_settings WHERE name = 'queue paused'`
    queue.paused = paused[0]?.value === "true"
  })

/** `Links` and its news, over a migrated catalogue. Building it resumes what was under way. */
export const layerLinks = (
  settings: LinksSettings,
): Layer.Layer<Links | LinkNews, StoreError | SqlError, StateStore | Journal | StepServices> =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const progress = new Hub<CaptureProgress>()
      const queueNews = new Hub<QueueStatus>()
      const moved = new Hub<{ readonly id: string; readonly state: LinkState }>()
      const queue = new CaptureQueue(settings.queue)
      const wake = new Wake()
      const filesWake = new Wake()
      const world: StepWorld = {
        retry: settings.retry,
        toolVersion: settings.toolVersion,
        texts: new Texts(),
        progress: (id, step, part, of) => progress.offer({ id, step, part, of }),
      }
      const queueChanged = () => {
        wake.tell()
        if (queueNews.hasReaders) queueNews.offer(queue.status())
      }
      yield* fillQueue(queue, sql)
      const upkeep = yield* makeUpkeep(settings.upkeep)
      const group = yield* makeGroup(world, sql, settings.restarts ?? restartPolicy, (link, at) => {
        if (link.state === "queued") queue.waits(link.id, link.url)
        else if (working.has(link.state)) queue.started(link.id, link.url, at)
        else queue.ended(link.id, restingStates.has(link.state as LinkState) ? at : null)
        filesWake.tell()
        upkeep.changed()
        moved.offer({ id: link.id, state: link.state as LinkState })
        queueChanged()
      })
      const store = yield* StateStore
      const schedulesWake = new Wake()
      const scheduleFileWake = new Wake()
      const tasks = [
        runQueue(queue, group, wake, settings.startAgainMillis),
        keepLinkFiles(store, filesWake.wait),
        upkeep.run(group),
        runSchedules(group, queue, schedulesWake, settings.schedules),
        keepScheduleFile(scheduleFileWake.wait),
      ]
      for (const task of tasks) {
        const runner = yield* Effect.forkScoped(task)
        yield* Effect.addFinalizer(() => Fiber.interrupt(runner))
      }
      const links = yield* makeLinks({
        group,
        queue,
        queueChanged,
        queueNews,
        moved,
        edited: () => filesWake.tell(),
        scheduled: () => {
          schedulesWake.tell()
          scheduleFileWake.tell()
        },
        saving: upkeep.saving,
      })
      return Context.make(Links, links).pipe(
        Context.add(LinkNews, { progress: progress.stream, queue: queueNews.stream }),
      )
    }),
  )
