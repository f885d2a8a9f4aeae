/**
 * Looks for an order of things that breaks a promise of the contract: senders, timers, restarts, interruptions,
 * passivation, failing steps, a slow and failing store and a stop, all drawn from one seed, with runnable fibers in an order
 * drawn from it too. A seed that fails is the whole recipe: the same seed does the same again.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { MemoryShelves } from "../../../src/actors/memoryStore.ts"
import { draws } from "../../../src/actors/time/Randomness.ts"
import { run } from "../../../src/actors/time/VirtualTime.ts"
import { kind, Record, type Event, type Id } from "./record.ts"
import { makeGroup, unsteady, type Group, type Life } from "./world.ts"

const machines = 4
const eventsEach = 16

class Sender {
  private readonly group: Group
  private readonly life: Life
  private readonly name: string
  /** Accepted by a machine from this sender, for the barrier. */
  private readonly before = new Map<Id, Array<string>>()

  constructor(group: Group, life: Life, name: string) {
    this.group = group
    this.life = life
    this.name = name
  }

  run(): Effect.Effect<void> {
    const { random } = this.life
    return Effect.gen(this, function* () {
      for (let n = 0; n < eventsEach; n++) {
        const id = random.between(0, machines)
        const roll = random.next()
        const _tag = roll < 0.04 ? "end" : roll < 0.08 ? "poison" : roll < 0.14 ? "refuse" : "go"
        yield* this.act(id, { _tag, key: `${id} ${this.name} ${n}` })
        if (random.chance(0.5)) yield* Effect.sleep(random.between(0, 8))
      }
    })
  }

  private act(id: Id, event: Event): Effect.Effect<unknown> {
    const { group } = this
    const acts: ReadonlyArray<() => Effect.Effect<unknown>> = [
      () => this.send(id, event),
      () => this.send(id, event),
      () => this.send(id, event),
      () => this.sendDurable(id, event),
      () => this.sendDurable(id, event),
      () => this.sendAndWait(id, event),
      () => this.sendAndWait(id, event),
      () => this.giveUp(id, event),
      () => this.setTimer(id, event),
      () => this.setTimer(id, event),
      () => this.cancelTimer(id),
      () => this.read(id),
      () => Effect.exit(group.restart(id)),
      () => Effect.exit(group.interruptStep(id)),
    ]
    return this.life.random.pick(acts)()
  }

  private note(id: Id, key: string, how: "memory" | "durable", exit: Exit.Exit<unknown, unknown>): void {
    const { record } = this.life
    const said = Exit.isSuccess(exit) ? "accepted" : Cause.pretty(exit.cause).split("\n")[0]
    record.tell(`${key} ${how}: ${said}`)
    if (Exit.isFailure(exit)) {
      // Written, its machine ended, and the store failed to forget it: whoever restarts the machine will find it.
      const unknown = said?.includes("failed to discard") === true
      return void (unknown ? record.open : record.refused).add(key)
    }
    record.accepted.set(key, how)
    this.before.set(id, [...(this.before.get(id) ?? []), key])
  }

  private send(id: Id, event: Event): Effect.Effect<void> {
    return Effect.map(Effect.exit(this.group.send(id, event)), (exit) =>
      this.note(id, event.key, "memory", exit),
    )
  }

  /** A yes means that it is written; a second try with the same id has no second effect. */
  private sendDurable(id: Id, event: Event): Effect.Effect<void> {
    const { record, shelves, random } = this.life
    const sending = () => Effect.exit(this.group.sendDurable(id, event, event.key))
    return Effect.gen(this, function* () {
      const exit = yield* sending()
      this.note(id, event.key, "durable", exit)
      if (Exit.isFailure(exit)) return
      const waits =
        shelves
          .cells(kind)
          .get(id)
          ?.inbox?.some((row) => (row.event as Event).key === event.key) ?? false
      if (!waits && !record.isPlanned(event.key) && !record.dead.has(event.key))
        record.fail(`${event.key}: a yes before it was written`)
      if (!random.chance(0.3)) return
      const again = yield* sending()
      if (Exit.isSuccess(again) && !again.value.duplicate) record.fail(`${event.key} was accepted twice`)
    })
  }

  /** The verdict is of this very event: planned before a yes, refused by its own planning before a no. */
  private sendAndWait(id: Id, event: Event): Effect.Effect<void> {
    const { record } = this.life
    const { key } = event
    return Effect.map(Effect.exit(this.group.sendAndWait(id, event)), (exit) => {
      record.open.add(key)
      if (Exit.isSuccess(exit)) {
        if (!record.isPlanned(key)) record.fail(`${key}: a yes, and it is not saved`)
        return
      }
      const error = exit.cause._tag === "Fail" ? exit.cause.error : null
      if (error === null) return record.fail(`${key}: ${Cause.pretty(exit.cause)}`)
      if (error._tag !== "InvalidTransition" && error._tag !== "PlanFailed") return
      if (!record.dead.has(key)) record.fail(`${key}: a no, and its planning has not refused it`)
      if (error._tag === "InvalidTransition" && error.event !== key)
        record.fail(`${key}: has the verdict of ${error.event}`)
    })
  }

  /** Sends and does not wait for long: of such an event anything may have become, but once and in order. */
  private giveUp(id: Id, event: Event): Effect.Effect<unknown> {
    const { random, record } = this.life
    record.open.add(event.key)
    const sending = random.chance(0.5)
      ? this.group.send(id, event)
      : random.chance(0.5)
        ? this.group.sendDurable(id, event)
        : this.group.sendAndWait(id, event)
    return Effect.exit(Effect.timeout(sending, random.between(0, 4)))
  }

  private slot(id: Id): string {
    return `${id} timer-${this.name}`
  }

  private setTimer(id: Id, event: Event): Effect.Effect<void> {
    const { random, record } = this.life
    return Effect.gen(this, function* () {
      const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const due = now + random.between(0, 40)
      const key = event.key.replace(this.name, `timer-${this.name}`)
      record.timerSets(this.slot(id), { key, due })
      const exit = yield* Effect.exit(this.group.at(id, this.name, due, { ...event, key }))
      record.tell(`${key} timer for ${due - now} ms: ${exit._tag}`)
      if (Exit.isSuccess(exit)) record.accepted.set(key, "timer")
      else record.open.add(key)
    })
  }

  private cancelTimer(id: Id): Effect.Effect<void> {
    const { record } = this.life
    return Effect.gen(this, function* () {
      const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const timer = record.timerTaken(this.slot(id))
      const exit = yield* Effect.exit(this.group.cancel(id, this.name))
      if (timer === undefined) return
      record.tell(`${timer.key} taken back ${timer.due - now} ms before: ${exit._tag}`)
      if (Exit.isSuccess(exit) && timer.due > now) record.cancelled.add(timer.key)
    })
  }

  /** Behind the barrier, what this sender sent before has been planned, or will never be. */
  private read(id: Id): Effect.Effect<void> {
    const { record, random } = this.life
    return Effect.gen(this, function* () {
      const read = yield* Effect.exit(Effect.timeoutOption(this.group.getAfter(id), random.between(0, 20)))
      if (Exit.isFailure(read) || read.value._tag === "None" || record.stopped) return
      const sent = this.before.get(id) ?? []
      const missing = sent.find((key) => !record.isPlanned(key) && !record.dead.has(key))
      if (missing !== undefined) record.fail(`${missing} is not planned behind the barrier of its sender`)
    })
  }
}

