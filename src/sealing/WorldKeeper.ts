/**
 * Keeps the modelled world over restarts: what a sector was told by the chain must still be so after `kill -9`. A
 * message is stored before its sender hears of it, a deal before it is offered, that a sector's files were deleted before
 * it counts as removed; everything else of the chain follows
 * from them and the time. Work on workers is not kept: a stage that runs again asks again, as with a real sealer.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import type { StoreError } from "../actors/StoreError.ts"
import type { MinerStoreApi, WorldRow } from "./MinerStore.ts"
import type { DeletedFiles } from "./model/files.ts"
import type { Message } from "./model/Messages.ts"
import type { PublishedDeal } from "./model/ModelMarket.ts"
import { snapshotWorld, type World } from "./model/World.ts"
import type { AskOf, Cancel } from "./ports/ask.ts"
import type { ChainVerbs } from "./ports/Chain.ts"
import type { SealerVerbs } from "./ports/Sealer.ts"
import { failed } from "./ports/Result.ts"
import type { SectorNumber } from "./Sector.ts"
import type { Hold } from "./WorldTime.ts"

/** What is kept of the world cannot be read; the room does not start. */
export class UnreadableWorld extends Data.TaggedError("UnreadableWorld")<{ readonly reason: string }> {
  override get message() {
    return `the modelled world in the database cannot be read: ${this.reason}`
  }
}

/** After so many messages and deals the whole is written anew, and what led to it is dropped. */
const rowsPerCheckpoint = 512

const withBigints = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? { $bigint: value.toString() } : value

const toBigints = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "$bigint" in value ? BigInt(String(value.$bigint)) : value

interface MessageBody {
  readonly message: Message
  readonly fates: ReadonlyArray<unknown>
}

interface Saved {
  sealer: { calls: ReadonlyArray<unknown>; deleted?: DeletedFiles }
  chain: { nonce: number; messages: Array<Message>; fates: ReadonlyArray<unknown> }
  market: { next: number; deals: Array<PublishedDeal> }
}

const checkpointOf = (world: World): string => {
  const saved = JSON.parse(snapshotWorld(world)) as Saved
  saved.sealer.calls = []
  return JSON.stringify(saved)
}

const apply = (saved: Saved, row: WorldRow): void => {
  const body: unknown = JSON.parse(row.body, toBigints)
  if (row.kind === "message") {
    const { message, fates } = body as MessageBody
    saved.chain.messages.push(message)
    saved.chain.nonce = message.nonce + 1
    saved.chain.fates = fates
  } else if (row.kind === "deleted") {
    saved.sealer.deleted = [...(saved.sealer.deleted ?? []), [body as SectorNumber, "nothing"]]
  } else {
    const deal = body as PublishedDeal
    saved.market.deals.push(deal)
    saved.market.next = deal.id + 1
  }
}

/** The saved world that the kept rows amount to, for `restoreWorld`; undefined when none is kept. */
export const savedWorld = (
  rows: ReadonlyArray<WorldRow>,
): Effect.Effect<string | undefined, UnreadableWorld> =>
  Effect.try({
    try: () => {
      const [first, ...rest] = rows
      if (first === undefined) return undefined
      const saved = JSON.parse(first.body, toBigints) as Saved
      for (const row of rest) apply(saved, row)
      return JSON.stringify(saved, withBigints)
    },
    catch: (cause) => new UnreadableWorld({ reason: cause instanceof Error ? cause.message : String(cause) }),
  })

export class WorldKeeper {
  private since = 0
  private world: World | null = null
  private readonly store: MinerStoreApi
  private readonly clock: Clock.Clock
  private readonly hold: Hold
  private readonly runtime: Runtime.Runtime<never>

  constructor(
    store: MinerStoreApi,
    time: { readonly clock: Clock.Clock; readonly hold: Hold },
    runtime: Runtime.Runtime<never>,
  ) {
    this.store = store
    this.clock = time.clock
    this.hold = time.hold
    this.runtime = runtime
  }

  /** The world's chain, with what is sent over it kept before it is answered. */
  readonly chain = (world: World): AskOf<ChainVerbs> => {
    this.world = world
    return (request, reply) => {
      if (request._tag !== "SendMessage") return world.askChain(request, reply)
      return this.kept<ChainVerbs["SendMessage"]["reply"]>(
        (answer) => world.askChain(request, answer),
        (sent) => (sent.ok ? this.message(world, sent.value) : this.checkpoint),
        (sent, ok) => reply(ok ? sent : failed("push", "the message could not be stored")),
      )
    }
  }

  /** The world's sealer, with what it deletes kept before it is answered. */
  readonly sealer =
    (world: World): AskOf<SealerVerbs> =>
    (request, reply) => {
      if (request._tag !== "Remove") return world.askSealer(request, reply)
      return this.kept<SealerVerbs["Remove"]["reply"]>(
        (answer) => world.askSealer(request, answer),
        (removed) => (removed.ok ? this.add({ kind: "deleted", body: String(request.sector) }) : Effect.void),
        (removed, ok) => reply(ok ? removed : failed("sealer", "the removal could not be stored")),
      )
    }

  /** Asks, keeps what came of it, and then answers; who asked may lose interest meanwhile. */
  private kept<A>(
    ask: (answer: (reply: A) => void) => Cancel | null,
    keep: (reply: A) => Effect.Effect<void, StoreError>,
    answer: (reply: A, ok: boolean) => void,
  ): Cancel {
    let wanted = true
    const cancel = ask((reply) => {
      Runtime.runFork(this.runtime, keep(reply)).addObserver((exit) => {
        if (wanted) answer(reply, Exit.isSuccess(exit))
      })
    })
    return () => {
      wanted = false
      cancel?.()
    }
  }

  /** Resolves when the deal is kept. */
  deal(deal: PublishedDeal): Effect.Effect<void, StoreError> {
    return this.add({ kind: "deal", body: JSON.stringify(deal, withBigints) })
  }

  /** Writes the world as it is now; for whatever was changed by hand. */
  readonly checkpoint: Effect.Effect<void, StoreError> = Effect.suspend(() => {
    if (this.world === null) return Effect.void
    this.since = 0
    return this.write({ kind: "checkpoint", body: checkpointOf(this.world) })
  })

  private message(world: World, cid: string): Effect.Effect<void, StoreError> {
    const { messages } = world.chain
    const body = { message: messages.byCid.get(cid), fates: messages.fates }
    return this.add({ kind: "message", body: JSON.stringify(body, withBigints) })
  }

  private add(row: WorldRow): Effect.Effect<void, StoreError> {
    return Effect.suspend(() => (++this.since > rowsPerCheckpoint ? this.checkpoint : this.write(row)))
  }

  private write(row: WorldRow): Effect.Effect<void, StoreError> {
    return this.hold(this.store.keepWorld(row, this.clock.unsafeCurrentTimeMillis()))
  }
}
