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
    // A queue that is full says no, and then makes room by its own rule.
    for (const reader of this.readers)
      if (!reader.unsafeOffer(value)) Effect.runSync(Queue.offer(reader, value))
  }

  /** Values from the moment this Effect is run, until the scope closes. */
  readonly listen: Effect.Effect<Stream.Stream<A>, never, Scope.Scope> = this.listenWith(Queue.unbounded())

  /** The same for one who can read elsewhere what was missed: of those that wait, only the newest are kept. */
  listenToNewest(most: number): Effect.Effect<Stream.Stream<A>, never, Scope.Scope> {
    return this.listenWith(Queue.sliding(most))
  }

  /** Values from the moment the stream is run. */
  readonly stream: Stream.Stream<A> = Stream.unwrapScoped(this.listen)

  private listenWith(
    making: Effect.Effect<Queue.Queue<A>>,
  ): Effect.Effect<Stream.Stream<A>, never, Scope.Scope> {
    const reader = Effect.acquireRelease(
      Effect.tap(making, (queue) => Effect.sync(() => this.readers.add(queue))),
      (queue) =>
        Effect.suspend(() => {
          this.readers.delete(queue)
          return Queue.shutdown(queue)
        }),
    )
    return Effect.map(reader, (queue) => Stream.fromQueue(queue))
  }
}
