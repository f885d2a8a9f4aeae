/**
 * The event stream. `change` events carry an `id:` (the journal's sequence number), and so does the `start` or `reset`
 * that a stream opens with: a client that comes back with `Last-Event-ID` gets exactly the changes it missed, also when
 * it heard none yet. The rest is the newest state and needs no resuming.
 */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Links } from "../../snapshot/Links.ts"
import { api } from "../api/Api.ts"
import type { Change } from "../api/events.ts"
import { keepAliveMillis } from "../api/events.ts"
import { Metrics } from "../Metrics.ts"
import { ClockPort } from "./ClockPort.ts"
import { Draining } from "./Draining.ts"
import { JournalPort, ProgressPort } from "./JournalPort.ts"

/** A browser that lost the stream comes back after this. */
const retryMillis = 2_000
/** How many of the newest states are kept for a slow listener before older ones give way. */
const newestKept = 16

const event = (name: string, data: unknown, id?: number) =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

const changeEvent = ({ seq, at, kind, id, event: name, from, to }: Change) =>
  event("change", { seq, at, kind, id, event: name, from, to }, seq)

const newest = <A>(name: string, changes: Stream.Stream<A>) =>
  changes.pipe(
    Stream.buffer({ capacity: newestKept, strategy: "sliding" }),
    Stream.map((state) => event(name, state)),
  )

interface Opening {
  /** The changes after this one follow. */
  readonly from: number
  /** `start` to who resumes nothing, `reset` when what the client saw last is too old (or of another journal). */
  readonly says?: "start" | "reset"
}

const resumeFrom = (
  journal: typeof JournalPort.Service,
  lastSeen: number | undefined,
): Effect.Effect<Opening> =>
  Effect.map(Effect.all([journal.oldestSeq, journal.latestSeq]), ([oldest, latest]) => {
    if (lastSeen === undefined) return { from: latest, says: "start" as const }
    const kept = lastSeen >= oldest - 1 && lastSeen <= latest
    return kept ? { from: lastSeen } : { from: latest, says: "reset" as const }
  })

/** `Last-Event-ID` as a browser sends it; anything but a whole number is as if it had not been sent. */
const parseEventId = (header: string | undefined) =>
  header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined

const keepAlive = Stream.as(
  Stream.fromSchedule(Schedule.spaced(Duration.millis(keepAliveMillis))),
  ": still here\n\n",
)

export const eventsHandlers = HttpApiBuilder.group(api, "events", (handlers) =>
  Effect.gen(function* () {
    const journal = yield* JournalPort
    const progress = yield* ProgressPort
    const links = yield* Links
    const clock = yield* ClockPort
    const draining = yield* Draining
    const opening = ({ from, says }: Opening) =>
      Stream.make(
        `retry: ${retryMillis}\n\n`,
        ...(says === undefined ? [] : [event(says, { seq: from }, from)]),
      )
    const current = Stream.mergeAll(
      [
        newest("queue", Stream.concat(Stream.fromEffect(links.queue), links.queueChanges)),
        newest("clock", Stream.concat(Stream.fromEffect(clock.status), clock.changes)),
        newest("progress", progress.changes),
        keepAlive,
      ],
      { concurrency: "unbounded" },
    )
    return handlers.handle("stream", ({ request, urlParams }) =>
      Effect.map(
        resumeFrom(journal, parseEventId(request.headers["last-event-id"]) ?? urlParams.lastEventId),
        (start) => {
          const changes = Stream.map(journal.since(start.from), changeEvent)
          const body = Stream.concat(opening(start), Stream.merge(changes, current)).pipe(
            Stream.interruptWhenDeferred(draining),
            Stream.encodeText,
            Metrics.countingOpenStreams,
          )
          return HttpServerResponse.stream(body, {
            contentType: "text/event-stream",
            headers: { "cache-control": "no-store", "x-accel-buffering": "no" },
          })
        },
      ),
    )
  }),
)
