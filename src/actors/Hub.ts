/**
 * Live values for whoever listens: each reader has a queue of its own, so a slow one holds up nobody, and while
 * nobody listens nothing is made or kept.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export class Hub<A> {
  private readonly readers = new Set<Queue.Queue<A>>()

  get hasReaders(): boolean {
    return this.readers.size > 0
  }

  offer(value: A): void {
    for (const reader of this.readers) reader.unsafeOffer(value)
  }

  /** Values from the moment this Effect is run, until the scope closes. */
  readonly listen: Effect.Effect<Stream.Stream<A>, never, Scope.Scope> = Effect.map(
    Effect.acquireRelease(
      Effect.tap(Queue.unbounded<A>(), (reader) => Effect.sync(() => this.readers.add(reader))),
      (reader) =>
        Effect.suspend(() => {
          this.readers.delete(reader)
          return Queue.shutdown(reader)
        }),
    ),
    (reader) => Stream.fromQueue(reader),
  )

  /** Values from the moment the stream is run. */
  readonly stream: Stream.Stream<A> = Stream.unwrapScoped(this.listen)
}
