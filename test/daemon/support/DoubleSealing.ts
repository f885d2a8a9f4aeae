/** Sectors and their clock in memory, for tests of the daemon: a pledge is Packing until an event moves it. */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { ClockDocument } from "../../../src/daemon/api/clock.ts"
import type { SectorRecord } from "../../../src/daemon/api/sectors.ts"
import type { ClockPort } from "../../../src/daemon/http/ClockPort.ts"
import type { FsmPort } from "../../../src/daemon/http/FsmPort.ts"
import { NoSuchSector, Refused, UnknownName, WrongValue } from "../../../src/daemon/http/SealingPort.ts"
import type { SealingPort } from "../../../src/daemon/http/SealingPort.ts"
import type { DoubleJournal } from "./DoubleJournal.ts"

const at = "2026-01-02T03:04:05.006Z"
const maxSealing = 5
const events: Readonly<Record<string, string>> = { SectorPacked: "GetTicket", SectorProving: "Proving" }
const states = ["Packing", "GetTicket", "Proving", "Removed"]

export const makeDoubleSealing = (journal: DoubleJournal) =>
  Effect.sync(() => {
    const sectors = new Map<number, { State: string; SectorNumber: number }>()
    let fee = "0.1 nFIL"
    let auto = { enabled: false, everyMillis: 60_000 }
    const find = (number: number) => {
      const record = sectors.get(number)
      return record === undefined ? Effect.fail(new NoSuchSector({ number })) : Effect.succeed(record)
    }
    const move = (number: number, event: string, to: string) =>
      Effect.flatMap(find(number), (record) => {
        const from = record.State
        record.State = to
        return Effect.as(journal.write({ kind: "sector", id: number, event, from, to, at }), { ...record })
      })
    const service: typeof SealingPort.Service = {
      pledge: (count) =>
        Effect.gen(function* () {
          const numbers: Array<number> = []
          for (let i = 0; i < count; i++) {
            if (sectors.size >= maxSealing) {
              return yield* new Refused({
                code: "too-many-sectors",
                message: "too many sectors sealing",
                ...(numbers.length === 0 ? {} : { sectors: numbers }),
              })
            }
            const number = sectors.size
            sectors.set(number, { State: "", SectorNumber: number })
            yield* Effect.orDie(move(number, "SectorStartCC", "Packing"))
            numbers.push(number)
          }
          return numbers
        }),
      list: (wanted, showRemoved) => {
        const unknown = wanted.find((state) => !states.includes(state))
        if (unknown !== undefined) {
          return Effect.fail(new UnknownName({ what: "state", name: unknown, known: states }))
        }
        return Effect.sync(() =>
          [...sectors.values()]
            .filter(({ State }) =>
              wanted.length > 0 ? wanted.includes(State) : showRemoved || State !== "Removed",
            )
            .map(({ State, SectorNumber }) => ({
              number: SectorNumber,
              state: State,
              type: 8,
              pieces: 1,
              deals: 0,
              since: at,
              why: "waits for the test",
              until: null,
              lastError: null,
            })),
        )
      },
      record: (number) => Effect.map(find(number), (record) => ({ ...record, TicketEpoch: 0 })),
      log: (number) =>
        Effect.map(find(number), () => [
          {
            Timestamp: 1_700_000_000,
            Kind: "event;sealing.SectorStartCC",
            Message: '{"User":{}}',
            Trace: "",
          },
        ]),
      send: (number, event, _payload, wait) =>
        Effect.zipRight(
          find(number),
          Effect.suspend((): Effect.Effect<SectorRecord, NoSuchSector | UnknownName> => {
            if (event === "SectorSlow" && !wait) {
              return Effect.map(find(number), (record) => ({ ...record, pending: [event] }))
            }
            const to = event === "SectorSlow" ? "GetTicket" : events[event]
            return to === undefined
              ? Effect.fail(new UnknownName({ what: "event", name: event, known: Object.keys(events) }))
              : move(number, event, to)
          }),
        ),
      updateState: (number, state) =>
        states.includes(state)
          ? move(number, "SectorForceState", state)
          : Effect.fail(new UnknownName({ what: "state", name: state, known: states })),
      remove: (number) => move(number, "SectorRemove", "Removed"),
      terminate: (number) => move(number, "SectorTerminate", "Removed"),
      seal: (number) => move(number, "SectorStartPacking", "Packing"),
      markForUpgrade: (number) =>
        Effect.flatMap(find(number), (record) =>
          record.State === "Proving"
            ? Effect.succeed({ ...record })
            : Effect.fail(
                new Refused({ code: "not-in-this-state", message: `sector ${number} is not Proving` }),
              ),
        ),
      addPiece: ({ size }, wait) =>
        size > 2 ** 35
          ? Effect.fail(
              new Refused({ code: "piece-not-added", message: "the piece is larger than a sector" }),
            )
          : Effect.succeed(
              wait ? { deal: 1000, sector: 0, offset: size } : { deal: 1000, sector: null, offset: null },
            ),
      pieces: Effect.succeed([
        {
          deal: 1000,
          size: 2 ** 33,
          start: 6_600_000,
          end: 7_200_000,
          at,
          state: "assigned",
          sector: 0,
          offset: null,
          reason: null,
        },
      ]),
      batching: (kind) => Effect.succeed({ kind, pending: [1, 2], max: 256, until: at, sent: [] }),
      publish: (kind) =>
        Effect.succeed({
          kind,
          pending: [],
          max: 256,
          until: null,
          sent: [
            {
              message: "bafymessage",
              error: "",
              sectors: [
                { number: 1, error: null },
                { number: 2, error: "no pre-commit on the chain" },
              ],
            },
          ],
        }),
      world: Effect.sync(() => [
        { name: "base-fee", value: fee, takes: "an amount", meaning: "per unit of gas" },
      ]),
      setWorld: (setting, value) =>
        setting === "base-fee"
          ? Effect.sync(() => {
              fee = value
              return [{ name: "base-fee", value: fee, takes: "an amount", meaning: "per unit of gas" }]
            })
          : Effect.fail(
              new WrongValue({ message: `the world has no setting ${setting}; the settings are base-fee` }),
            ),
      autoPledge: Effect.sync(() => auto),
      setAutoPledge: (change) => Effect.sync(() => (auto = { ...auto, ...change })),
      jobs: Effect.succeed([
        { id: "a1b2c3d4", sector: 0, task: "PC1", state: "running", worker: "seal-1", since: at, until: at },
      ]),
      workers: Effect.succeed([{ name: "seal-1", tasks: { PC1: { slots: 15, running: 1 } } }]),
      needsOperator: Effect.succeed(0),
      settingsProblem: Effect.succeed(null),
      counts: Effect.sync(() => {
        const counts: Record<string, number> = {}
        for (const { State } of sectors.values()) counts[State] = (counts[State] ?? 0) + 1
        return counts
      }),
    }
    return service
  })

