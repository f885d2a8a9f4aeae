/**
 * Defects of the runtime, planted on purpose to see whether the explorer finds them: each puts one wrong method in place of a
 * right one, and takes it back when asked. Nothing of this is in the runtime.
 */
import * as Effect from "effect/Effect"
import { Entrance } from "../../../src/actors/Entrance.ts"
import { LiveMachine } from "../../../src/actors/LiveMachine.ts"
import { MachineCore } from "../../../src/actors/MachineCore.ts"
import { Mailbox, type Note } from "../../../src/actors/Mailbox.ts"
import { Members } from "../../../src/actors/Members.ts"
import { StateMachine } from "../../../src/actors/StateMachine.ts"
import { MachineTimers } from "../../../src/actors/Timers.ts"

/** Puts the defect in; what it gives takes it out again. */
export type Plant = () => () => void

/** What is private to the types is there all the same, and a defect is about just that. */
type Any = any

/** Replaces a method; the wrong one gets the right one, bound to its object, and what it was called with. */
const wrong =
  (
    of: { readonly prototype: object },
    method: string,
    make: (right: (...args: Array<Any>) => Any, self: Any, args: Array<Any>) => Any,
  ): Plant =>
  () => {
    const { prototype } = of as { prototype: Record<string, Any> }
    const right = prototype[method]
    if (typeof right !== "function") throw new Error(`there is no ${method} to be wrong`)
    prototype[method] = function (this: Any, ...args: Array<Any>) {
      return make(right.bind(this), this, args)
    }
    return () => {
      prototype[method] = right
    }
  }

/** Runs what a defect is to be found by; the seed of the first schedule that finds it, and what it says, or null. */
export const caught = async (
  plant: Plant,
  schedules: number,
  explore: (seed: number) => Promise<string | null>,
): Promise<{ readonly seed: number; readonly problem: string } | null> => {
  const takeOut = plant()
  try {
    for (let seed = 1; seed <= schedules; seed++) {
      const problem = await explore(seed)
      if (problem !== null) return { seed, problem }
    }
    return null
  } finally {
    takeOut()
  }
}

/** Replaces a getter. */
const wrongGetter =
  (of: { readonly prototype: object }, name: string, get: (self: Any) => Any): Plant =>
  () => {
    const right = Object.getOwnPropertyDescriptor(of.prototype, name)
    if (right?.get === undefined) throw new Error(`there is no ${name} to be wrong`)
    Object.defineProperty(of.prototype, name, {
      configurable: true,
      get(this: Any) {
        return get(this)
      },
    })
    return () => void Object.defineProperty(of.prototype, name, right)
  }

export const defects: Readonly<Record<string, Plant>> = {
  "two events that wait change places": wrong(Mailbox, "push", (right, self, args) => {
    right(...args)
    const { rest, head } = self
    if (self.length - head < 3 || rest.length < 2) return
    ;[rest[rest.length - 1], rest[rest.length - 2]] = [rest[rest.length - 2], rest[rest.length - 1]]
  }),

  "passivation does not look into the mailbox": wrongGetter(
    LiveMachine,
    "evictable",
    (self) => self.phase === "live" && self.wake !== null && !self.core.busy,
  ),

  "a durable event is acknowledged before it is written": wrong(Entrance, "through", (right, _, args) =>
    Effect.as(Effect.forkDaemon(Effect.ignore(right(...args))), { duplicate: false }),
  ),

  "a timer fires twice": wrong(Members, "postTimer", (right, _, args) => {
    right(...args)
    right(...args)
  }),

  "a timer that was taken back fires": wrong(MachineTimers, "apply", (right, _, [id, change]) =>
    change._tag === "Cancel" ? undefined : right(id, change),
  ),

  "stored timers are not armed at start": wrong(MachineTimers, "apply", (right, self, args) =>
    self.alarm.sleeping === null && self.armed.size === 0 && self.alarm.heap.sequence === 0
      ? undefined
      : right(...args),
  ),

  "a step that was cut off does not run again": wrong(StateMachine, "install", (right, self, args) => {
    right(...args)
    self.resumeStep = false
  }),

  "a verdict is given to another sender": wrong(Mailbox, "push", (right, self, [event, note]) => {
    const last = self.length > 1 ? self.rest.at(-1) : undefined
    if (note?.reply == null || last?.reply == null) return right(event, note)
    const swapped: Note = { ...note, reply: last.reply }
    self.rest[self.rest.length - 1] = Object.assign(Object.create(Object.getPrototypeOf(last)), last, {
      reply: note.reply,
    })
    return right(event, swapped)
  }),

  "two steps of one machine run at once": wrong(StateMachine, "stepping", (right, self, args) =>
    Effect.zipRight(
      Effect.forkDaemon(Effect.ignore(right(...args))),
      Effect.sync(() => self.stepEnded()),
    ),
  ),

  "a step begins before its state is saved": wrong(StateMachine, "afterSave", (_, self, [saving, saved]) =>
    Effect.zipRight(Effect.forkDaemon(Effect.ignore(saving)), saved() ?? Effect.sync(() => self.stepEnded())),
  ),

  "a save that failed has taken its events": wrong(MachineCore, "saveFailed", (right, self) => {
    self.mailbox.drop(1)
    right()
  }),

  "an end forgets what waits": wrong(MachineCore, "close", (right) => {
    right()
    return []
  }),

  "a barrier waits for nothing": wrong(LiveMachine, "barrier", (_, __, [done]) => done(null)),

  "stop does not wait for what runs": wrongGetter(LiveMachine, "hasFiber", () => false),

  "an event does not wake its machine": wrong(LiveMachine, "push", (_, self, [event, note]) => {
    if ((note?.inbox ?? 0) === 0 || note.inbox > self.readUpTo) self.core.accept(event, note)
  }),

  "event ids are not looked at": wrong(Entrance, "sendDurable", (right, _, [id, event]) =>
    right(id, event, null),
  ),
}
