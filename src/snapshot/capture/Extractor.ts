/**
 * Reads articles and PDFs in a thread beside the event loop. The thread is kept warm; one that takes too long or whose
 * caller has gone is ended with what it was doing, for nothing else stops a loop.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Worker } from "node:worker_threads"
import type { Article } from "./extract/extract.ts"
import type { ExtractAnswer, ExtractRequest } from "./extract/extractThread.ts"

export class ExtractError extends Data.TaggedError("ExtractError")<{ readonly message: string }> {}

const maxHeapMegabytes = 1_500

export interface Extractor {
  /** The article of a page given as HTML, or null when there is none. */
  readonly article: (html: string, url: string) => Effect.Effect<Article | null, ExtractError>
  readonly pdf: (
    bytes: Uint8Array,
  ) => Effect.Effect<{ readonly title: string; readonly text: string }, ExtractError>
}

/** A thread that lives as long as the scope; started with the first request. */
export const makeExtractor: Effect.Effect<Extractor, never, Scope.Scope> = Effect.gen(function* () {
  let worker: Worker | null = null
  const gate = yield* Effect.makeSemaphore(1)
  const end = Effect.suspend(() => {
    const ending = worker
    worker = null
    return ending === null ? Effect.void : Effect.promise(() => ending.terminate())
  })
  yield* Effect.addFinalizer(() => end)

  const ask = (request: ExtractRequest) =>
    Effect.async<unknown, ExtractError>((resume) => {
      // A thread that died between two requests has no id any more.
      if (worker?.threadId === -1) worker = null
      const thread = (worker ??= start())
      const off = () => {
        thread.off("message", answered).off("error", died).off("exit", ended)
      }
      const died = (error: Error) => {
        off()
        if (worker === thread) worker = null
        resume(Effect.fail(new ExtractError({ message: error.message })))
      }
      const ended = () => died(new Error("the thread ended"))
      const answered = (answer: ExtractAnswer) => {
        off()
        resume(
          answer.ok
            ? Effect.succeed(answer.value)
            : Effect.fail(new ExtractError({ message: answer.message })),
        )
      }
      thread.on("message", answered).on("error", died).on("exit", ended)
      thread.postMessage(request)
      return Effect.zipRight(Effect.sync(off), end)
    }).pipe(gate.withPermits(1))

  return {
    article: (html, url) =>
      ask({ kind: "article", html, url }) as Effect.Effect<Article | null, ExtractError>,
    pdf: (bytes) =>
      ask({ kind: "pdf", bytes }) as Effect.Effect<{ title: string; text: string }, ExtractError>,
  }
})

/** Compiled, the thread starts as it is; from the sources (tests) it needs a loader for TypeScript first. */
const start = (): Worker => {
  const options = { resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes }, stdout: true, stderr: true }
  const worker = import.meta.url.endsWith(".ts")
    ? new Worker(fromSource(new URL("./extract/extractThread.ts", import.meta.url)), {
        ...options,
        eval: true,
      })
    : new Worker(new URL("./extract/extractThread.js", import.meta.url), options)
  // A thread that dies between two requests must not take the process along; the next request starts another.
  worker.on("error", () => undefined)
  worker.stdout.resume()
  worker.stderr.resume()
  worker.unref()
  return worker
}

const fromSource = (entry: URL): string =>
  `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}) })`