const listening = (group: Group, record: Record) =>
  Effect.forkScoped(
    Stream.runForEach(group.failures, ({ id, what, message }) =>
      Effect.sync(() => record.tell(`${id} failed: ${what}: ${message}`)),
    ),
  )

const firstLife = (life: Life) =>
  Effect.gen(function* () {
    const { random, record } = life
    const group = yield* makeGroup(life)
    yield* listening(group, record)
    yield* Effect.sleep(1)
    const senders = Array.from({ length: random.between(2, 6) }, (_, index) =>
      new Sender(group, life, `s${index}`).run(),
    )
    const sending = yield* Effect.fork(Effect.all(senders, { concurrency: "unbounded", discard: true }))
    yield* Effect.sleep(random.between(5, 90))
    record.tell("stop")
    const [report] = yield* Effect.all([group.stop(), group.stop()], { concurrency: "unbounded" })
    record.stopped = true
    for (const { event, durable } of report.unplanned) if (!durable) record.unplanned.add(event.key)
    record.tell(`stopped, unplanned: ${report.unplanned.map(({ event }) => event.key).join(", ")}`)
    if (report.unfinished.length > 0) record.fail(`not stopped: ${report.unfinished.join()}`)
    yield* sending.await
    for (const [id, running] of record.running)
      if (running !== 0) record.fail(`a step of ${id} outlived stop`)
  })

/** On the same store, nothing failing any more: what was durable and waited is planned, what was cut off runs again. */
const secondLife = (life: Life) =>
  Effect.gen(function* () {
    const { record, shelves } = life
    record.life = 2
    const unfinished = [...shelves.cells(kind)].flatMap(([id, { stepPending, ended, state }]) =>
      stepPending && !ended ? [{ id: id as Id, state: JSON.stringify(state) }] : [],
    )
    const group = yield* makeGroup(life)
    yield* listening(group, record)
    yield* Effect.sleep(500)
    for (const { id, state } of unfinished)
      if (record.resumed.get(id) !== state) record.fail(`the step of ${id} in ${state} was not run again`)
    for (let id = 0; id < machines; id++) {
      const waiting = (yield* group.status(id))?.pending ?? 0
      if (waiting > 0) record.fail(`${id} still has ${waiting} events waiting`)
    }
    const timers = [...(shelves.timers.get(kind)?.keys() ?? [])]
    if (timers.length > 0) record.fail(`timers of ${timers.join()} stay in the store`)
  })

/** Plays one seed; the problem it found, or null. `say` is told what happens, line by line. */
export const explore = async (
  seed: string | number,
  say: (line: string) => void = () => undefined,
): Promise<string | null> => {
  const random = draws(`explore ${seed}`)
  const shelves = new MemoryShelves()
  const record = new Record(say)
  const life: Life = { random, record, shelves }
  const program = Effect.zipRight(Effect.scoped(firstLife(life)), Effect.scoped(secondLife(life)))
  try {
    await run(Effect.provide(program, unsteady(life)), { seed, interleave: seed })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  record.judge()
  return record.problem
}
