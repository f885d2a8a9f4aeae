/**
 * The miner's one object, made once per process: what the command, the HTTP API and the deal side call. A thin face:
 * the sectors live in their group, the rules in the table and the stages, and each verb in the file that bears its
 * noun. Building the layer starts the miner; closing its scope stops it.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Hub } from "../actors/Hub.ts"
import { StateStore } from "../actors/StateStore.ts"
import type { StoreError } from "../actors/StoreError.ts"
import { AutoPledge, type AutoPledgeState } from "./AutoPledge.ts"
import type { BatchView } from "./batch/Batchers.ts"
import type { SealingConfig } from "./Config.ts"
import {
  addDeal,
  listOffers,
  offerDeal,
  type PieceAdded,
  type PieceNotAdded,
  type PieceOffered,
} from "./DealInput.ts"
import type { SectorEvent } from "./events/SectorEvent.ts"
import type { Miner } from "./Miner.ts"
import { MinerStore, type SectorRow } from "./MinerStore.ts"
import { modelled, portsOf } from "./model/layers.ts"
import type { NewDeal } from "./model/ModelMarket.ts"
import type { JobView } from "./model/ModelSealer.ts"
import { clockScheduler } from "./model/Scheduler.ts"
import { setWorld, worldSettings, type BadWorldSetting, type WorldSetting } from "./model/settings.ts"
import type { WorkerView } from "./model/Workers.ts"
import type { World, WorldOptions } from "./model/World.ts"
import { Offers, type Offer } from "./Offers.ts"
import { pledgeMany, pledgeSector, type Pledged, type SectorNotCreated } from "./Pledge.ts"
import type { BatchKind, BatchResult } from "./ports/Batchers.ts"
import type { ChainEpoch, SectorNumber } from "./Sector.ts"
import type { LogEntry } from "./SectorLog.ts"
import { makeSealingGroup, type SectorChange, type SectorGroup } from "./SealingGroup.ts"
import { SectorNumbers } from "./SectorNumbers.ts"
import { stateValue, type StatBucket } from "./SectorState.ts"
import {
  markForUpgrade,
  sealNow,
  sectorLogOf,
  sendToSector,
  viewSector,
  type NoSector,
  type SectorRefused,
  type SectorView,
} from "./sectorVerbs.ts"
import { postOf } from "./sectorPost.ts"
import { startUp } from "./StartUp.ts"
import { SectorStats, type TooManySectorsSealing } from "./Stats.ts"
import { Waits, type Waiting } from "./Waits.ts"
import { savedWorld, WorldKeeper, type UnreadableWorld } from "./WorldKeeper.ts"
import { holdingStore, WorldTime } from "./WorldTime.ts"

type Sent = Effect.Effect<SectorView, NoSector | SectorRefused | StoreError>

/** A sector in the list, and why it waits. */
export interface ListedSector extends SectorRow {
  readonly waiting: Waiting | null
  /** It rests, and only an event by hand moves it. */
  readonly needsOperator: boolean
  /** Events that wait behind its running stage: the names of the first of them. */
  readonly pending: ReadonlyArray<string>
  /** It is marked for upgrade: the next sector with deals takes its place. */
  readonly marked: boolean
  /** What the modelled chain has of it; null when it is not there. */
  readonly onChain: {
    readonly expiration: ChainEpoch
    readonly live: boolean
    /** Bytes of deals, averaged over the sector's lifetime, as Lotus lists them. */
    readonly dealWeight: number
  } | null
}

/** The counters that the limits read. */
export interface SealingCounts {
  readonly curSealing: number
  readonly curStaging: number
  readonly byBucket: Readonly<Record<StatBucket, number>>
}

