/**
 * Looks for an order of things that breaks a promise of the contract: senders, restarts, interruptions, passivation,
 * failing steps, a slow and failing store and a stop, all drawn from one seed, with runnable fibers in an order drawn from
 * it too. A seed that fails is the whole recipe: the same seed does the same again.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { json } from "../../../src/actors/Codec.ts"
import { layerMemory, MemoryShelves } from "../../../src/actors/memoryStore.ts"
import { failed, plan, PlanFailed } from "../../../src/actors/Planner.ts"
import { defaults, type OnStepFailure } from "../../../src/actors/RestartPolicy.ts"
import { StateGroup } from "../../../src/actors/StateGroup.ts"
import { StateStore } from "../../../src/actors/StateStore.ts"
import { StoreError } from "../../../src/actors/StoreError.ts"
import { draws, type Draws } from "../../../src/actors/time/Randomness.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"

interface State {
  readonly count: number
}

interface Event {
  readonly _tag: "go" | "refuse" | "end"
  readonly key: string
}

const machines = 4

/** What happened, for the check at the end. */
class Happened {
  readonly accepted = new Map<string, "memory" | "durable">()
  readonly refused = new Set<string>()
  readonly planned: Array<string> = []
  readonly excused = new Set<string>()
  readonly running = new Map<string | number, number>()
  stopped = false
  problem: string | null = null
  readonly say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.say = say
  }

  fail(problem: string): void {
    this.problem ??= problem
  }
}

/** The store, slow and failing as the seed says. */
const unsteady = (random: Draws, shelves: MemoryShelves, steady: () => boolean) =>
  Layer.map(layerMemory(shelves), (context) => context).pipe(
    Layer.flatMap((context) =>
      Layer.effect(
        StateStore,
        Effect.map(Effect.provide(StateStore, context), (store) =>
          StateStore.of({
            ...store,
            open: (shelf) => {
              const inner = store.open(shelf)
              const trouble = <A>(effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
                Effect.suspend(() => {
                  const failing = !steady() && random.chance(0.04)
                  const error = new StoreError({ operation: "write", message: "the store failed" })
                  return Effect.delay(failing ? Effect.fail(error) : effect, random.between(0, 3))
                })
              return {
                ...inner,
                save: (save) =>
                  random.chance(0.5)
                    ? trouble(Effect.suspend(() => inner.save(save) ?? Effect.void))
                    : inner.save(save),
                accept: (...args) => trouble(inner.accept(...args)),
                load: (id, initial) => {
                  const found = () => inner.load(id, initial)
                  if (random.chance(0.5)) return found()
                  return trouble(
                    Effect.suspend(() => {
                      const now = found()
                      return Effect.isEffect(now) ? now : Effect.succeed(now)
                    }),
                  )
                },
              }
            },
          }),
        ),
      ),
    ),
  )

const policies: ReadonlyArray<OnStepFailure> = [{ _tag: "Idle" }, { _tag: "Park" }, { _tag: "Stop" }]

const makeGroup = (random: Draws, record: Happened, shelves: MemoryShelves, life: number) =>
  StateGroup.make<State, Event>({
    kind: "explored",
    planner: (pending, state) => {
      if (record.stopped && life === 1) record.fail("planned after stop had returned")
      const processed = random.chance(0.1) && life === 1 ? 0 : random.between(1, pending.length + 1)
      const keys = Array.from({ length: processed }, (_, index) => pending.at(index).key)
      if (life === 1 && random.chance(0.02)) throw new Error("the planner broke")
      if (processed > 0 && pending.at(0)._tag === "refuse") {
        keys.slice(0, processed).forEach((key) => record.excused.add(key))
        return failed(state, processed, new PlanFailed({ state: "", event: "refuse", message: "refused" }))
      }
      const next = { count: state.count + processed }
      const ended = Array.from({ length: processed }, (_, index) => pending.at(index)._tag).includes("end")
      // What is planned counts when it is saved; a plan that is made again gives its events again.
      return plan(next, processed, {
        ended,
        step: !ended,
        applied: keys.map((key, index) => ({ event: { ...pending.at(index), key }, from: "", to: "" })),
      })
    },
    observe: ({ id, events }) => {
      record.planned.push(...events.map(({ event }) => event.key))
      record.say(`saved on ${id}: ${events.map(({ event }) => event.key).join(", ")}`)
    },
    deadLetter: (id, event, reason) => {
      record.say(`dead letter of ${id}: ${event.key}: ${reason}`)
      record.excused.add(event.key)
    },
    initial: () => ({ count: 0 }),
    stateName: () => "",
    step: (state, { id, send }) => {
      if (random.chance(0.3)) return null
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          const running = (record.running.get(id) ?? 0) + 1
          record.running.set(id, running)
          if (running > 1) record.fail(`two steps of ${id} at once`)
          const cell = shelves.cells("explored").get(id)
          if (JSON.stringify(cell?.state) !== JSON.stringify(state))
            record.fail(`${id} runs a step of a state not stored`)
        }),
        () => {
          if (random.chance(0.1) && life === 1) return Effect.fail("the step failed")
          if (random.chance(0.04) && life === 1) return Effect.die(new Error("the step broke"))
          if (random.chance(0.1)) {
            const key = `step ${life} ${random.next()}`
            return Effect.match(send({ _tag: "go", key }), {
              onSuccess: () => void record.accepted.set(key, "memory"),
              onFailure: () => void record.refused.add(key),
            })
          }
          return Effect.sleep(random.between(0, 6))
        },
        () => Effect.sync(() => record.running.set(id, record.running.get(id)! - 1)),
      )
    },
    state: json<State>(),
    event: json<Event>(),
    settings: {
      journal: random.chance(0.5),
      resume: life > 1 || random.chance(0.5),
      mailboxCapacity: random.between(2, 12),
      whenFull: random.pick(["suspend", "fail"]),
      eventsPerTurn: random.between(1, 5),
      idleTimeToPassivateMillis: random.chance(0.7) ? random.between(1, 20) : null,
      interruptibleSteps: random.chance(0.5),
      drainMillis: random.between(0, 10),
      restarts: { ...defaults, restartPauseMillis: 1, onStepFailure: random.pick(policies) },
    },
  })

