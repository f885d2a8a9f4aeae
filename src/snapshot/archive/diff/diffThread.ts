/** The thread in which two versions are compared: takes them as its data, answers once, and ends. */
import * as Effect from "effect/Effect"
import { parentPort, workerData } from "node:worker_threads"
import type { Snapshot } from "../../Snapshot.ts"
import { ContentStore } from "../ContentStore.ts"
import { compareSnapshots, type SnapshotDiff } from "./compare.ts"

export interface DiffTask {
  readonly home: string
  readonly before: Snapshot
  readonly after: Snapshot
}

export type DiffAnswer =
  { readonly ok: true; readonly diff: SnapshotDiff } | { readonly ok: false; readonly message: string }

const { after, before, home } = workerData as DiffTask

const answer = await compareSnapshots(before, after).pipe(
  Effect.provide(ContentStore.layerReading({ home })),
  Effect.match({
    onSuccess: (diff): DiffAnswer => ({ ok: true, diff }),
    onFailure: (error): DiffAnswer => ({ ok: false, message: error.message }),
  }),
  Effect.runPromise,
)
parentPort?.postMessage(answer)
