/** The text of a frame's linked style sheets as it came, to be held against what the browser has of them now. */
import * as Effect from "effect/Effect"
import { decodeText } from "../html/buildPage.ts"
import type { SheetSource } from "../inpage/serialised.ts"
import type { PageError, PageWorld } from "../PageWorld.ts"
import type { Recording } from "../Recording.ts"

/** Bytes of one frame's sheets that are brought to the page; those beyond are kept as they came. */
const maxSourceBytes = 3_000_000

export const sheetSources = (
  world: PageWorld,
  recording: Recording,
  frameId: string,
  millis: number,
): Effect.Effect<Readonly<Record<string, SheetSource>>, PageError> =>
  Effect.gen(function* () {
    const urls = yield* world.call<ReadonlyArray<string>>(frameId, "linkedSheets", [], millis)
    const sources: Record<string, SheetSource> = {}
    let left = maxSourceBytes
    for (const url of new Set(urls)) {
      const exchange = recording.find(url)
      if (exchange === null || exchange.body === null || exchange.truncated) continue
      if (exchange.body.length > left) continue
      left -= exchange.body.length
      const bytes = yield* Effect.orElseSucceed(
        Effect.tryPromise(() => recording.read(exchange)),
        () => null,
      )
      if (bytes !== null) sources[url] = { text: decodeText(bytes, exchange), base: exchange.url }
    }
    return sources
  })
