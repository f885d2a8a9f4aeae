/**
 * Shadow roots that a document declares closed in its markup: no script can open them, also none of ours, but the
 * browser's protocol hands them over. Asked for only where the markup has the word, for the answer is the whole tree.
 */
import * as Effect from "effect/Effect"
import type { PageError, PageWorld } from "../PageWorld.ts"
import type { Recording } from "../Recording.ts"

const maxRoots = 500
/** Bytes of a document that are searched. */
const maxSearched = 5_000_000

interface DomNode {
  readonly backendNodeId: number
  readonly shadowRootType?: string
  readonly children?: ReadonlyArray<DomNode>
  readonly shadowRoots?: ReadonlyArray<DomNode>
}

/** Lets `serialise` see the closed roots of the frame's document. */
export const openClosedRoots = (
  world: PageWorld,
  recording: Recording,
  frameId: string,
  millis: number,
): Effect.Effect<void, PageError> =>
  Effect.gen(function* () {
    const document = recording.lastDocument(frameId)
    if (document === null || document.body === null || document.body.length > maxSearched) return
    const source = yield* Effect.orElseSucceed(
      Effect.tryPromise(() => recording.read(document)),
      () => Buffer.alloc(0),
    )
    if (!/shadowrootmode\s*=\s*["']?closed/i.test(source.toString("latin1"))) return
    const { root } = yield* world.send("DOM.getDocument", { depth: -1, pierce: true }, millis)
    const executionContextId = yield* world.world(frameId, millis)
    const functionDeclaration = "function () { linkseal.closedRoots.set(this.host, this) }"
    for (const { backendNodeId } of closedIn(root)) {
      // What belongs to another frame, or is gone, is not found.
      yield* Effect.ignore(
        Effect.gen(function* () {
          const node = { backendNodeId, executionContextId }
          const { object } = yield* world.send("DOM.resolveNode", node, millis)
          const call = { objectId: object.objectId, functionDeclaration }
          yield* world.send("Runtime.callFunctionOn", call, millis)
        }),
      )
    }
    yield* world.send("DOM.disable", {}, millis)
  })

const closedIn = (root: DomNode): ReadonlyArray<DomNode> => {
  const found: Array<DomNode> = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined && found.length < maxRoots; node = waiting.pop()) {
    if (node.shadowRootType === "closed") found.push(node)
    for (const inner of [node.children, node.shadowRoots]) for (const next of inner ?? []) waiting.push(next)
  }
  return found
}
