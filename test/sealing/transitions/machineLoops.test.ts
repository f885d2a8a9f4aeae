/**
 * Lotus's machine loop (test/fixtures/sealing/machine-loops.json, base cases) on the runtime's own core. Where an
 * upstream machine dies of an event it does not take, ours lives on: the event is consumed and reported. The steps at
 * which that shows are listed here with what is so instead, for Lotus's table and for the corrected one.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { MachineCore } from "../../../src/actors/MachineCore.ts"
import type { Planner } from "../../../src/actors/Planner.ts"
import { eventAsItStands, type SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import { type Sector, zeroSector } from "../../../src/sealing/Sector.ts"
import { handlerOf, stateValue } from "../../../src/sealing/SectorState.ts"
import { planBase } from "../../../src/sealing/transitions/base.ts"
import { planSector } from "../../../src/sealing/transitions/corrections.ts"

interface Expected {
  readonly state: string
  readonly pending: ReadonlyArray<string>
  readonly busy: boolean
  readonly dead: boolean
  readonly handlersStarted: ReadonlyArray<string>
}

interface Case {
  readonly name: string
  readonly variant: string
  readonly start: string
  readonly steps: ReadonlyArray<{
    readonly do: "send" | "handlerReturns"
    readonly event?: string
    readonly payload?: object
    readonly expectSend?: "rejected"
    readonly expect: Expected
  }>
}

const cases = (
  JSON.parse(
    readFileSync(new URL("../../fixtures/sealing/machine-loops.json", import.meta.url), "utf8"),
  ) as ReadonlyArray<Case>
).filter((one) => one.variant === "base")

/** A core with a driver that starts handlers and lets the test end them. */
class Machine {
  readonly core: MachineCore<Sector, SectorEvent>
  readonly failures: Array<string> = []
  private started: Array<string> = []

  constructor(planner: Planner<Sector, SectorEvent>, start: string) {
    this.core = new MachineCore(planner, { ...zeroSector, State: stateValue(start) })
  }

  send(name: string, payload: object = {}): boolean {
    if (this.core.ended) return false
    this.core.accept(eventAsItStands(name, payload))
    this.turn()
    return true
  }

  handlerReturns(): void {
    this.core.stageDone()
    this.turn()
  }

  seen(): Expected {
    const { mailbox } = this.core
    const handlersStarted = this.started
    this.started = []
    return {
      state: this.core.state.State,
      pending: Array.from({ length: mailbox.length }, (_, index) => mailbox.at(index)._tag),
      busy: this.core.busy,
      dead: this.core.ended,
      handlersStarted,
    }
  }

  private turn(): void {
    for (let planned = this.core.next(); planned !== null; planned = this.core.next()) {
      this.core.saved(planned)
      if (planned.failure !== null) this.failures.push(planned.failure.message)
      const handler = planned.step ? handlerOf(this.core.state.State) : null
      if (handler !== null) {
        this.started.push(handler)
        return
      }
      this.core.stageDone()
    }
  }
}

type Differences = Readonly<Record<string, Readonly<Record<number, Expected>>>>

const idle = (state: string): Expected => ({
  state,
  pending: [],
  busy: false,
  dead: false,
  handlersStarted: [],
})
const runs = (state: string, handler: string): Expected => ({
  ...idle(state),
  busy: true,
  handlersStarted: [handler],
})

/** Lotus's table on our core: the machine lives; the poison event is gone. */
const onBase: Differences = {
  "remove sent during PC1 waits for PC1, then the late PC1 result kills the machine": {
    4: idle("Removing"),
    5: runs("Removing", "handleRemoving"),
  },
  "GetTicket defect kills the machine in BASE": {
    2: idle("GetTicket"),
    3: runs("Removing", "handleRemoving"),
  },
}

/** The corrected table: the late result is ignored, the ticket failure is a state of its own. */
const onCorrected: Differences = {
  "remove sent during PC1 waits for PC1, then the late PC1 result kills the machine": {
    4: runs("Removing", "handleRemoving"),
    5: { ...idle("Removing"), pending: ["SectorRestart"], busy: true },
  },
  "GetTicket defect kills the machine in BASE": {
    2: runs("SealPreCommit1Failed", "handleSealPrecommit1Failed"),
    3: { ...idle("SealPreCommit1Failed"), pending: ["SectorRemove"], busy: true },
  },
}

const run = (one: Case, planner: Planner<Sector, SectorEvent>, differences: Differences) => {
  const machine = new Machine(planner, one.start)
  one.steps.forEach((step, index) => {
    const different = differences[one.name]?.[index]
    if (step.do === "handlerReturns") machine.handlerReturns()
    else
      expect(machine.send(step.event!, step.payload)).toBe(
        step.expectSend !== "rejected" || different !== undefined,
      )
    expect({ step: index, ...machine.seen() }).toEqual({ step: index, ...(different ?? step.expect) })
  })
  return machine
}

describe("Lotus's machine loop on the core", () => {
  it("has base cases, and each stated difference belongs to one", () => {
    expect(cases.length).toBeGreaterThan(5)
    for (const differences of [onBase, onCorrected])
      for (const [name, steps] of Object.entries(differences))
        for (const index of Object.keys(steps))
          expect(cases.find((one) => one.name === name)?.steps[Number(index)]?.expect.dead).toBe(true)
  })

  for (const one of cases) {
    it(`${one.name}: Lotus's table`, () => {
      const machine = run(
        one,
        planBase(() => 0),
        onBase,
      )
      expect(machine.failures).toHaveLength(one.name in onBase ? 1 : 0)
    })

    it(`${one.name}: the corrected table`, () => {
      expect(
        run(
          one,
          planSector(() => 0),
          onCorrected,
        ).failures,
      ).toEqual([])
    })
  }

  it("removal completes although the result of PreCommit1 comes late, and deletes once", () => {
    const machine = new Machine(
      planSector(() => 0),
      "PreCommit1",
    )
    machine.send("SectorRestart")
    machine.send("SectorRemove")
    machine.send("SectorPreCommit1")
    machine.handlerReturns()
    expect(machine.seen().handlersStarted).toEqual(["handlePreCommit1", "handleRemoving"])
    machine.send("SectorRemoved")
    machine.handlerReturns()
    expect(machine.seen()).toEqual(idle("Removed"))
    expect(machine.failures).toEqual([])
  })
})
