/**
 * Our hands inside a page: runs the functions of `inpage/` in an isolated world of a frame. Every call has a deadline,
 * for a page that is busy with itself answers never.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CDPSession } from "playwright"
import { atMost } from "./deadline.ts"
import { worldSource } from "./inpage/world.ts"

const worldName = "linkseal"

/** The page did not answer (`silent`), went to another document meanwhile (`gone`), or the call went wrong in it. */
export class PageError extends Data.TaggedError("PageError")<{
  readonly call: string
  readonly silent: boolean
  readonly gone: boolean
  /** A clause for the user. */
  readonly message: string
}> {}

const goneMessages =
  /Cannot find (default )?(execution )?context|context (was|with).*(destroyed|cleared|not found)|navigated or closed|Promise was collected|No frame (for|with) given id/i

const pageError = (call: string, error: unknown): PageError => {
  const said = firstLine(error)
  const gone = goneMessages.test(said)
  return new PageError({
    call,
    silent: false,
    gone,
    message: gone ? "the page went elsewhere meanwhile" : inWords(said),
  })
}

/** What the browser's protocol says, for people; the words of a page's own error are left as they are. */
const inWords = (said: string): string => {
  const refused = /^Protocol error \((\w+)\.(\w+)\): (.*)$/.exec(said)
  if (refused === null) return said
  if (refused[2] === "printToPDF") return "the browser could not print the page"
  if (/crash|closed|detached/i.test(refused[3]!)) return "the browser's tab was gone"
  return `the browser refused ${refused[2]} (${refused[3]})`
}

export interface FrameId {
  readonly id: string
  readonly url: string
  readonly children: ReadonlyArray<FrameId>
}

type Send = CDPSession["send"]

export class PageWorld {
  readonly #cdp: CDPSession
  readonly #lost: Effect.Effect<never, { readonly message: string }>
  readonly #worlds = new Map<string, number>()

  /** `lost` fails when the page dies: then nobody answers any more, and nobody has to wait for it. */
  constructor(cdp: CDPSession, lost: Effect.Effect<never, { readonly message: string }>) {
    this.#cdp = cdp
    this.#lost = lost
    // A new document has no world yet.
    cdp.on("Page.frameNavigated", ({ frame }) => void this.#worlds.delete(frame.id))
    cdp.on("Runtime.executionContextsCleared", () => this.#worlds.clear())
  }

  /** A protocol command with a deadline. */
  send<K extends Parameters<Send>[0]>(
    method: K,
    params: object,
    millis: number,
  ): Effect.Effect<any, PageError> {
    const silence = (message: string) => new PageError({ call: method, silent: true, gone: false, message })
    const sent = Effect.tryPromise({
      try: () => (this.#cdp.send as (method: string, params: object) => Promise<unknown>)(method, params),
      catch: (error) => pageError(method, error),
    })
    const dead = Effect.mapError(this.#lost, ({ message }) => silence(message))
    return atMost(Effect.raceFirst(sent, dead), millis).pipe(
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.fail(silence(`the page did not answer for ${millis} ms`)),
          onSome: (value) => Effect.succeed(value as any),
        }),
      ),
    )
  }

  /** Calls `linkseal.NAME(window, ...args)` in the frame's isolated world and gives its JSON value. */
  call<A>(
    frameId: string,
    name: string,
    args: ReadonlyArray<unknown>,
    millis: number,
  ): Effect.Effect<A, PageError> {
    const values = args.map((arg) => (typeof arg === "symbol" ? arg.description : JSON.stringify(arg)))
    const expression = `linkseal.${name}(${["globalThis", ...values].join(", ")})`
    return this.#evaluate(frameId, expression, millis).pipe(
      // The document was replaced between two calls: once more in the new one.
      Effect.catchIf(
        (error) => error.gone,
        () => {
          this.#worlds.delete(frameId)
          return this.#evaluate(frameId, expression, millis)
        },
      ),
    ) as Effect.Effect<A, PageError>
  }