export const makeDoubleClock = Effect.gen(function* () {
  const hub = yield* PubSub.unbounded<ClockDocument>()
  let now = Date.parse(at)
  let turned: Pick<ClockDocument, "mode" | "scale"> = { mode: "scaled", scale: 600 }
  const status = Effect.sync((): ClockDocument => ({
    now: new Date(now).toISOString(),
    epoch: Math.floor(now / 30_000),
    ...turned,
  }))
  const told = Effect.tap(status, (document) => PubSub.publish(hub, document))
  const service: typeof ClockPort.Service = {
    status,
    advance: (millis) =>
      Effect.zipRight(
        Effect.sync(() => void (now += millis)),
        told,
      ),
    scale: (scale) =>
      Effect.zipRight(
        Effect.sync(() => void (turned = { ...turned, scale })),
        told,
      ),
    pause: Effect.zipRight(
      Effect.sync(() => void (turned = { ...turned, mode: "paused" })),
      told,
    ),
    resume: Effect.zipRight(
      Effect.sync(() => void (turned = { ...turned, mode: "scaled" })),
      told,
    ),
    changes: Stream.fromPubSub(hub),
  }
  return service
})

export const doubleFsm: typeof FsmPort.Service = {
  table: (kind) => ({
    kind,
    initial: "queued",
    states: [{ name: "queued" }, { name: "archived", final: false }],
    transitions: [{ from: "queued", event: "CaptureDone", to: ["archived"], kind: "on" }],
  }),
  counts: () => Effect.succeed({ queued: 2 }),
}
