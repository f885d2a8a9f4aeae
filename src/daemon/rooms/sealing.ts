/**
 * Binds the sealing room to the daemon: the miner over the database, its clock, and what of both the API shows. Every
 * figure behind these ports is modelled; nothing is sealed and no message leaves the machine.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { layerMinerStoreSql } from "../../sealing/minerStoreSql.ts"
import type { World } from "../../sealing/model/World.ts"
import type { PieceNotAdded } from "../../sealing/DealInput.ts"
import type { Waiting } from "../../sealing/Waits.ts"
import { Sealing, type ListedSector, type SealingApi } from "../../sealing/Sealing.ts"
import { SealingClock, type ClockRefused } from "../../sealing/SealingClock.ts"
import type { NoSector, SectorRefused, SectorView } from "../../sealing/sectorVerbs.ts"
import { isSectorState, sectorStateNames, stateName, stateValue } from "../../sealing/SectorState.ts"
import { decodeEvent, sectorEventNames } from "../../sealing/events/SectorEvent.ts"
import type { StoreError } from "../../actors/StoreError.ts"
import type { ScaledState } from "../../actors/time/ScaledTime.ts"
import { Links } from "../../snapshot/Links.ts"
import type { BatchView } from "../../sealing/batch/Batchers.ts"
import type { BatchResult } from "../../sealing/ports/Batchers.ts"
import type { BatchingDocument, BatchKind } from "../api/batching.ts"
import type { ClockDocument } from "../api/clock.ts"
import type { Progress } from "../api/events.ts"
import type { SectorRecord, SectorRow } from "../api/sectors.ts"
import type { PieceDocument } from "../api/world.ts"
import type { Settings } from "../Config.ts"
import { ClockPort } from "../http/ClockPort.ts"
import { FsmPort } from "../http/FsmPort.ts"
import { ProgressPort } from "../http/JournalPort.ts"
import {
  NoSuchSector,
  Refused,
  SealingPort,
  UnknownName,
  WrongValue,
  type OfferedPiece,
} from "../http/SealingPort.ts"
import { machineTable } from "../machines.ts"
import { LiveConfig } from "./sealingConfig.ts"

/** The last instant that a date can be, in milliseconds since 1970; an expiration that was made up may lie beyond. */
const lastDateMillis = 8.64e15

const iso = (millis: number) => new Date(Math.min(millis, lastDateMillis)).toISOString()

/** The store's own trouble is no answer to a request: it is a defect of the daemon, and logged as one. */
const answered = <A>(
  effect: Effect.Effect<A, NoSector | SectorRefused | StoreError>,
): Effect.Effect<A, NoSuchSector | Refused> =>
  Effect.catchTags(effect, {
    NoSector: ({ sector }) => Effect.fail(new NoSuchSector({ number: sector })),
    SectorRefused: ({ code, message }) => Effect.fail(new Refused({ code, message })),
    StoreError: (error) => Effect.die(error),
  }) as Effect.Effect<A, NoSuchSector | Refused>

const rowOf =
  (world: World) =>
  (sector: ListedSector): SectorRow => ({
    number: sector.number,
    state: stateName(sector.state),
    type: sector.type,
    pieces: sector.pieces,
    deals: sector.deals,
    since: iso(sector.since),
    why: sector.waiting?.text ?? null,
    until: sector.waiting?.until === null || sector.waiting === null ? null : iso(sector.waiting.until),
    needsOperator: sector.needsOperator,
    ...(sector.pending.length === 0 ? {} : { pending: sector.pending }),
    lastError: sector.lastError,
    marked: sector.marked,
    onChain: sector.onChain !== null,
    active: sector.onChain?.live === true,
    expiration: sector.onChain === null ? null : iso(world.chain.epochs.startOf(sector.onChain.expiration)),
    expirationEpoch: sector.onChain?.expiration ?? null,
    dealWeight: sector.onChain?.dealWeight ?? null,
    events: sector.events,
    sealMillis:
      sector.provenAt === null || sector.startedAt === null ? null : sector.provenAt - sector.startedAt,
  })

const waitingDocument = (waiting: Waiting | null) =>
  waiting === null ? null : { ...waiting, until: waiting.until === null ? null : iso(waiting.until) }

/** The record as it is printed, with what is ours: the events that wait, and why the sector waits. */
const recordDocument =
  (sealing: SealingApi) =>
  ({ record, pending, ignored }: SectorView): SectorRecord => ({
    ...record,
    ...(pending.length === 0 ? {} : { pending }),
    ...(ignored === null ? {} : { ignored }),
    waiting: waitingDocument(sealing.waiting(record.SectorNumber)),
  })