export interface SealingApi {
  /** Resolves when all stored sectors have been restarted. */
  readonly started: Effect.Effect<void>
  /** Pledges a sector without deals; resolves when it is stored and begun. */
  readonly pledgeSector: Effect.Effect<SectorNumber, TooManySectorsSealing | SectorNotCreated>
  /** Pledges several; gives those that were begun, and why there are not more. */
  readonly pledge: (count: number) => Effect.Effect<Pledged>
  readonly autoPledge: Effect.Effect<AutoPledgeState>
  /** Turns the periodic pledge on or off, or sets its interval; kept over restarts. */
  readonly setAutoPledge: (change: Partial<AutoPledgeState>) => Effect.Effect<AutoPledgeState, StoreError>
  readonly view: (sector: SectorNumber) => Effect.Effect<SectorView, NoSector | StoreError>
  /** Sectors in these states (values of the record), by number; null for all. */
  readonly list: (
    states: ReadonlyArray<string> | null,
  ) => Effect.Effect<ReadonlyArray<ListedSector>, StoreError>
  readonly log: (sector: SectorNumber) => Effect.Effect<ReadonlyArray<LogEntry>, NoSector | StoreError>
  /** Why a sector waits, and how long; null when it waits for nothing. */
  readonly waiting: (sector: SectorNumber) => Waiting | null
  /** Sends an event by hand; see `sendToSector`. */
  readonly send: (sector: SectorNumber, event: SectorEvent, wait?: boolean) => Sent
  /** Puts a sector into a state, by its name as printed; the caller has checked the name. */
  readonly forceState: (sector: SectorNumber, state: string) => Sent
  readonly remove: (sector: SectorNumber) => Sent
  readonly terminate: (sector: SectorNumber) => Sent
  /** Packs a sector that waits for deals now, or as soon as its piece is written. */
  readonly seal: (sector: SectorNumber) => Sent
  readonly markForUpgrade: (sector: SectorNumber) => Sent
  /** Publishes a modelled deal and puts its piece into a sector; resolves when it is written. */
  readonly addPiece: (deal: NewDeal) => Effect.Effect<PieceAdded, PieceNotAdded | StoreError>
  /** Publishes a modelled deal; resolves when its piece is let in or refused at the door, without waiting for a sector. */
  readonly offerPiece: (deal: NewDeal) => Effect.Effect<PieceOffered, PieceNotAdded | StoreError>
  /** The pieces that wait, and the last ones that were written or refused; newest first. */
  readonly offers: Effect.Effect<ReadonlyArray<Offer>>
  readonly batching: (kind: BatchKind) => Effect.Effect<BatchView>
  /** Sends what a batcher holds now; gives what went out. */
  readonly publish: (kind: BatchKind) => Effect.Effect<ReadonlyArray<BatchResult>>
  readonly jobs: Effect.Effect<ReadonlyArray<JobView>>
  readonly workers: Effect.Effect<ReadonlyArray<WorkerView>>
  /** The settings of the modelled world, for drills. */
  readonly worldSettings: Effect.Effect<ReadonlyArray<WorldSetting>>
  /** Changes the modelled world; kept over restarts. */
  readonly setWorld: (
    setting: string,
    value: string,
  ) => Effect.Effect<WorldSetting, BadWorldSetting | StoreError>
  /** How many sectors are in each state, by its name. */
  readonly states: Effect.Effect<Readonly<Record<string, number>>>
  readonly counts: Effect.Effect<SealingCounts>
  /** How many sectors rest and need their operator. */
  readonly needsOperator: Effect.Effect<number>
  readonly config: Effect.Effect<SealingConfig>
  /** Saved plans from now on, in order. */
  readonly changes: Stream.Stream<SectorChange>
  /** The modelled world, for those who test or draw it. */
  readonly world: World
  /** The machines, for those who watch them. */
  readonly group: SectorGroup
}

export interface SealingOptions {
  /** Gives the settings as they are now; it is asked on every use. */
  readonly config: () => SealingConfig
  /** Bytes of new sectors: 2 KiB, 8 MiB, 512 MiB, 32 GiB or 64 GiB. */
  readonly sectorSize: number
  /** How the modelled world begins, when none is kept. */
  readonly world?: WorldOptions
  /** Called after each saved plan, in order, also one that failed or changed nothing. Must be quick. */
  readonly observe?: (change: SectorChange) => void
}

