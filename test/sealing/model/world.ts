/** A modelled world on a bare loop, for tests of the world itself. */
import { LoopDriver } from "../../../src/actors/LoopDriver.ts"
import { plan } from "../../../src/actors/Planner.ts"
import { World, type WorldOptions } from "../../../src/sealing/model/World.ts"
import { askTyped, type Ask } from "../../../src/sealing/ports/ask.ts"
import type { ReplyOf, RequestNamed, RequestTag } from "../../../src/sealing/ports/Request.ts"

export const start = Date.UTC(2026, 0, 1)

/** A clock that does nothing else. */
export const clock = (at = start): LoopDriver<null, { readonly _tag: string }> =>
  new LoopDriver({
    planner: (_pending, state) => plan(state, 1),
    initial: () => null,
    step: () => {},
    start: at,
  })

export const makeWorld = (options: WorldOptions = {}) => {
  const loop = clock()
  const world = new World(loop, options)
  return { loop, world, head: world.chain.head, ...asker(world, loop) }
}

/** Asks a world; a reply is kept with the second at which it came. */
const asker = (world: World, loop: LoopDriver<null, { readonly _tag: string }>) => {
  const ask: Ask = (request, reply) =>
    request._tag in sealerTags
      ? world.askSealer(request as never, reply)
      : request._tag === "DealProposal" ||
          request._tag === "PublishedDeal" ||
          request._tag === "DataCommitment"
        ? world.askMarket(request, reply)
        : world.askChain(request as never, reply)
  return {
    ask: <K extends RequestTag>(request: RequestNamed<K>) => {
      const answer: { reply: ReplyOf<K> | null; at: number | null; cancel: (() => void) | null } = {
        reply: null,
        at: null,
        cancel: null,
      }
      answer.cancel = askTyped(ask, request, (reply) => {
        answer.reply = reply
        answer.at = (loop.now() - start) / 1000
      })
      return answer
    },
    run: (seconds: number) => loop.run(start + seconds * 1000),
  }
}

const sealerTags: Record<string, true> = {
  NewSector: true,
  AddPiece: true,
  PreCommit1: true,
  PreCommit2: true,
  Commit1: true,
  Commit2: true,
  Finalize: true,
  ReleaseUnsealed: true,
  Remove: true,
  VerifySeal: true,
  AggregateProofs: true,
}

export const info = (sector: number, over: object = {}) => ({
  SealProof: 8,
  SectorNumber: sector,
  SealedCID: "commR",
  SealRandEpoch: 0,
  DealIDs: [],
  Expiration: 0,
  ReplaceCapacity: false,
  ReplaceSectorDeadline: 0,
  ReplaceSectorPartition: 0,
  ReplaceSectorNumber: 0,
  ...over,
})