  #evaluate(frameId: string, expression: string, millis: number): Effect.Effect<unknown, PageError> {
    return Effect.gen(this, function* () {
      const contextId = yield* this.world(frameId, millis)
      const answer = yield* this.send(
        "Runtime.evaluate",
        { contextId, expression, awaitPromise: true, returnByValue: true },
        millis,
      )
      if (answer.exceptionDetails !== undefined) {
        const { exception, text } = answer.exceptionDetails
        return yield* Effect.fail(pageError(expression.slice(0, 40), exception?.description ?? text))
      }
      return answer.result.value
    })
  }

  /** The id of the frame's isolated world, made when it is not there. */
  world(frameId: string, millis: number): Effect.Effect<number, PageError> {
    const known = this.#worlds.get(frameId)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.gen(this, function* () {
      const made = yield* this.send("Page.createIsolatedWorld", { frameId, worldName }, millis)
      const contextId = made.executionContextId as number
      yield* this.send("Runtime.evaluate", { contextId, expression: worldSource }, millis)
      this.#worlds.set(frameId, contextId)
      return contextId
    })
  }

  /** Calls the function in the world of the page's own scripts, as `this` the root element; JSON that may be anything. */
  callInPage(
    frameId: string,
    functionDeclaration: string,
    millis: number,
  ): Effect.Effect<unknown, PageError> {
    return Effect.gen(this, function* () {
      const contextId = yield* this.world(frameId, millis)
      const root = { contextId, expression: "document.documentElement" }
      const { result } = yield* this.send("Runtime.evaluate", root, millis)
      const { node } = yield* this.send("DOM.describeNode", { objectId: result.objectId }, millis)
      const { backendNodeId } = node
      // A node is resolved in the page's own world where no other is named.
      const { object } = yield* this.send("DOM.resolveNode", { backendNodeId }, millis)
      const call = { objectId: object.objectId, functionDeclaration, returnByValue: true }
      const answer = yield* this.send("Runtime.callFunctionOn", call, millis)
      return answer.exceptionDetails === undefined ? answer.result.value : null
    })
  }

  /** The frames of the page as they are now. */
  frames(millis: number): Effect.Effect<FrameId, PageError> {
    return Effect.map(this.send("Page.getFrameTree", {}, millis), ({ frameTree }) => readTree(frameTree))
  }

  /** Which of the parent's serialised frame elements holds the child; -1 when none does. */
  frameIndex(parentId: string, childId: string, millis: number): Effect.Effect<number, PageError> {
    return Effect.gen(this, function* () {
      const { backendNodeId } = yield* this.send("DOM.getFrameOwner", { frameId: childId }, millis)
      const executionContextId = yield* this.world(parentId, millis)
      const { object } = yield* this.send("DOM.resolveNode", { backendNodeId, executionContextId }, millis)
      const answer = yield* this.send(
        "Runtime.callFunctionOn",
        {
          objectId: object.objectId,
          functionDeclaration: "function () { return linkseal.frames.indexOf(this) }",
          returnByValue: true,
        },
        millis,
      )
      return answer.result.value as number
    })
  }
}

/** Stands for the world's own list of frame elements in the arguments of a call. */
export const framesOfWorld = Symbol("linkseal.frames")
/** Stands for the world's own list of elements that were given another style for the picture, with their own. */
export const restyledOfWorld = Symbol("linkseal.restyled")

interface RawTree {
  readonly frame: { readonly id: string; readonly url: string }
  readonly childFrames?: ReadonlyArray<RawTree>
}

const readTree = ({ childFrames, frame }: RawTree): FrameId => ({
  id: frame.id,
  url: frame.url,
  children: (childFrames ?? []).map(readTree),
})

const firstLine = (error: unknown) =>
  (String(error instanceof Error ? error.message : error).split("\n")[0] ?? "").replace(
    /^cdpSession.send: /,
    "",
  )