/** The values of these states, or all but Removed; a name that is none is refused with the list. */
const wantedStates = (states: ReadonlyArray<string>, showRemoved: boolean) => {
  const unknown = states.find((state) => !isSectorState(state))
  if (unknown !== undefined)
    return Effect.fail(new UnknownName({ what: "state", name: unknown, known: sectorStateNames }))
  if (states.length > 0) return Effect.succeed(states.map(stateValue))
  return Effect.succeed(
    showRemoved ? null : sectorStateNames.filter((state) => state !== "Removed").map(stateValue),
  )
}

const pledge = (sealing: SealingApi) => (count: number) =>
  Effect.flatMap(sealing.pledge(count), ({ sectors, refused }) => {
    if (refused === null) return Effect.succeed(sectors)
    const code = refused._tag === "TooManySectorsSealing" ? "too-many-sectors" : "not-created"
    const kept = sectors.length === 0 ? "" : `; pledged before that: ${sectors.join(", ")}`
    return Effect.fail(
      new Refused({
        code,
        message: `${refused.message}${kept}`,
        ...(sectors.length === 0 ? {} : { sectors }),
      }),
    )
  })

const sendByName = (sealing: SealingApi) => (number: number, name: string, payload: unknown, wait: boolean) =>
  Effect.gen(function* () {
    const event = yield* Effect.mapError(decodeEvent(name, payload), (error) =>
      error._tag === "UnknownSectorEvent"
        ? new UnknownName({ what: "event", name, known: sectorEventNames })
        : new WrongValue({ message: error.message }),
    )
    return recordDocument(sealing)(yield* answered(sealing.send(number, event, wait)))
  })

const addPiece = (sealing: SealingApi) => (piece: OfferedPiece, wait: boolean) => {
  const added: Effect.Effect<PieceDocument, PieceNotAdded | StoreError> = wait
    ? sealing.addPiece(piece)
    : Effect.map(sealing.offerPiece(piece), ({ deal }) => ({ deal, sector: null, offset: null }))
  return Effect.catchTags(added, {
    PieceNotAdded: ({ message }) => Effect.fail(new Refused({ code: "piece-not-added", message })),
    StoreError: (error) => Effect.die(error),
  })
}

const batchingDocument =
  (kind: BatchKind, sent: ReadonlyArray<BatchResult>) =>
  ({ pending, max, timerAt }: BatchView): BatchingDocument => ({
    kind,
    pending,
    max,
    until: timerAt === null ? null : iso(timerAt),
    sent: sent.map(({ message, error, sectors, failedSectors }) => ({
      message,
      error,
      sectors: sectors.map((number) => ({ number, error: failedSectors.get(number) ?? null })),
    })),
  })

const sealingPort = Layer.effect(
  SealingPort,
  Effect.map(Effect.all([Sealing, LiveConfig]), ([sealing, live]): typeof SealingPort.Service => ({
    pledge: pledge(sealing),
    list: (states, showRemoved) =>
      Effect.flatMap(wantedStates(states, showRemoved), (wanted) =>
        Effect.map(Effect.orDie(sealing.list(wanted)), (sectors) => sectors.map(rowOf(sealing.world))),
      ),
    record: (number) =>
      Effect.map(
        Effect.catchTag(sealing.view(number), "StoreError", Effect.die).pipe(
          Effect.mapError(() => new NoSuchSector({ number })),
        ),
        recordDocument(sealing),
      ),
    log: (number) =>
      Effect.catchTag(sealing.log(number), "StoreError", Effect.die).pipe(
        Effect.mapError(() => new NoSuchSector({ number })),
      ),
    send: sendByName(sealing),
    updateState: (number, state) =>
      isSectorState(state)
        ? Effect.map(answered(sealing.forceState(number, state)), recordDocument(sealing))
        : Effect.fail(new UnknownName({ what: "state", name: state, known: sectorStateNames })),
    remove: (number) => Effect.map(answered(sealing.remove(number)), recordDocument(sealing)),
    terminate: (number) => Effect.map(answered(sealing.terminate(number)), recordDocument(sealing)),
    seal: (number) => Effect.map(answered(sealing.seal(number)), recordDocument(sealing)),
    markForUpgrade: (number) => Effect.map(answered(sealing.markForUpgrade(number)), recordDocument(sealing)),
    addPiece: addPiece(sealing),
    pieces: Effect.map(sealing.offers, (offers) => offers.map((offer) => ({ ...offer, at: iso(offer.at) }))),
    batching: (kind) => Effect.map(sealing.batching(kind), batchingDocument(kind, [])),
    publish: (kind) =>
      Effect.flatMap(sealing.publish(kind), (sent) =>
        Effect.map(sealing.batching(kind), batchingDocument(kind, sent)),
      ),
    world: sealing.worldSettings,
    setWorld: (setting, value) =>
      Effect.catchTags(sealing.setWorld(setting, value), {
        BadWorldSetting: ({ message }) => Effect.fail(new WrongValue({ message })),
        StoreError: (error) => Effect.die(error),
      }).pipe(Effect.zipRight(sealing.worldSettings)),
    autoPledge: sealing.autoPledge,
    setAutoPledge: (change) => Effect.orDie(sealing.setAutoPledge(change)),
    jobs: Effect.map(sealing.jobs, (jobs) =>
      jobs.map(({ id, sector, task, state, worker, hostname, since, until }) => ({
        id,
        sector,
        task,
        state,
        worker: hostname,
        workerId: worker,
        since: iso(since),
        until: until === null ? null : iso(until),
      })),
    ),
    workers: Effect.map(sealing.workers, (workers) =>
      workers.map(({ name, up, tasks }) => ({ name, up, tasks })),
    ),
    counts: sealing.states,
    needsOperator: sealing.needsOperator,
    settingsProblem: Effect.sync(live.problem),
  })),
)

