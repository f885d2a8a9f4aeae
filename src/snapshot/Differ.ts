/**
 * Compares versions in a thread of their own, one pair at a time: a large page takes a second of computing, which
 * nobody else should wait for. The thread ends with its answer, with its caller, or when it takes too long.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dirname } from "node:path"
import { Worker } from "node:worker_threads"
import type { ArchiveLayout } from "./archive/layout.ts"
import type { SnapshotDiff } from "./archive/diff/compare.ts"
import type { DiffAnswer, DiffTask } from "./archive/diff/diffThread.ts"
import type { Snapshot } from "./Snapshot.ts"

/** Two versions cannot be compared: a file of theirs is damaged, or it took too long. */
export class DiffError extends Data.TaggedError("DiffError")<{ readonly message: string }> {}

const maxHeapMegabytes = 1_500
const deadlineMillis = 60_000

export type Differ = (before: Snapshot, after: Snapshot) => Effect.Effect<SnapshotDiff, DiffError>

const start = (task: DiffTask): Worker => {
  const options = { workerData: task, resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes } }
  const entry = new URL(
    `./archive/diff/diffThread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`,
    import.meta.url,
  )
  // From the sources (tests) a thread needs a loader for TypeScript first.
  return entry.href.endsWith(".ts")
    ? new Worker(
        `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}) })`,
        { ...options, eval: true },
      )
    : new Worker(entry, options)
}

const ask = (task: DiffTask): Effect.Effect<SnapshotDiff, DiffError> =>
  Effect.async<SnapshotDiff, DiffError>((resume) => {
    const thread = start(task)
    const fail = (message: string) => resume(Effect.fail(new DiffError({ message })))
    thread.on("message", (answer: DiffAnswer) =>
      answer.ok ? resume(Effect.succeed(answer.diff)) : fail(answer.message),
    )
    thread.on("error", (error) => fail(`the versions cannot be compared: ${error.message}`))
    thread.on("exit", () => fail("the versions cannot be compared: the thread ended"))
    return Effect.promise(() => thread.terminate())
  }).pipe(
    Effect.timeoutFail({
      duration: deadlineMillis,
      onTimeout: () => new DiffError({ message: "comparing the versions took too long" }),
    }),
  )

export const makeDiffer = (layout: ArchiveLayout): Effect.Effect<Differ> =>
  Effect.map(
    Effect.makeSemaphore(1),
    (gate) => (before: Snapshot, after: Snapshot) =>
      gate.withPermits(1)(ask({ home: dirname(layout.root), before, after })),
  )
