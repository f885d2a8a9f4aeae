/** What `sectors` and `sealing` print for people: Lotus's columns and colours, and how long still. */
import { expect, describe, it } from "vitest"
import type { SectorRow } from "../../../src/daemon/api/sectors.ts"
import type { Session } from "../../../src/daemon/cli/command.ts"
import { batchText } from "../../../src/daemon/cli/render/batching.ts"
import { sectorStateColour } from "../../../src/daemon/cli/render/paint.ts"
import { sectorStatus, sectorTable } from "../../../src/daemon/cli/render/sectors.ts"
import { fromNow, goDuration, span } from "../../../src/daemon/cli/render/spans.ts"
import { sectorStateNames, stateColour, stateValue } from "../../../src/sealing/SectorState.ts"

const session = {
  io: { stdout: { columns: undefined, isTTY: false, write: () => true } },
  paint: (colour: string, text: string) => (colour === "dim" ? text : `<${colour}>${text}</>`),
} as unknown as Session

const now = "2027-01-01T00:00:00.000Z"
const row: SectorRow = {
  number: 7,
  state: "PreCommit1",
  type: 8,
  pieces: 1,
  deals: 0,
  since: "2026-12-31T23:00:00.000Z",
  why: "PreCommit1 is under way",
  until: "2027-01-01T02:40:30.000Z",
  lastError: null,
  onChain: false,
  active: false,
  expiration: null,
  events: 4,
  sealMillis: null,
}
const printed = (...rows: ReadonlyArray<Partial<SectorRow>>) =>
  sectorTable(
    session,
    rows.map((one) => ({ ...row, ...one })),
    now,
  )

describe("spans of time", () => {
  it("are said in their two largest units", () => {
    expect([0, 999, 90_000, 9_630_000, 86_400_000, 544 * 86_400_000].map(span)).toEqual([
      "0 seconds",
      "0 seconds",
      "1 minute 30 seconds",
      "2 hours 40 minutes",
      "1 day",
      "1 year 25 weeks",
    ])
    expect(fromNow("2027-01-01T00:00:05.000Z", now)).toBe("in 5 seconds")
    expect(fromNow("2026-12-30T00:00:00.000Z", now)).toBe("2 days ago")
    expect([500, 61_000, 18_270_000].map(goDuration)).toEqual(["1s", "1m1s", "5h4m30s"])
  })
})

describe("the list of sectors", () => {
  it("has every state in Lotus's colour", () => {
    const wrong = sectorStateNames.filter((name) => sectorStateColour(name) !== stateColour(stateValue(name)))
    expect(wrong).toEqual([])
    expect([sectorStateColour("RemoveFailed"), sectorStateColour("RecoverDealIDs")]).toEqual(["red", "red"])
  })

  it("says how long a sector still waits", () => {
    expect(printed({})).toMatch(/PreCommit1 is under way; 2 hours 40 minutes left$/)
    expect(printed({ until: null })).toMatch(/PreCommit1 is under way$/)
    expect(printed({ until: "2026-12-31T00:00:00.000Z" })).toMatch(/PreCommit1 is under way$/)
  })

  it("says what waits behind a running stage", () => {
    expect(printed({ pending: ["SectorRemove"] })).toMatch(
      /PreCommit1 is under way; 2 hours 40 minutes left; then SectorRemove$/,
    )
  })

  it("says the error that brought it here, and what it waits for since", () => {
    const text = printed({ state: "SealPreCommit1Failed", lastError: "task error", why: "the cooldown" })
    expect(text).toContain("task error. the cooldown; 2 hours 40 minutes left")
  })

  it("gives the expiration as an epoch and how far off it is, marks upgrades, and counts deals", () => {
    const text = printed(
      { expiration: "2028-06-28T00:00:00.000Z", expirationEpoch: 8_119_354, marked: true },
      { deals: 2, dealWeight: 2 ** 33 },
    )
    expect(text).toContain("8119354 (in 1 year 25 weeks)")
    expect(text).toContain("<cyan>CC(upgrade)</>")
    expect(text).toMatch(/<green> *2<\/> +8\.0 GiB/)
    expect(text).toMatch(
      /^ID +STATE +ONCHAIN +ACTIVE +EXPIRATION +SEALTIME +EVENTS +DEALS +DEALWEIGHT +SINCE +WHY/,
    )
  })

  it("leaves out the weight of deals where nobody has any", () => {
    expect(printed({})).not.toContain("DEALWEIGHT")
  })
})

describe("the status of a sector", () => {
  it("says until when, and how long that is", () => {
    const waiting = { kind: "worker", text: "PC1", until: row.until! }
    expect(sectorStatus(session, { State: "PreCommit1", SectorNumber: 7, waiting }, now)).toMatch(
      /Until +2027-01-01 02:40 \(in 2 hours 40 minutes\)$/,
    )
  })
})

describe("an event that had no effect", () => {
  it("is told in the answer", () => {
    const record = { State: "Proving", SectorNumber: 7, ignored: "SectorStartPacking" }
    expect(sectorStatus(session, record, now)).toMatch(
      /Ignored +SectorStartPacking: Proving takes it without effect$/,
    )
  })
})

describe("a batcher", () => {
  const waiting = { pending: [1, 2], max: 256, until: "2027-01-01T02:40:30.000Z", sent: [] }

  it("says who waits and until when, and why nothing went although it was asked to", () => {
    const queued = "queued (2 of 256): 1, 2; sent by 2027-01-01 02:40"
    expect(batchText({ ...waiting, kind: "precommit" }, false)).toBe(queued)
    expect(batchText({ ...waiting, kind: "precommit" }, true)).toBe(
      `nothing was sent: the chain does not answer\n${queued}`,
    )
    expect(batchText({ ...waiting, kind: "terminate" }, true)).toMatch(/^nothing was sent: the deadlines /)
    expect(batchText({ kind: "commit", pending: [], max: 819, until: null, sent: [] }, true)).toBe(
      "no sectors queued for a commit batch",
    )
  })
})
