/** How machines are, and what a group tells of them: status, dead letters, failures, and the report of a stop. */
import type { LastFailure, MachineHost, Phase, Trouble } from "./MachineHost.ts"
import type { TaggedEvent } from "./Planner.ts"
import type { MachineId } from "./Refusal.ts"
import type { StateMachine } from "./StateMachine.ts"
import type { StoredMachine } from "./StateStore.ts"

/** How one machine is. */
export interface MachineStatus<S> {
  readonly id: MachineId
  /** `stored`: not in memory, asleep in the store. */
  readonly phase: Phase | "stored"
  readonly state: S
  readonly stateName: string
  readonly pending: number
  /** The names of the first hundred. */
  readonly pendingEvents: ReadonlyArray<string>
  readonly busySince: number | null
  /** The name of the step that runs, null when none does. */
  readonly step: string | null
  readonly restarts: number
  readonly stagesDone: number
  /** Why it is parked, empty when it is not. */
  readonly reason: string
  /** The last trouble since the machine came into memory, null when it had none. */
  readonly lastFailure: LastFailure | null
  readonly timers: ReadonlyArray<{ readonly name: string; readonly at: number }>
}

/** An event that was accepted and could not be planned, and why. */
export interface DeadLetter<E> {
  readonly kind: string
  readonly id: MachineId
  readonly event: E
  readonly reason: string
}

/** Trouble that a machine had; the machine's policy has dealt with it already. */
export interface MachineFailure {
  readonly kind: string
  readonly id: MachineId
  readonly what: Trouble
  readonly message: string
}

/** What `stop` found: machines that did not finish in time, and events in memory that were never planned. */
export interface StopReport<E> {
  readonly unfinished: ReadonlyArray<MachineId>
  readonly unplanned: ReadonlyArray<{ readonly id: MachineId; readonly event: E; readonly durable: boolean }>
}

/** How many waiting events a status names. */
const namedEvents = 100

export const liveStatus = <S, E extends TaggedEvent>(
  host: MachineHost<S, E>,
  machine: StateMachine<S, E>,
  state: S,
): MachineStatus<S> => {
  const { options } = host
  const { core, id, phase, busySince, restarts, reason, lastFailure } = machine
  const pendingEvents: Array<string> = []
  for (let index = 0; index < Math.min(core.mailbox.length, namedEvents); index++)
    pendingEvents.push(core.mailbox.at(index)._tag)
  return {
    id,
    phase,
    state,
    stateName: options.stateName(state),
    pending: core.mailbox.length,
    pendingEvents,
    busySince,
    step: busySince === null ? null : (options.stepName ?? options.stateName)(state),
    restarts,
    stagesDone: core.stagesDone,
    reason,
    lastFailure,
    timers: host.timers.of(id),
  }
}

export const storedStatus = <S, E extends TaggedEvent>(
  host: MachineHost<S, E>,
  id: MachineId,
  found: StoredMachine<S, E>,
): MachineStatus<S> => ({
  id,
  phase: found.ended ? "ended" : "stored",
  state: found.state,
  stateName: host.options.stateName(found.state),
  pending: found.inbox.length,
  pendingEvents: found.inbox.slice(0, namedEvents).map((row) => row.event._tag),
  busySince: null,
  step: null,
  restarts: 0,
  stagesDone: 0,
  reason: "",
  lastFailure: null,
  timers: host.timers.of(id),
})
