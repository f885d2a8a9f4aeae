/**
 * What happens to a machine after trouble. A step that fails is a failure the room knows about: the group says
 * whether the machine idles (as in Lotus), tries the step again, or parks. A throw is a defect: the machine is started
 * anew from its stored state with growing pauses, and parked when that happens too often. The store is nobody's defect:
 * a machine that was parked because it could not be written or read comes back by itself where the group wants that.
 */
import * as Duration from "effect/Duration"
import type * as Schedule from "effect/Schedule"

export type OnStepFailure =
  /** The machine waits for the next event, as Lotus does. */
  | { readonly _tag: "Idle" }
  /** The step runs again by the schedule; when that is spent the machine idles. */
  | { readonly _tag: "Retry"; readonly schedule: Schedule.Schedule<unknown> }
  /** The machine refuses events until somebody restarts it. */
  | { readonly _tag: "Park" }
  /** The machine ends; what waits goes to the dead letters. */
  | { readonly _tag: "Stop" }

export interface RestartPolicy {
  readonly onStepFailure: OnStepFailure
  /** More restarts than this within the window, and the machine is parked. */
  readonly maxRestarts: number
  readonly restartWindowMillis: number
  /** The pause before the first restart; it doubles with each further one in the window, up to the largest. */
  readonly restartPauseMillis: number
  readonly restartPauseMaxMillis: number
  /**
   * A machine that is parked because the store failed tries again after this, as often as it takes; what it had
   * accepted and what its last step came to are kept meanwhile. Null: only `restart` brings it back.
   */
  readonly storeReturnMillis: number | null
}

export const defaults: RestartPolicy = {
  onStepFailure: { _tag: "Idle" },
  maxRestarts: 5,
  restartWindowMillis: 60_000,
  restartPauseMillis: 100,
  restartPauseMaxMillis: 10_000,
  storeReturnMillis: null,
}

/** The restarts of one machine, counted over the window. */
export class RestartBudget {
  private times: Array<number> = []

  /** The pause before the next restart, or null when the budget is spent. */
  take(policy: RestartPolicy, now: number): Duration.Duration | null {
    this.times = this.times.filter((at) => now - at < policy.restartWindowMillis)
    if (this.times.length >= policy.maxRestarts) return null
    const pause = Math.min(policy.restartPauseMillis * 2 ** this.times.length, policy.restartPauseMaxMillis)
    this.times.push(now)
    return Duration.millis(pause)
  }

  reset(): void {
    this.times = []
  }
}
