/** The journal as the event stream needs it: changes after a sequence number, first those that are kept, then live. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Change, Progress } from "../api/events.ts"

export class JournalPort extends Context.Tag("linkseal/daemon/JournalPort")<
  JournalPort,
  {
    /** Every change with a sequence number above `seq`, in order, without gap or repetition; never ends. */
    readonly since: (seq: number) => Stream.Stream<Change>
    /** The oldest that is kept; one above `latestSeq` when nothing is kept. */
    readonly oldestSeq: Effect.Effect<number>
    /** The newest; 0 when nothing ever happened. */
    readonly latestSeq: Effect.Effect<number>
  }
>() {}

/** How far running captures and jobs are; only the newest of each counts, so a slow listener may miss some. */
export class ProgressPort extends Context.Tag("linkseal/daemon/ProgressPort")<
  ProgressPort,
  { readonly changes: Stream.Stream<Progress> }
>() {
  /** For a daemon whose rooms report none. */
  static readonly layerSilent = Layer.succeed(ProgressPort, { changes: Stream.never })
}
