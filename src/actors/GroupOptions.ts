/**
 * What a room says about its machines: how to plan, what the steps are, how states are stored, logged and shown, and
 * the bounds. Everything a StateGroup knows of its domain comes through here.
 */
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Data from "effect/Data"
import type { Codec } from "./Codec.ts"
import type { Applied, PlanFailure, Planner, TaggedEvent } from "./Planner.ts"
import type { Planned } from "./MachineCore.ts"
import type { Project } from "./Projection.ts"
import type { MachineId, Refusal } from "./Refusal.ts"
import { defaults as restartDefaults, type RestartPolicy } from "./RestartPolicy.ts"
import type { StoreError } from "./StoreError.ts"
import type { TimerChange } from "./Timers.ts"

/** What a step gets besides the state. */
export interface StepContext<E> {
  readonly id: MachineId
  /** Milliseconds of the machine's newest log entry, null when it has none. */
  readonly lastLogAt: number | null
  /**
   * Sends to the machine itself; resolves when the event waits. A step's own events always fit the mailbox. Also what a
   * step left running may use it: the machine is loaded again when it had gone to sleep.
   */
  readonly send: (event: E) => Effect.Effect<void, Refusal | StoreError>
  /** Sets or cancels timers of this machine; in a durable group, resolves after the commit. */
  readonly timers: (...changes: ReadonlyArray<TimerChange<E>>) => Effect.Effect<void, StoreError>
}

/** Positions in a log, `to` excluded. */
export interface LogRange {
  readonly from: number
  readonly to: number
}

/** The log of a machine, as its room writes it. */
export interface MachineLog<E> {
  /** The JSON of the entry for a consumed event; null when it leaves none. */
  readonly entry: (event: E, atMillis: number) => string | null
  /** The JSON of the entry for a batch that failed. */
  readonly failure: (failure: PlanFailure, atMillis: number) => string
  /** Which positions to drop before more is appended to a log of this length. */
  readonly drop?: (length: number) => LogRange | null
  /** The JSON of an entry that says so: it is appended before what is new. */
  readonly dropped?: (range: LogRange, atMillis: number) => string
}

/** A plan that was saved, as observers see it. */
export interface Change<S, E> {
  readonly kind: string
  readonly id: MachineId
  readonly at: number
  readonly before: S
  readonly after: S
  readonly from: string
  readonly to: string
  readonly events: ReadonlyArray<Applied<E>>
  readonly failure: PlanFailure | null
}

export interface GroupSettings {
  /** Strict: an unknown id is refused (`UnknownMachine`); else a machine is made from the initial state. */
  readonly strict: boolean
  /** Machines with unfinished steps or waiting durable events go on by themselves when the group starts. */
  readonly resume: boolean
  /** How many of those are brought into memory at once; one whose step goes on for long no longer holds up the next. */
  readonly resumeAtOnce: number
  /** Timers are stored with the machine and armed again at start; else they die with the process. */
  readonly durableTimers: boolean
  /** Each applied event becomes a journal entry. */
  readonly journal: boolean
  /** How many events may wait in one mailbox. */
  readonly mailboxCapacity: number
  /** What a sender to a full mailbox meets: it waits, or fails with `MailboxFull`. */
  readonly whenFull: "suspend" | "fail"
  /** No machine plans more events than this before the others get their turn. */
  readonly eventsPerTurn: number
  /** An idle machine leaves memory after this time; null: never. */
  readonly idleTimeToPassivateMillis: number | null
  /** Steps can be interrupted one by one (`interruptStep`); costs a fiber per step. */
  readonly interruptibleSteps: boolean
  /** How long `stop` lets running steps end by themselves. */
  readonly drainMillis: number
  readonly restarts: RestartPolicy
}

export interface GroupOptions<S, E extends TaggedEvent, R = never> {
  /** The group's name in the store and the journal, for example the noun its machines are. */
  readonly kind: string
  readonly planner: Planner<S, E>
  readonly initial: (id: MachineId) => S
  readonly stateName: (state: S) => string
  /** What the step of a state is called; by the state's name when left out. */
  readonly stepName?: (state: S) => string
  /**
   * The step of a state: what the machine does in it. Describes the work and does none of it; null when the state
   * has none. The state is a value of its own and stays as it is.
   */
  readonly step: (state: S, context: StepContext<E>) => Effect.Effect<unknown, unknown, R> | null
  /** Runs once, before the first plan; `closing` resolves when all machines have ended in `stop`. */
  readonly init?: (closing: Effect.Effect<void>) => Effect.Effect<void, never, R | Scope.Scope>
  readonly state: Codec<S>
  readonly event: Codec<E>
  readonly log?: MachineLog<E>
  /** What the journal remembers of an event beside its name, as JSON. */
  readonly journalDetail?: (event: E, after: S) => string | null
  readonly project?: Project<S, E>
  /** Timers that a plan sets or cancels, saved in its commit. */
  readonly timers?: (planned: Planned<S, E>, atMillis: number) => ReadonlyArray<TimerChange<E>>
  /** Called after each saved plan, in order, also a failed one. Must be quick; what it throws is logged. */
  readonly observe?: (change: Change<S, E>) => void
  /**
   * Called for each dead letter, also for those of the first moment, before anybody can read the stream of them; `log`
   * writes each as a warning.
   */
  readonly deadLetter?: "log" | ((id: MachineId, event: E, reason: string) => void)
  /** The group's time; the clock of the caller of `make` when left out. */
  readonly clock?: Clock.Clock
  readonly settings?: Partial<GroupSettings>
}

export const defaultSettings: GroupSettings = {
  strict: false,
  resume: false,
  resumeAtOnce: 1_000,
  durableTimers: true,
  journal: true,
  mailboxCapacity: 10_000,
  whenFull: "suspend",
  eventsPerTurn: 256,
  idleTimeToPassivateMillis: null,
  interruptibleSteps: false,
  drainMillis: 0,
  restarts: restartDefaults,
}

/** A group's settings cannot be meant so: thrown when the group is made, before anything runs. */
class BadSetting extends Data.TaggedError("BadSetting")<{
  readonly kind: string
  readonly setting: string
  readonly value: unknown
  readonly expected: string
}> {
  override get message() {
    return `group ${this.kind}: ${this.setting} is ${String(this.value)}, and must be ${this.expected}`
  }
}

/** Counts of which none would be a group that waits for ever. */
const counts = ["mailboxCapacity", "eventsPerTurn", "resumeAtOnce"] as const

/** The group's settings over the defaults. Throws `BadSetting`. */
export const settingsOf = <S, E extends TaggedEvent, R>({
  kind,
  settings: given,
}: GroupOptions<S, E, R>): GroupSettings => {
  const settings = { ...defaultSettings, ...given }
  const check = (setting: string, value: unknown, holds: boolean, expected: string) => {
    if (!holds) throw new BadSetting({ kind, setting, value, expected })
  }
  for (const name of counts) check(name, settings[name], settings[name] >= 1, "1 or more")
  const { idleTimeToPassivateMillis: idle, drainMillis: drain } = settings
  check("idleTimeToPassivateMillis", idle, idle === null || idle > 0, "above 0, or null for never")
  check("drainMillis", drain, drain >= 0, "0 or more")
  return settings
}
