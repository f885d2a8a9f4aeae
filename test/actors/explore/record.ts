/**
 * What happened in a schedule, as those who stand around the runtime saw it, and the promises that it is held against at
 * the end. Every event has a key of its own, `machine sender number`, so that it is known wherever it turns up.
 */
import type { MemoryShelves } from "../../../src/actors/memoryStore.ts"

export interface State {
  readonly count: number
}

export interface Event {
  readonly _tag: "go" | "refuse" | "poison" | "end"
  readonly key: string
}

export type Id = number

export const kind = "explored"

/** What the store can fail to do. */
export type Failing = "accept" | "discard" | "load" | "save" | "set timers"

interface TimerSet {
  readonly key: string
  readonly due: number
}

export class Record {
  /** Said to be accepted, and how. */
  readonly accepted = new Map<string, "memory" | "durable" | "timer">()
  readonly refused = new Set<string>()
  /** In the order of their saves. */
  readonly planned: Array<string> = []
  readonly dead = new Map<string, string>()
  /** Left over in the report of the stop. */
  readonly unplanned = new Set<string>()
  /** Of which nothing can be said: their sender gave up waiting, or took them back. */
  readonly open = new Set<string>()
  /** Taken back before they were due. */
  readonly cancelled = new Set<string>()
  readonly running = new Map<Id, number>()
  /** The state of each machine's first step after the stop. */
  readonly resumed = new Map<Id, string>()
  private readonly timers = new Map<string, TimerSet>()
  private readonly endedOnce = new Set<Id>()
  private readonly seen = new Set<string>()
  private readonly failed = new Set<Failing>()
  life: 1 | 2 = 1
  stopped = false
  problem: string | null = null
  private readonly say: (line: string) => void

  constructor(say: (line: string) => void) {
    this.say = say
  }

  tell(line: string): void {
    this.say(line)
  }

  fail(problem: string): void {
    this.problem ??= problem
  }

  storeFails(what: Failing): void {
    this.failed.add(what)
  }

  /** A timer that the store could not be told to forget fires once more in the next life. */
  private mayComeAgain(key: string): boolean {
    return key.includes(" timer") && this.failed.has("set timers")
  }

  isPlanned(key: string): boolean {
    return this.seen.has(key)
  }

  saved(id: Id, events: ReadonlyArray<Event>): void {
    this.tell(`saved on ${id}: ${events.map(({ key }) => key).join(", ")}`)
    for (const { key, _tag } of events) {
      if (this.seen.has(key) && !this.mayComeAgain(key)) this.fail(`${key} was planned twice`)
      this.seen.add(key)
      this.planned.push(key)
      if (_tag === "end") this.ended(id)
    }
  }

  /** From here on nothing is said of the timers that the machine had: its end takes them along. */
  ended(id: Id): void {
    this.endedOnce.add(id)
  }

  deadLetter(id: Id, { key }: Event, reason: string): void {
    this.tell(`dead letter of ${id}: ${key}: ${reason}`)
    this.dead.set(key, reason)
  }

  /** A step begins; it must be alone, and its state must be the stored one. */
  stepBegins(id: Id, state: State, shelves: MemoryShelves): void {
    const running = (this.running.get(id) ?? 0) + 1
    this.running.set(id, running)
    if (running > 1) this.fail(`two steps of ${id} at once`)
    const stored = JSON.stringify(shelves.cells(kind).get(id)?.state)
    const mine = JSON.stringify(state)
    if (stored !== mine) this.fail(`${id} runs a step of ${mine}, stored is ${stored}`)
    if (this.life === 2 && !this.resumed.has(id)) this.resumed.set(id, mine)
  }

  stepEnds(id: Id): void {
    this.running.set(id, this.running.get(id)! - 1)
  }

  /** A timer is about to be set under the name: it takes the place of the one before. */
  timerSets(slot: string, timer: TimerSet): void {
    const before = this.timers.get(slot)
    if (before !== undefined) this.open.add(before.key)
    this.timers.set(slot, timer)
  }

  timerTaken(slot: string): TimerSet | undefined {
    const before = this.timers.get(slot)
    if (before !== undefined) this.open.add(before.key)
    this.timers.delete(slot)
    return before
  }

  /** Without durable timers, what was set is gone with the first life. */
  forgetTimers(): void {
    for (const { key } of this.timers.values()) this.open.add(key)
  }

  /** Holds what happened against what is promised of every event. */
  judge(): void {
    for (const [key, how] of this.accepted)
      if (!this.accountedFor(key)) this.fail(`${key} was accepted (${how}) and is gone`)
    for (const key of this.refused) if (this.seen.has(key)) this.fail(`${key} was refused and planned`)
    for (const key of this.cancelled)
      if (this.seen.has(key)) this.fail(`${key} was planned although its timer was taken back`)
    // What the store could not be told to forget is there when its machine is restarted.
    for (const [key, reason] of this.dead)
      if (this.seen.has(key) && !this.mayComeAgain(key) && !this.failed.has("discard"))
        this.fail(`${key} was planned and is a dead letter: ${reason}`)
    this.judgeOrder()
  }

  private accountedFor(key: string): boolean {
    if (this.seen.has(key) || this.dead.has(key) || this.open.has(key)) return true
    const [id = "", sender = ""] = key.split(" ")
    return this.unplanned.has(key) || (sender.startsWith("timer") && this.endedOnce.has(Number(id)))
  }

  /** Each sender's events to one machine are planned in the order in which they were sent. */
  private judgeOrder(): void {
    const last = new Map<string, number>()
    for (const key of this.planned) {
      const [id, sender, n] = key.split(" ")
      if (sender === undefined || sender.startsWith("timer")) continue
      const before = last.get(`${id} ${sender}`) ?? -1
      if (Number(n) <= before) this.fail(`${key} was planned after number ${before} of the same sender`)
      last.set(`${id} ${sender}`, Number(n))
    }
  }
}