/** The world as it was kept, or a new one, with the batchers and the input table around it. */
const openWorld = (options: SealingOptions, keeper: WorldKeeper) =>
  Effect.gen(function* () {
    const time = yield* WorldTime
    const store = yield* MinerStore
    const saved = yield* Effect.flatMap(store.world, savedWorld)
    const scheduler = yield* clockScheduler(time.clock)
    const made = modelled(scheduler, {
      config: options.config,
      chain: keeper.chain,
      sealer: keeper.sealer,
      ...(options.world === undefined ? {} : { world: options.world }),
      ...(saved === undefined ? {} : { saved }),
    })
    // Also of a world that was kept: what led to it is dropped.
    yield* keeper.checkpoint
    return made
  })

const openMiner = (options: SealingOptions) =>
  Effect.gen(function* () {
    const time = yield* WorldTime
    const store = yield* MinerStore
    const stateStore = yield* StateStore
    const runtime = yield* Effect.withClock(Effect.runtime<never>(), time.clock)
    const keeper = new WorldKeeper(store, time, runtime)
    const world = yield* openWorld(options, keeper)
    const stats = new SectorStats()
    const waits = new Waits(world)
    const changes = new Hub<SectorChange>()
    const group = yield* makeSealingGroup({
      clock: time.clock,
      store,
      waits,
      miner: world.world.miner,
      observe: (change) => {
        if (change.failure !== null) waits.refused(Number(change.id), change.failure.message)
        const room = stats.update(Number(change.id), change.after.State, options.config())
        changes.offer(change)
        options.observe?.(change)
        if (room) world.input.matchSoon()
      },
    }).pipe(
      Effect.provideService(StateStore, holdingStore(stateStore, time.hold)),
      Effect.provide(portsOf(world)),
    )
    const miner: Miner = {
      group,
      stats,
      numbers: yield* SectorNumbers.open(store),
      store,
      waits,
      modelled: world,
      offers: new Offers(),
      keeper,
      hold: time.hold,
      config: options.config,
      sectorSize: options.sectorSize,
      started: yield* Deferred.make<void>(),
      scope: yield* Effect.scope,
    }
    let closing = false
    yield* Effect.addFinalizer(() => Effect.sync(() => void (closing = true)))
    world.connect(
      postOf(
        miner,
        (effect) => void Runtime.runFork(runtime, effect),
        () => closing,
      ),
    )
    return { miner, changes }
  })

const flush = (miner: Miner, kind: BatchKind) =>
  Effect.async<ReadonlyArray<BatchResult>>((resume) => {
    miner.modelled.batchers.flush(kind, (sent) => resume(Effect.succeed(sent)))
  })

const changeWorld = (miner: Miner, setting: string, value: string) =>
  Effect.zipLeft(
    Effect.try({
      try: () =>
        setWorld(miner.modelled.world, setting, value, {
          has: (sector) => miner.stats.has(sector),
          next: miner.numbers.upcoming,
        }),
      catch: (error) => error as BadWorldSetting,
    }),
    miner.keeper.checkpoint,
  )

