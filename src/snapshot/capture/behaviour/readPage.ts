/** Takes the page out of the browser: every frame as parts, its text, and what it says about itself. */
import * as Effect from "effect/Effect"
import type { CaptureFailure } from "../CaptureFailure.ts"
import type { CapturingPage } from "../Capturing.ts"
import type { FrameTree } from "../html/buildPage.ts"
import type { PageFacts } from "../inpage/facts.ts"
import type { Part, Serialised } from "../inpage/serialised.ts"
import { checkLastDocument } from "./openPage.ts"
import { withoutUserinfoOf } from "../userinfo.ts"
import { openClosedRoots } from "./closedRoots.ts"
import { scriptFonts } from "./scriptFonts.ts"
import { sheetSources } from "./sheetSources.ts"
import { framesOfWorld, restyledOfWorld, type FrameId, type PageError } from "../PageWorld.ts"

const maxFrames = 200
const maxDepth = 6

export const readPage = (
  capturing: CapturingPage,
  limitMillis: number,
): Effect.Effect<null, PageError | CaptureFailure> =>
  Effect.gen(function* () {
    const { found, world } = capturing
    yield* checkLastDocument(capturing)
    const root = yield* world.frames(limitMillis)
    const facts = yield* world.call<PageFacts>(root.id, "facts", [], limitMillis)
    const clean = <A>(value: A): A => withoutUserinfoOf(facts.url, value)
    found.facts = clean(facts)
    if (facts.url.startsWith("http")) found.finalUrl = found.facts.url
    const texts: Array<string> = []
    let frames = 0
    const readFrame = (frame: FrameId, depth: number): Effect.Effect<FrameTree, PageError> =>
      Effect.gen(function* () {
        // One world for all of them.
        yield* world.world(frame.id, limitMillis)
        const [written, sources, fonts] = yield* Effect.all(
          [
            world.call<boolean>(frame.id, "asksForAddresses", [], limitMillis),
            sheetSources(world, capturing.recording, frame.id, limitMillis),
            scriptFonts(world, frame.id, limitMillis),
            Effect.ignore(openClosedRoots(world, capturing.recording, frame.id, limitMillis)),
          ],
          { concurrency: "unbounded" },
        )
        const serialised = yield* world.call<Serialised>(
          frame.id,
          "serialise",
          [framesOfWorld, restyledOfWorld, { plain: false, written, sources, fonts }],
          limitMillis,
        )
        const children = new Map<number, FrameTree>()
        for (const child of depth < maxDepth ? frame.children : []) {
          if (++frames > maxFrames) break
          // A frame that went away or does not answer leaves a hole, not a failure.
          const index = yield* Effect.orElseSucceed(
            world.frameIndex(frame.id, child.id, limitMillis),
            () => -1,
          )
          const tree = yield* Effect.option(readFrame(child, depth + 1))
          if (index >= 0 && tree._tag === "Some") children.set(index, tree.value)
          texts.push(
            yield* Effect.orElseSucceed(world.call<string>(child.id, "frameText", [], limitMillis), () => ""),
          )
        }
        return { serialised: clean(serialised), frames: children }
      })
    found.tree = yield* readFrame(root, 0)
    found.frameText = texts.join("\n").trim()
    const needsArticle =
      capturing.settings.artefacts["article.html"] || capturing.settings.artefacts["article.txt"]
    if (needsArticle) {
      const plain = yield* world.call<Serialised>(
        root.id,
        "serialise",
        [[], restyledOfWorld, { plain: true, written: false, sources: {}, fonts: [] }],
        limitMillis,
      )
      found.plainHtml = clean(plain)
        .parts.filter((part: Part) => typeof part === "string")
        .join("")
    }
    return null
  })
