/** A journal in memory that keeps only the newest changes, so that a test can fall behind it. */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Change } from "../../../src/daemon/api/events.ts"
import type { JournalPort } from "../../../src/daemon/http/JournalPort.ts"

export interface DoubleJournal {
  readonly write: (change: Omit<Change, "seq">) => Effect.Effect<void>
  readonly port: typeof JournalPort.Service
}

export const makeDoubleJournal = (keep = 1_000): Effect.Effect<DoubleJournal> =>
  Effect.gen(function* () {
    const hub = yield* PubSub.unbounded<Change>()
    const kept: Array<Change> = []
    let seq = 0
    return {
      write: (change) =>
        Effect.suspend(() => {
          const entry = { seq: ++seq, ...change }
          kept.push(entry)
          if (kept.length > keep) kept.shift()
          return PubSub.publish(hub, entry)
        }),
      port: {
        since: (after) =>
          Stream.unwrapScoped(
            Effect.map(PubSub.subscribe(hub), (live) => {
              const past = kept.filter((change) => change.seq > after)
              const last = past.at(-1)?.seq ?? after
              return Stream.concat(
                Stream.fromIterable(past),
                Stream.filter(Stream.fromQueue(live), (change) => change.seq > last),
              )
            }),
          ),
        oldestSeq: Effect.sync(() => kept[0]?.seq ?? seq + 1),
        latestSeq: Effect.sync(() => seq),
      },
    }
  })
