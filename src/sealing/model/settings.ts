/**
 * The settings of the modelled world, for drills (`sealing world SETTING VALUE`): each has a name, says what it takes,
 * and refuses what it cannot use with a message that says what it can.
 */
import * as Data from "effect/Data"
import { chainFinality, sysErrInsufficientFunds, sysErrOutOfGas } from "../ports/policy.ts"
import { BadAmount, parseDuration, parseFil, showDuration, showFil } from "../units.ts"
import type { FailureKind } from "./ModelSealer.ts"
import type { Fate, Method } from "./Messages.ts"
import type { SectorNumber } from "../Sector.ts"
import { taskNames, type Task } from "./tasks.ts"
import type { World } from "./World.ts"

/** There is no such setting, or the value does not fit it. */
export class BadWorldSetting extends Data.TaggedError("BadWorldSetting")<{
  readonly setting: string
  readonly message: string
}> {}

/** One setting as it is listed. */
export interface WorldSetting {
  readonly name: string
  /** How it stands now, in words. */
  readonly value: string
  /** What it takes. */
  readonly takes: string
  readonly meaning: string
}

interface Definition {
  readonly takes: string
  readonly meaning: string
  readonly get: (world: World) => string
  /** Sets it; a text says what is wrong with the value. */
  readonly set: (world: World, value: string, sectors: KnownSectors) => string | void
}

/** What the miner knows of its sectors and the world does not. */
export interface KnownSectors {
  readonly has: (sector: SectorNumber) => boolean
  /** The number that the next sector gets. */
  readonly next: SectorNumber
}

const whole = (text: string, least: number, most: number): number | null =>
  /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null

const mostMessages = 1_000_000
const mostEpochs = 1_000_000
const mostNetworkVersion = 1_000
/** Exit codes of the network's actors are numbers of 32 bits. */
const mostExitCode = 2 ** 32 - 1
/** The longest that a job takes, in milliseconds: a year. */
const longestJobMillis = 365 * 86_400_000

const methods: ReadonlyArray<Method> = [
  "PreCommitSector",
  "PreCommitSectorBatch",
  "ProveCommitSector",
  "ProveCommitAggregate",
  "TerminateSectors",
]

const unknownFate = (text: string) =>
  `there is no fate ${text}; there are ok, out-of-gas, insufficient-funds, exit-CODE, refused, stuck and delay-EPOCHS`

const fateOf = (text: string): Fate | string => {
  const [, kind, number] = /^(.*?)(?:-(\d+))?$/.exec(text)!
  if (number === undefined)
    switch (kind) {
      case "out-of-gas":
        return { kind: "exit", code: sysErrOutOfGas }
      case "insufficient-funds":
        return { kind: "exit", code: sysErrInsufficientFunds }
      case "refused":
        return { kind: "refused" }
      case "stuck":
        return { kind: "stuck" }
      default:
        return unknownFate(text)
    }
  if (kind === "exit") {
    const code = whole(number, 1, mostExitCode)
    return code === null ? `an exit code is 1 to ${mostExitCode}, not ${number}` : { kind: "exit", code }
  }
  if (kind !== "delay") return unknownFate(text)
  const epochs = whole(number, 1, mostEpochs)
  return epochs === null ? `a delay is 1 to ${mostEpochs} epochs, not ${number}` : { kind: "delay", epochs }
}

const namedExits: Readonly<Record<number, string>> = {
  [sysErrOutOfGas]: "out-of-gas",
  [sysErrInsufficientFunds]: "insufficient-funds",
}

const showFate = (fate: Fate): string => {
  if (fate.kind === "exit") return namedExits[fate.code] ?? `exit-${fate.code}`
  return fate.kind === "delay" ? `delay-${fate.epochs}` : fate.kind
}

const setFate = (world: World, value: string): string | void => {
  const [first, ...rest] = value.split(/\s+/)
  if (first === "ok" && rest.length === 0) {
    world.chain.messages.fates = []
    return
  }
  const fate = fateOf(first!)
  if (typeof fate === "string") return fate
  let count = 1
  let method: Method | null = null
  for (const word of rest) {
    const number = whole(word, 1, mostMessages)
    if (number !== null) count = number
    else if (methods.includes(word as Method)) method = word as Method
    else
      return `${word} is neither a number of messages (1 to ${mostMessages}) nor one of ${methods.join(", ")}`
  }
  world.chain.messages.fates.push({ fate, method, count })
}

