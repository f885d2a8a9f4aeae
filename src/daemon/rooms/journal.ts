/** The journal as the event stream reads it. A stored entry that cannot be read ends the stream as a defect. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Journal, type JournalEntry } from "../../actors/Journal.ts"
import type { Change } from "../api/events.ts"
import { JournalPort } from "../http/JournalPort.ts"

const changeOf = ({ seq, at, kind, id, event, from, to }: JournalEntry): Change => ({
  seq,
  at: new Date(at).toISOString(),
  kind: kind as Change["kind"],
  id,
  event,
  from,
  to,
})

export const layerJournal = Layer.effect(
  JournalPort,
  Effect.map(Journal, (journal) => ({
    since: (seq) => Stream.map(Stream.orDie(journal.since(seq)), changeOf),
    // Nothing kept: one above the newest.
    oldestSeq: Effect.map(Effect.orDie(journal.bounds), ({ oldest, latest }) =>
      oldest === 0 ? latest + 1 : oldest,
    ),
    latestSeq: Effect.map(Effect.orDie(journal.bounds), ({ latest }) => latest),
  })),
)