const sender = (group: StateGroup<State, Event>, random: Draws, record: Happened, name: string) =>
  Effect.gen(function* () {
    const note = (key: string, how: "memory" | "durable") => (exit: Exit.Exit<unknown, unknown>) => {
      record.say(`${key} ${how} ${Exit.isSuccess(exit) ? "accepted" : exit.cause.toString().split("\n")[0]}`)
      if (Exit.isSuccess(exit)) record.accepted.set(key, how)
      else record.refused.add(key)
    }
    for (let n = 0; n < 14; n++) {
      const id = random.between(0, machines)
      const key = `${id} ${name} ${n}`
      const event: Event = { _tag: random.chance(0.04) ? "end" : random.chance(0.06) ? "refuse" : "go", key }
      const roll = random.between(0, 12)
      if (roll < 4) note(key, "memory")(yield* Effect.exit(group.send(id, event)))
      else if (roll < 8) note(key, "durable")(yield* Effect.exit(group.sendDurable(id, event, key)))
      else if (roll === 8) {
        // Refused can also mean planned and refused, or parked with it: only a yes says something.
        const exit = yield* Effect.exit(group.sendAndWait(id, event))
        if (Exit.isSuccess(exit) && !record.planned.includes(key))
          record.fail(`${key}: a yes before its save`)
        record.excused.add(key)
      } else if (roll === 9) yield* Effect.exit(group.restart(id))
      else if (roll === 10) yield* Effect.exit(group.interruptStep(id))
      else yield* Effect.exit(Effect.timeoutOption(group.getAfter(id), random.between(0, 20)))
      if (random.chance(0.6)) yield* Effect.sleep(random.between(0, 8))
    }
  })