const setFailure = (world: World, value: string, sectors: KnownSectors): string | void => {
  if (value === "none") {
    world.sealer.failures = []
    return
  }
  const words = value.split(/\s+/)
  const task = words.shift()!
  if (!taskNames.includes(task as Task)) return `there is no task ${task}; they are ${taskNames.join(", ")}`
  let count = 1
  let sector: number | null = null
  let kind: FailureKind = "error"
  while (words.length > 0) {
    const word = words.shift()!
    const number = whole(word, 1, mostMessages)
    if (word === "invalid") kind = "invalid"
    else if (word === "sector") {
      sector = whole(words.shift() ?? "", 0, Number.MAX_SAFE_INTEGER)
      if (sector === null) return "sector must be followed by a sector number"
      if (!sectors.has(sector) && sector !== sectors.next)
        return `there is no sector ${sector}; the next one that is made gets number ${sectors.next}`
    } else if (number !== null) count = number
    else return `${word} is neither a number of jobs (1 to ${mostMessages}) nor sector nor invalid`
  }
  world.sealer.failures.push({ task: task as Task, sector, kind, count })
}

const setWorker = (world: World, value: string): string | void => {
  const match = /^(\S+)\s+(crash|down|up)$/.exec(value)
  const names = world.sealer.workers.list().map((worker) => worker.name)
  if (match === null || !names.includes(match[1]!))
    return `give one of ${names.join(", ")} and crash, down or up`
  const [, name, what] = match
  if (what !== "crash") world.sealer.workers.setUp(name!, what === "up")
  if (what !== "up") world.sealer.crash(name!)
}

const setDeal = (world: World, value: string): string | void => {
  const match = /^(\d+)\s+(?:(drop|move)|start\s+(\d+))$/.exec(value)
  if (match === null) return "give a deal id and drop, move or start EPOCH"
  const id = Number(match[1])
  const known =
    match[2] === "drop"
      ? world.market.drop(id)
      : match[2] === "move"
        ? world.market.move(id) !== null
        : world.market.setStart(id, Number(match[3]))
  if (!known) return `there is no deal ${id}`
}

const setFilPot =
  (pot: "wallet" | "available") =>
  (world: World, value: string): string | void => {
    world.chain.settle()
    world.chain.ledger.set(pot, parseFil(value))
  }

