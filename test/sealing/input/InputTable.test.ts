import { describe, expect, it } from "vitest"
import type { SectorEvent } from "../../../src/sealing/events/SectorEvent.ts"
import { InputTable } from "../../../src/sealing/input/InputTable.ts"
import type { PieceAnswer } from "../../../src/sealing/ports/Input.ts"
import { clock, start } from "../model/world.ts"
import { deal, GiB32 } from "../stages/feed.ts"

const GiB = 2 ** 30

const make = (created: number | null = null) => {
  const loop = clock()
  const sent: Array<readonly [number, SectorEvent["_tag"]]> = []
  const answers: Array<readonly [string, PieceAnswer]> = []
  let creations = 0
  const table = new InputTable({
    scheduler: loop,
    send: (sector, event) => sent.push([sector, event._tag]),
    createSector: () => {
      creations++
      return created
    },
  })
  const ask = (request: any): any => {
    let reply: unknown
    table.ask(request, (value) => (reply = value))
    return reply
  }
  return {
    loop,
    table,
    sent,
    answers,
    creations: () => creations,
    add: (key: string, size = GiB) =>
      table.add({ key, size, deal: deal() }, { proofType: 8, head: 0, startEpochBuffer: 0 }, (answer) =>
        answers.push([key, answer]),
      ),
    open: (sector: number, used = 0, timerAt: number | null = null) =>
      ask({ _tag: "InputOpen", sector, proofType: 8, used, timerAt }),
    facts: (sector: number) => ask({ _tag: "InputFacts", sector }),
    take: (sector: number) => ask({ _tag: "TakeAssigned", sector }),
    answer: (key: string, answer: PieceAnswer) => ask({ _tag: "AnswerPiece", key, answer }),
    reject: (sector: number) => ask({ _tag: "RejectAssigned", sector, reason: "early" }),
  }
}

describe("matching", () => {
  it("announces a piece to its sector, and keeps it until that takes it", () => {
    const made = make()
    made.open(1)
    made.add("a")
    expect(made.sent).toEqual([[1, "SectorAddPiece"]])
    expect(made.facts(1)).toEqual({ assigned: 1, timerFired: false })
    expect(made.take(1)).toMatchObject([{ key: "a", size: GiB }])
    expect(made.take(1)).toBeNull()
  })

  it("does not open a sector that was given a piece meanwhile", () => {
    const made = make()
    made.open(1)
    made.add("a")
    expect(made.open(1, 0)).toEqual({ opened: false, assigned: 1 })
    made.take(1)
    expect(made.open(1, GiB)).toEqual({ opened: true, assigned: 0 })
  })

  it("counts what it has assigned: a sector is not filled twice", () => {
    const made = make(2)
    made.open(1)
    made.add("a", GiB32)
    made.add("b", GiB32)
    expect(made.sent).toEqual([[1, "SectorAddPiece"]])
    expect(made.creations()).toBe(1)
  })

  it("asks for one new sector until that has come to wait for deals", () => {
    const made = make(7)
    made.add("a")
    made.add("b")
    expect(made.creations()).toBe(1)
    made.facts(7)
    made.table.match()
    expect(made.creations()).toBe(2)
  })

  it("asks again when no sector could be made", () => {
    const made = make(null)
    made.add("a")
    made.table.match()
    expect(made.creations()).toBe(2)
  })

  it("runs again after a sector has opened, once for all that opened at that instant", () => {
    const made = make()
    made.add("a")
    made.open(1)
    made.open(2)
    expect(made.sent).toEqual([])
    made.loop.run(start)
    expect(made.sent).toEqual([[1, "SectorAddPiece"]])
  })
})

describe("answers", () => {
  it("come once; a piece that is in is refused when it is offered again, one that was refused is not", () => {
    const made = make()
    made.open(1)
    made.add("a")
    made.add("b")
    made.answer("a", { ok: true, sector: 1, offset: 0 })
    made.answer("a", { ok: false, reason: "late" })
    made.answer("b", { ok: false, reason: "full" })
    expect(made.answers).toEqual([
      ["a", { ok: true, sector: 1, offset: 0 }],
      ["b", { ok: false, reason: "full" }],
    ])
    expect(made.add("a")?.reason).toBe("pending")
    expect(made.add("b")).toBeNull()
  })

  it("a sector that packs refuses what was assigned to it and is open no more", () => {
    const made = make()
    made.open(1, 0, start + 1000)
    made.add("a")
    made.reject(1)
    expect(made.answers).toEqual([["a", { ok: false, reason: "early" }]])
    expect(made.table.view()).toMatchObject({ open: [], waiting: [] })
    made.loop.run()
    expect(made.sent).toEqual([[1, "SectorAddPiece"]])
  })
})

describe("the deal timer", () => {
  it("sends SectorStartPacking and is known to have fired", () => {
    const made = make()
    made.open(1, 0, start + 5000)
    expect(made.table.view().timers.get(1)).toBe(start + 5000)
    made.loop.run()
    expect(made.sent).toEqual([[1, "SectorStartPacking"]])
    expect(made.facts(1).timerFired).toBe(true)
  })

  it("stops when the sector looks again before it fired", () => {
    const made = make()
    made.open(1, 0, start + 5000)
    expect(made.facts(1).timerFired).toBe(false)
    made.loop.run()
    expect(made.sent).toEqual([])
  })
})