const firstLife = (random: Draws, record: Happened, shelves: MemoryShelves) =>
  Effect.gen(function* () {
    const group = yield* makeGroup(random, record, shelves, 1)
    yield* Effect.forkScoped(
      Stream.runForEach(group.failures, ({ id, what, message }) =>
        Effect.sync(() => record.say(`${id} failed: ${what}: ${message}`)),
      ),
    )
    yield* Effect.sleep(1)
    const senders = Array.from({ length: random.between(2, 6) }, (_, index) =>
      sender(group, random, record, `s${index}`),
    )
    const sending = yield* Effect.fork(Effect.all(senders, { concurrency: "unbounded", discard: true }))
    yield* Effect.sleep(random.between(5, 90))
    record.say("stop")
    const reports = yield* Effect.all([group.stop(), group.stop()], { concurrency: "unbounded" })
    record.stopped = true
    for (const { event } of reports[0].unplanned) record.excused.add(event.key)
    record.say(`stopped, unplanned: ${reports[0].unplanned.map(({ event }) => event.key).join(", ")}`)
    if (reports[0].unfinished.length > 0) record.fail(`not stopped: ${reports[0].unfinished.join()}`)
    yield* sending.await
    for (const [id, running] of record.running)
      if (running !== 0) record.fail(`a step of ${id} outlived stop`)
  })

/** On the same store, nothing failing any more: what was durable and waited is planned now. */
const secondLife = (random: Draws, record: Happened, shelves: MemoryShelves) =>
  Effect.gen(function* () {
    const group = yield* makeGroup(random, record, shelves, 2)
    yield* Effect.forkScoped(
      Stream.runForEach(group.failures, ({ id, what, message }) =>
        Effect.sync(() => record.say(`${id} failed: ${what}: ${message}`)),
      ),
    )
    yield* Effect.sleep(5_000)
    for (let id = 0; id < machines; id++) {
      const waiting = (yield* group.status(id))?.pending ?? 0
      if (waiting > 0) record.fail(`${id} still has ${waiting} events waiting`)
    }
  })

const judge = (record: Happened): void => {
  const planned = new Set(record.planned)
  if (planned.size !== record.planned.length) {
    const twice = record.planned.find((key, index) => record.planned.indexOf(key) !== index)
    record.fail(`${twice} was planned twice`)
  }
  for (const [key, how] of record.accepted)
    if (!planned.has(key) && !record.excused.has(key)) record.fail(`${key} was accepted (${how}) and is gone`)
  for (const key of record.refused) if (planned.has(key)) record.fail(`${key} was refused and planned`)
  const last = new Map<string, number>()
  for (const key of record.planned) {
    const [id, name, n] = key.split(" ")
    if (name === undefined || n === undefined || id === "step") continue
    const before = last.get(`${id} ${name}`) ?? -1
    if (Number(n) <= before) record.fail(`${key} was planned after ${before}`)
    last.set(`${id} ${name}`, Number(n))
  }
}

/** Plays one seed; the problem it found, or null. `say` is told what happens, line by line. */
export const explore = async (
  seed: string | number,
  say: (line: string) => void = () => undefined,
): Promise<string | null> => {
  const random = draws(`explore ${seed}`)
  const shelves = new MemoryShelves()
  const record = new Happened(say)
  let steady = false
  const program = Effect.gen(function* () {
    yield* Effect.scoped(firstLife(random, record, shelves))
    steady = true
    yield* Effect.scoped(secondLife(random, record, shelves))
  })
  const layer = unsteady(random, shelves, () => steady)
  try {
    await run(Effect.provide(program, layer), { seed, interleave: seed })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  judge(record)
  return record.problem
}