const clockPort = Layer.effect(
  ClockPort,
  Effect.gen(function* () {
    const clock = yield* SealingClock
    const { world } = yield* Sealing
    const document = ({ now, scale, paused }: ScaledState): ClockDocument => ({
      now: iso(now),
      epoch: world.chain.epochs.at(now),
      mode: paused ? "paused" : "scaled",
      scale,
    })
    /** The store's own trouble is a defect of the daemon, as for every verb; the clock then stands as it did. */
    const told = <E>(turned: Effect.Effect<ScaledState, E>) => Effect.map(Effect.orDie(turned), document)
    const allowed = (turned: Effect.Effect<ScaledState, ClockRefused | StoreError>) =>
      Effect.map(turned, document).pipe(
        Effect.catchTags({
          ClockRefused: ({ message }) => Effect.fail(new Refused({ code: "clock-refused", message })),
          StoreError: (error) => Effect.die(error),
        }),
      )
    return {
      status: told(clock.state),
      advance: (millis) => allowed(clock.advance(millis)),
      scale: (factor) => allowed(clock.setScale(factor)),
      pause: told(clock.pause),
      resume: allowed(clock.resume),
      changes: Stream.map(clock.changes, document),
    }
  }),
)

const fsmPort = Layer.effect(
  FsmPort,
  Effect.gen(function* () {
    const links = yield* Links
    const sealing = yield* Sealing
    return {
      table: machineTable,
      counts: (kind) =>
        kind === "sector"
          ? sealing.states
          : Effect.map(links.counts, (counts) => counts as Readonly<Record<string, number>>),
    }
  }),
)

/** How often running jobs are told of, in wall time. */
const progressEvery = "1 second"
/** Of how many at most. */
const progressJobs = 100

const jobProgress = (sealing: SealingApi, now: number): Effect.Effect<ReadonlyArray<Progress>> =>
  Effect.map(sealing.jobs, (jobs) =>
    jobs
      .flatMap(({ sector, task, since, until }) =>
        until === null || until <= since
          ? []
          : [
              {
                kind: "sector" as const,
                id: sector,
                step: task,
                done: Math.min(now, until) - since,
                total: until - since,
              },
            ],
      )
      .slice(0, progressJobs),
  )

/** Captures and jobs in one stream. */
const progress = Layer.effect(
  ProgressPort,
  Effect.gen(function* () {
    const captures = yield* ProgressPort
    const sealing = yield* Sealing
    const jobs = Stream.tick(progressEvery).pipe(
      Stream.mapEffect(() => jobProgress(sealing, sealing.world.scheduler.now())),
      Stream.flattenIterables,
    )
    return { changes: Stream.merge(captures.changes, jobs) }
  }),
)

/** The world goes on once all sectors have been told that the process has started. */
const running = Layer.effectDiscard(
  Effect.gen(function* () {
    const sealing = yield* Sealing
    yield* sealing.started
    yield* (yield* SealingClock).begin
  }),
)

const miner = (settings: Settings) =>
  Layer.unwrapEffect(
    Effect.map(LiveConfig, (live) =>
      Sealing.layer({
        config: live.current,
        sectorSize: settings.sealing.sectorSize,
        world: { sealer: { workers: settings.sealing.workers } },
      }),
    ),
  )

/** The sealing room's ports, over StateStore, the database, `Links` and the progress of captures. */
export const layerSealingRoom = (settings: Settings) =>
  Layer.mergeAll(sealingPort, clockPort, fsmPort, progress, running).pipe(
    Layer.provide(miner(settings)),
    Layer.provide(LiveConfig.layer(settings)),
    Layer.provide(SealingClock.layer),
    Layer.provide(layerMinerStoreSql),
  )