const apiOf = (miner: Miner, changes: Hub<SectorChange>, autoPledge: AutoPledge): SealingApi => {
  const { group, stats, modelled: made } = miner
  const send = (sector: SectorNumber, event: SectorEvent, wait = false) =>
    sendToSector(miner, sector, event, wait)
  return {
    started: Deferred.await(miner.started),
    pledgeSector: pledgeSector(miner),
    pledge: (count) => pledgeMany(miner, count),
    autoPledge: Effect.sync(() => autoPledge.state),
    setAutoPledge: (change) => autoPledge.set(change),
    view: (sector) => viewSector(miner, sector),
    list: (states) =>
      Effect.map(miner.store.rows(states), (rows) =>
        rows.map((row) => ({
          ...row,
          waiting: waitingOf(miner, row.number),
          needsOperator: needsOperator(miner, row.number),
          pending: pendingOf(miner, row.number),
          marked: made.input.isMarked(row.number),
          onChain: onChainOf(made.world, row.number),
        })),
      ),
    log: (sector) => sectorLogOf(miner, sector),
    waiting: (sector) => waitingOf(miner, sector),
    send,
    forceState: (sector, state) => send(sector, { _tag: "SectorForceState", State: stateValue(state) }),
    remove: (sector) => send(sector, { _tag: "SectorRemove" }),
    terminate: (sector) => send(sector, { _tag: "SectorTerminate" }),
    seal: (sector) => sealNow(miner, sector),
    markForUpgrade: (sector) => markForUpgrade(miner, sector),
    addPiece: (deal) => addDeal(miner, deal),
    offerPiece: (deal) => offerDeal(miner, deal),
    offers: Effect.sync(() => listOffers(miner)),
    batching: (kind) => Effect.sync(() => made.batchers.view(kind)),
    publish: (kind) => flush(miner, kind),
    jobs: Effect.sync(() => made.world.sealer.jobs()),
    workers: Effect.sync(() => made.world.sealer.workers.list()),
    worldSettings: Effect.sync(() => worldSettings(made.world)),
    setWorld: (setting, value) => changeWorld(miner, setting, value),
    states: Effect.sync(() => stats.byState()),
    counts: Effect.sync(() => ({
      curSealing: stats.curSealing,
      curStaging: stats.curStaging,
      byBucket: stats.byBucket(),
    })),
    needsOperator: Effect.sync(() => {
      let count = 0
      for (const sector of stats.numbers()) if (needsOperator(miner, sector)) count++
      return count
    }),
    config: Effect.sync(miner.config),
    changes: changes.stream,
    world: made.world,
    group,
  }
}

const onChainOf = ({ chain, market }: World, sector: SectorNumber): ListedSector["onChain"] => {
  const found = chain.sectorOf(sector)
  if (found === null) return null
  const { Activation, Expiration, DealIDs } = found
  const weight = DealIDs.reduce((sum, id) => {
    const deal = market.get(id)?.proposal
    return deal === undefined ? sum : sum + deal.PieceSize * (deal.EndEpoch - deal.StartEpoch)
  }, 0)
  return {
    expiration: Expiration,
    live: chain.miner.isLive(sector, chain.head),
    dealWeight: Math.floor(weight / (Expiration - Activation)),
  }
}

/** So many waiting events are named in a list. */
const namedPending = 5

const pendingOf = ({ group }: Miner, sector: SectorNumber): ReadonlyArray<string> => {
  const mailbox = group.machine(sector)?.core.mailbox
  if (mailbox === undefined || mailbox.length === 0) return []
  const named = Math.min(mailbox.length, namedPending)
  return Array.from({ length: named }, (_, index) => mailbox.at(index)._tag)
}

/** A machine that failed too often waits for nothing but the operator. */
const waitingOf = ({ group, waits }: Miner, sector: SectorNumber): Waiting | null => {
  const machine = group.machine(sector)
  return machine?.phase === "parked"
    ? {
        kind: "dead",
        text: `its machine is parked: ${machine.reason}. Any event brings it back`,
        until: null,
      }
    : waits.of(sector)
}

const needsOperator = ({ group, waits }: Miner, sector: SectorNumber): boolean =>
  group.machine(sector)?.phase === "parked" || waits.needsOperator(sector)

export class Sealing extends Context.Tag("linkseal/sealing/Sealing")<Sealing, SealingApi>() {
  /** Over the stores and the world's time. The layer is there when the stored sectors have been restarted. */
  static readonly layer = (
    options: SealingOptions,
  ): Layer.Layer<Sealing, StoreError | UnreadableWorld, StateStore | MinerStore | WorldTime> =>
    Layer.scoped(Sealing, makeSealing(options))
}

/** Starts the miner; it stops with the scope. */
export const makeSealing = (
  options: SealingOptions,
): Effect.Effect<
  SealingApi,
  StoreError | UnreadableWorld,
  StateStore | MinerStore | WorldTime | Scope.Scope
> =>
  Effect.gen(function* () {
    const time = yield* WorldTime
    const { miner, changes } = yield* openMiner(options)
    yield* startUp(miner)
    const autoPledge = yield* AutoPledge.open(miner.store, options.config, time.hold)
    yield* Effect.forkScoped(autoPledge.run(pledgeSector(miner), miner.modelled.scheduler))
    return apiOf(miner, changes, autoPledge)
  })
