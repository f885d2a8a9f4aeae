/**
 * One sequence of what happened, for all groups, written in the same commit as what it tells of. It is the id of the
 * event stream, the timeline of a link, and the digest of a simulation. Entries are published only after their
 * commit, in the order of their sequence.
 */
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Hub } from "./Hub.ts"
import type { MachineId } from "./Refusal.ts"
import type { StoreError } from "./StoreError.ts"

export interface JournalDraft {
  /** Milliseconds since 1970 on the clock of the group. */
  readonly at: number
  readonly kind: string
  readonly id: MachineId
  readonly event: string
  readonly from: string
  readonly to: string
  /** What else to remember of it, as JSON; null for nothing. */
  readonly detail: string | null
}

export interface JournalEntry extends JournalDraft {
  /** Grows by one with each entry, from 1. */
  readonly seq: number
}

/** What a reader of the journal may ask for. */
export interface JournalReading {
  /** Entries after this sequence, oldest first, at most `limit`. */
  readonly read: (after: number, limit: number) => Effect.Effect<ReadonlyArray<JournalEntry>, StoreError>
  /** The entries of one machine, oldest first. */
  readonly of: (
    kind: string,
    id: MachineId,
    after: number,
    limit: number,
  ) => Effect.Effect<ReadonlyArray<JournalEntry>, StoreError>
  /** The sequences of the oldest entry kept and of the newest; 0 when there is none. */
  readonly bounds: Effect.Effect<{ readonly oldest: number; readonly latest: number }, StoreError>
}

export class Journal extends Context.Tag("linkseal/actors/Journal")<
  Journal,
  JournalReading & {
    /** All entries after `seq`: first what is stored, then live, without a gap and without a repeat. */
    readonly since: (seq: number) => Stream.Stream<JournalEntry, StoreError>
  }
>() {}

/** How many entries a reader fetches at once. */
const pageEntries = 500

/** How many live entries wait for a reader; one that is further behind reads on from the store. */
const liveEntries = 1_000

/** A journal over a way of reading it and the hub that its writer publishes to. */
export const over = (
  reading: JournalReading,
  hub: Hub<JournalEntry>,
): Context.Tag.Service<typeof Journal> => {
  const pages = (after: number): Stream.Stream<JournalEntry, StoreError> =>
    Stream.paginateChunkEffect(after, (from) =>
      Effect.map(reading.read(from, pageEntries), (entries) => {
        const last = entries[entries.length - 1]
        return [
          Chunk.unsafeFromArray(entries),
          last === undefined || entries.length < pageEntries ? Option.none() : Option.some(last.seq),
        ]
      }),
    )
  return {
    ...reading,
    since: (seq) =>
      // Listening before reading leaves no gap; what both give is dropped by its sequence.
      Stream.unwrapScoped(
        Effect.map(hub.listenToNewest(liveEntries), (live) => {
          let last = seq
          // What waited is without a gap; when it begins behind one, the store has what lies between.
          const following = Stream.flatMap(Stream.chunks(live), (entries) => {
            const first = Chunk.unsafeHead(entries).seq
            const missed = Stream.takeWhile(pages(last), (entry) => entry.seq < first)
            const waited = Stream.fromChunk(entries)
            return first > last + 1 ? Stream.concat(missed, waited) : waited
          })
          return Stream.concat(pages(seq), following).pipe(
            Stream.filter((entry) => {
              if (entry.seq <= last) return false
              last = entry.seq
              return true
            }),
          )
        }),
      ),
  }
}
