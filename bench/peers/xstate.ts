/** The same two-state machine as an XState 5 actor: each event moves it, counts, and runs an entry action. */
import { assign, createActor, setup } from "xstate"

/** Sends `events` to each of `machines` actors in turn; gives how many entry actions ran for them. */
export const runXState = (machines: number, events: number): number => {
  let steps = 0
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as { type: "Next" } },
    actions: {
      count: assign({ n: ({ context }) => context.n + 1 }),
      step: () => void steps++,
    },
  }).createMachine({
    initial: "a",
    context: { n: 0 },
    states: {
      a: { entry: "step", on: { Next: { target: "b", actions: "count" } } },
      b: { entry: "step", on: { Next: { target: "a", actions: "count" } } },
    },
  })
  const actors = Array.from({ length: machines }, () => createActor(machine).start())
  const entered = steps
  const event = { type: "Next" } as const
  for (let round = 0; round < events; round++) for (const actor of actors) actor.send(event)
  return steps - entered
}
