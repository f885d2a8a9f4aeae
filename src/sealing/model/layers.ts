/**
 * The modelled world as layers: the port services over one `World`, on the group's Clock. The callbacks of the chain, of
 * matching and of deal timers are events that somebody must send: `SectorPost` says who.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Clock from "effect/Clock"
import { Batchers } from "../batch/Batchers.ts"
import type { SealingConfig } from "../Config.ts"
import type { SectorEvent } from "../events/SectorEvent.ts"
import { InputTable } from "../input/InputTable.ts"
import { portOf, route, type Ask, type AskOf, type PortName } from "../ports/ask.ts"
import type { ChainVerbs } from "../ports/Chain.ts"
import type { SealerVerbs } from "../ports/Sealer.ts"
import * as ports from "../ports/Ports.ts"
import type { Request, RequestTag } from "../ports/Request.ts"
import type { SectorNumber } from "../Sector.ts"
import { describe } from "../stages/describe.ts"
import { timePort } from "../stages/localPorts.ts"
import { isIdle, type Why } from "../stages/Stage.ts"
import { clockScheduler, type Scheduler } from "./Scheduler.ts"
import { restoreWorld, World, type WorldOptions } from "./World.ts"

/** Takes the events that do not come from a stage. */
export interface Post {
  /** Sends the event; while the sector is in one of `onlyIn`, when that is given. */
  readonly send: (sector: SectorNumber, event: SectorEvent, onlyIn: ReadonlyArray<string> | null) => void
  /** A callback came to no event: why the sector goes on waiting. */
  readonly rest: (sector: SectorNumber, why: Why) => void
  /** A piece found no sector: the number of a new deal sector, or null when none may be made. */
  readonly createSector: () => SectorNumber | null
}

export interface ModelledOptions {
  /** The clock of the sealing group. */
  readonly clock: Clock.Clock
  /** The settings as they are now. */
  readonly config: () => SealingConfig
  readonly world?: WorldOptions
  /** A saved world to go on with. */
  readonly saved?: string
  /** Stands before the chain, for example to keep what was sent; the world's own chain when left out. */
  readonly chain?: (world: World) => AskOf<ChainVerbs>
  /** Stands before the sealer in the same way. */
  readonly sealer?: (world: World) => AskOf<SealerVerbs>
}

/** The modelled world and what stands around it, for those who steer and watch it. */
export interface Modelled {
  readonly scheduler: Scheduler
  readonly world: World
  readonly batchers: Batchers
  readonly input: InputTable
  readonly ask: Ask
  /** Why a request is not answered yet, with what the world and the batchers know of it. */
  readonly explain: (request: Request) => Why
  /** Says who takes events; until then they are dropped. */
  readonly connect: (post: Post) => void
}

export class ModelledSealing extends Context.Tag("linkseal/sealing/ModelledSealing")<
  ModelledSealing,
  Modelled
>() {}

const nobody: Post = { send: () => {}, rest: () => {}, createSector: () => null }

/** Joins world, batchers and input table on a scheduler. */
export const modelled = (scheduler: Scheduler, options: Omit<ModelledOptions, "clock">): Modelled => {
  let post = nobody
  const world =
    options.saved === undefined
      ? new World(scheduler, options.world)
      : restoreWorld(scheduler, options.saved, options.world)
  const input = new InputTable({
    scheduler,
    send: (sector, event) => post.send(sector, event, null),
    createSector: () => post.createSector(),
  })
  const batchers = new Batchers({
    scheduler,
    ask: (request, reply) => ask(request, reply),
    config: options.config,
  })
  const ask: Ask = route({
    chain: options.chain?.(world) ?? world.askChain,
    sealer: options.sealer?.(world) ?? world.askSealer,
    market: world.askMarket,
    batchers: batchers.ask,
    input: input.ask,
    settings: (_request, reply) => {
      reply(options.config())
      return null
    },
    time: timePort(scheduler),
  })
  world.onDelivery((registration, outcome) => {
    if (isIdle(outcome)) post.rest(registration.sector, outcome.why)
    else post.send(registration.sector, outcome, registration.onlyIn)
  })
  return {
    scheduler,
    world,
    batchers,
    input,
    ask,
    explain: (request) => batchers.explain(request) ?? world.explain(request) ?? describe(request),
    connect: (to) => {
      post = to
    },
  }
}

interface Replied {
  readonly reply: unknown
}

/** A request as an Effect: replies that are there at once do not suspend the fiber. */
const answer =
  (ask: Ask) =>
  (request: Request): Effect.Effect<any> =>
    Effect.suspend(() => {
      let immediate: Replied | null = null
      let resume: ((reply: unknown) => void) | null = null
      const cancel = ask(request, (reply: unknown) => {
        if (resume === null) immediate = { reply }
        else resume(reply)
      })
      if (immediate !== null) return Effect.succeed((immediate as Replied).reply)
      return Effect.async<unknown>((done) => {
        resume = (reply) => done(Effect.succeed(reply))
        if (immediate !== null) resume(immediate.reply)
        return Effect.sync(() => cancel?.())
      })
    })

const tableOf = (ask: Ask, port: PortName): any =>
  Object.fromEntries(
    (Object.keys(portOf) as Array<RequestTag>)
      .filter((tag) => portOf[tag] === port)
      .map((tag) => [tag, answer(ask)]),
  )

/** The port services over a modelled world. */
export const portsOf = ({ ask }: Modelled): Context.Context<ports.StagePorts> =>
  Context.empty().pipe(
    Context.add(ports.Chain, tableOf(ask, "chain")),
    Context.add(ports.Sealer, tableOf(ask, "sealer")),
    Context.add(ports.Market, tableOf(ask, "market")),
    Context.add(ports.Batching, tableOf(ask, "batchers")),
    Context.add(ports.Input, tableOf(ask, "input")),
    Context.add(ports.SettingsPort, tableOf(ask, "settings")),
    Context.add(ports.TimePort, tableOf(ask, "time")),
  )

/** The modelled world and its ports, on a clock. The world's timers end with the layer's scope. */
export const layerModel = (options: ModelledOptions): Layer.Layer<ModelledSealing | ports.StagePorts> =>
  Layer.scopedContext(
    Effect.map(clockScheduler(options.clock), (scheduler) => {
      const made = modelled(scheduler, options)
      return Context.add(portsOf(made), ModelledSealing, made)
    }),
  )
