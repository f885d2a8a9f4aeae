/** The machine that is measured: two states, each event moves it, counts, and runs a step. */
import * as Effect from "effect/Effect"
import { json } from "../../src/actors/Codec.ts"
import type { GroupOptions } from "../../src/actors/GroupOptions.ts"
import { StateGroup } from "../../src/actors/StateGroup.ts"
import { make, rowsOf } from "../../src/actors/Table.ts"
import { planner } from "../../src/actors/tablePlanner.ts"

export interface Counter {
  readonly name: "a" | "b"
  readonly n: number
}

export interface Next {
  readonly _tag: "Next"
}

export const next: Next = { _tag: "Next" }

const withState = (state: Counter, name: "a" | "b"): Counter => ({ name, n: state.n })
const { on } = rowsOf<Counter, Next, "a" | "b">(withState)
const count = (state: Counter): Counter => ({ name: state.name, n: state.n + 1 })

const table = make<Counter, Next, "a" | "b">({
  kind: "counter",
  states: { a: { step: "count" }, b: { step: "count" } },
  events: ["Next"],
  initial: "a",
  stateOf: (state) => state.name,
  withState,
  rows: [...on("a", "Next", "b", count), ...on("b", "Next", "a", count)],
})

export const counterPlanner = planner(table)

/** Counts the steps that ran, and calls back at a number of them. */
export class Steps {
  ran = 0
  private waiting: { readonly target: number; readonly resume: () => void } | null = null
  readonly step = Effect.sync(() => {
    this.ran++
    if (this.waiting !== null && this.ran >= this.waiting.target) {
      const { resume } = this.waiting
      this.waiting = null
      resume()
    }
  })

  until(target: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.ran >= target) return resume(Effect.void)
      this.waiting = { target, resume: () => resume(Effect.void) }
    })
  }
}

export const counters = (steps: Steps, more: Partial<GroupOptions<Counter, Next>> = {}) =>
  StateGroup.make<Counter, Next>({
    kind: "counter",
    planner: counterPlanner,
    initial: () => ({ name: "a", n: 0 }),
    stateName: (state) => state.name,
    step: () => steps.step,
    state: json<Counter>(),
    event: json<Next>(),
    ...more,
    settings: { journal: false, mailboxCapacity: 1_000_000, ...more.settings },
  })