const definitions: Readonly<Record<string, Definition>> = {
  "base-fee": {
    takes: 'an amount, like "0.5 nFIL"',
    meaning: "the base fee per unit of gas",
    get: (world) => showFil(world.chain.baseFee),
    set: (world, value) => {
      const fee = parseFil(value)
      if (!/[a-z]/i.test(value)) return `${value} has no unit; nFIL is the usual one`
      world.chain.settle()
      world.chain.baseFee = fee
    },
  },
  messages: {
    takes: `ok, or out-of-gas, insufficient-funds, exit-CODE, refused, stuck or delay-EPOCHS, then how many (1), then a method of any of ${methods.join(", ")}`,
    meaning: "what happens to the next messages",
    get: (world) =>
      world.chain.messages.fates.length === 0
        ? "ok"
        : world.chain.messages.fates
            .map(
              ({ fate, count, method }) => `${showFate(fate)} ${count}${method === null ? "" : ` ${method}`}`,
            )
            .join(", "),
    set: setFate,
  },
  release: {
    takes: "stuck",
    meaning: "lets stuck messages go on at the next epoch",
    get: (world) => `${world.chain.messages.stuck.size} stuck`,
    set: (world, value) => {
      if (value !== "stuck") return "only stuck messages can be released"
      world.chain.release()
    },
  },
  revert: {
    takes: `how many epochs, 1 to ${chainFinality}`,
    meaning: "takes the last epochs back: their messages land again, their randomness is another",
    get: (world) => `${world.chain.reverts} so far`,
    set: (world, value) => {
      const depth = whole(value, 1, chainFinality)
      if (depth === null) return "a revert is a whole number of epochs within finality"
      world.chain.revert(depth)
    },
  },
  chain: {
    takes: "up or down",
    meaning: "whether lookups on the chain are answered",
    get: (world) => (world.chain.down ? "down" : "up"),
    set: (world, value) => {
      if (value !== "up" && value !== "down") return "the chain is up or down"
      world.chain.down = value === "down"
    },
  },
  "network-version": {
    takes: `a whole number from 1 to ${mostNetworkVersion}`,
    meaning: "batching needs 13, the fee of pre-commit batches 14",
    get: (world) => String(world.chain.networkVersion),
    set: (world, value) => {
      const version = whole(value, 1, mostNetworkVersion)
      if (version === null) return `${value} is no network version`
      world.chain.networkVersion = version
    },
  },
  "inclusion-epochs": {
    takes: `a whole number from 1 to ${mostEpochs}`,
    meaning: "at which epoch boundary from now a message is included; 1 is the next",
    get: (world) => String(world.chain.inclusionEpochs),
    set: (world, value) => {
      const epochs = whole(value, 1, mostEpochs)
      if (epochs === null) return `${value} is no number of epochs that a message can need`
      world.chain.inclusionEpochs = epochs
    },
  },
  wallet: {
    takes: 'an amount, like "10 FIL"',
    meaning: "what the wallets hold, for collateral and fees",
    get: (world) => showFil(world.chain.ledger.pots.wallet),
    set: setFilPot("wallet"),
  },
  "available-balance": {
    takes: 'an amount, like "10 FIL"',
    meaning: "what the miner actor can spend",
    get: (world) => showFil(world.chain.ledger.pots.available),
    set: setFilPot("available"),
  },
  "sealer-failure": {
    takes: `none, or a task (${taskNames.join(", ")}), then how many (1), then sector NUMBER (any), then invalid for a result that does not hold`,
    meaning: "which of the next jobs fail, at their end",
    get: (world) =>
      world.sealer.failures.length === 0
        ? "none"
        : world.sealer.failures
            .map(
              ({ task, count, sector, kind }) =>
                `${task} ${count}${sector === null ? "" : ` sector ${sector}`}${kind === "invalid" ? " invalid" : ""}`,
            )
            .join(", "),
    set: setFailure,
  },
  worker: {
    takes: "a worker's name and crash, down or up",
    meaning: "crash: what runs on it is lost (code 101); down: it also stays away",
    get: (world) =>
      world.sealer.workers
        .list()
        .map((worker) => `${worker.name} ${worker.up ? "up" : "down"}`)
        .join(", "),
    set: setWorker,
  },
  duration: {
    takes: 'a task and a duration, like "PC1 3 h"',
    meaning: "how long jobs of a task take from now on",
    get: (world) =>
      taskNames.map((task) => `${task} ${showDuration(world.sealer.durations[task])}`).join(", "),
    set: (world, value) => {
      const match = /^(\S+)\s+(.+)$/.exec(value)
      if (match === null || !taskNames.includes(match[1] as Task))
        return `give one of ${taskNames.join(", ")} and a duration`
      const millis = parseDuration(match[2]!)
      if (millis > longestJobMillis) return `a job takes ${showDuration(longestJobMillis)} at most`
      world.sealer.durations = { ...world.sealer.durations, [match[1]!]: millis }
    },
  },
  deal: {
    takes: "a deal id and drop, move (to another id, as a reorg does) or start EPOCH",
    meaning: "changes a published deal",
    get: (world) => `${world.market.count} published`,
    set: setDeal,
  },
}

/** The settings, how they stand, and what they take. */
export const worldSettings = (world: World): ReadonlyArray<WorldSetting> =>
  Object.entries(definitions).map(([name, { takes, meaning, get }]) => ({
    name,
    value: get(world),
    takes,
    meaning,
  }))

/** A world without a miner: any number may become a sector. */
const anySector: KnownSectors = { has: () => true, next: 0 }

/** Changes the world. Throws `BadWorldSetting` with a message that says what would do. */
export const setWorld = (
  world: World,
  setting: string,
  value: string,
  sectors: KnownSectors = anySector,
): WorldSetting => {
  const definition = Object.hasOwn(definitions, setting) ? definitions[setting]! : null
  if (definition === null)
    throw new BadWorldSetting({
      setting,
      message: `the world has no setting ${setting}; the settings are ${Object.keys(definitions).join(", ")}`,
    })
  const { takes, meaning, get, set } = definition
  const problem = attempt(() => set(world, value.trim(), sectors))
  if (typeof problem === "string")
    throw new BadWorldSetting({ setting, message: `${setting}: ${problem}. It takes ${takes}` })
  return { name: setting, value: get(world), takes, meaning }
}

const attempt = (run: () => string | void): string | void => {
  try {
    return run()
  } catch (error) {
    if (error instanceof BadAmount) return error.message
    throw error
  }
}
