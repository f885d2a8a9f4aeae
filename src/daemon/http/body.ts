/**
 * Reads the body of a request, up to a limit. What is above it is read on and thrown away for a moment, so that a
 * client that is still writing gets to see the answer, and not a broken connection.
 */
import * as Effect from "effect/Effect"
import type { IncomingMessage } from "node:http"
import type { Problem } from "../api/Problem.ts"
import { tooBig } from "./problems.ts"

/** How much more than the limit is thrown away, and how long, before the answer goes out. */
const discardMaxBytes = 268_435_456
const discardFor = "2 seconds"

/** The whole body as text; undefined when there is too much of it. */
const collect = (message: IncomingMessage, maxBytes: number) =>
  Effect.async<string | undefined>((resume) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    const stop = () => {
      message.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) return void chunks.push(chunk)
      stop()
      message.pause()
      resume(Effect.succeed(undefined))
    }
    const onEnd = () => {
      stop()
      resume(Effect.succeed(Buffer.concat(chunks).toString("utf8")))
    }
    const onClose = () => {
      stop()
      resume(Effect.interrupt)
    }
    message.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose)
    return Effect.sync(stop)
  })

const discard = (message: IncomingMessage) =>
  Effect.async<void>((resume) => {
    let bytes = 0
    const stop = () => {
      message.off("data", onData).off("end", done).off("close", done)
    }
    const done = () => {
      stop()
      resume(Effect.void)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > discardMaxBytes) done()
    }
    message.on("error", () => {})
    message.on("data", onData).on("end", done).on("close", done).resume()
    return Effect.sync(stop)
  }).pipe(Effect.timeout(discardFor), Effect.ignore)

/** The body as text; fails with 413 when it is above the limit, announced or not. */
export const readBody = (message: IncomingMessage, maxBytes: number): Effect.Effect<string, Problem> =>
  Effect.flatMap(collect(message, maxBytes), (text) =>
    text === undefined ? Effect.zipRight(discard(message), tooBig(maxBytes)) : Effect.succeed(text),
  )
