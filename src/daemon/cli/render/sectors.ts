/** Sectors as a Lotus operator reads them: the columns and colours of `lotus-miner sectors`, and beside them why a sector waits. */
import type { SectorLogEntry, SectorRecord, SectorRow } from "../../api/sectors.ts"
import type { Session } from "../command.ts"
import { harmless, sectorStateColour, type Colour } from "./paint.ts"
import { fromNow, goDuration, span } from "./spans.ts"
import { formatBytes, formatTime, pairs, table, type Cell } from "./table.ts"

const hourMillis = 3_600_000

const yesNo = (is: boolean | undefined): Cell =>
  is === true ? { text: "YES", colour: "green" } : { text: "NO", colour: "red" }

const sealTime = (millis: number | null | undefined): Cell => {
  if (millis === null || millis === undefined) return { text: "" }
  const colour: Colour = millis < 12 * hourMillis ? "green" : millis < 24 * hourMillis ? "yellow" : "red"
  return { text: goDuration(millis), colour }
}

/** Many events are many retries. */
const events = (count: number | undefined, pieces: number): Cell => {
  if (count === undefined) return { text: "" }
  return {
    text: String(count),
    colour: count < 12 + pieces ? "green" : count < 20 + pieces ? "yellow" : "red",
  }
}

/** The epoch, and how far off it is. */
const expiration = ({ expiration: at, expirationEpoch }: SectorRow, now: string): string =>
  at === null || at === undefined ? "" : `${expirationEpoch ?? formatTime(at)} (${fromNow(at, now)})`

const deals = ({ deals: count, marked }: SectorRow): Cell => {
  if (count > 0) return { text: String(count), colour: "green" }
  return marked === true ? { text: "CC(upgrade)", colour: "cyan" } : { text: "CC", colour: "blue" }
}

/** Why it waits and how long still, or the error that brought it here. */
const why = ({ lastError, why: reason, until, pending = [] }: SectorRow, now: string): Cell => {
  const left = until === null || until === undefined ? -1 : Date.parse(until) - Date.parse(now)
  const behind = pending.length === 0 ? "" : `; then ${pending.join(", ")}`
  const waits = `${reason ?? ""}${left > 0 ? `; ${span(left)} left` : ""}${behind}`
  if (lastError === null) return { text: waits }
  return { text: reason === null ? lastError : `${lastError}. ${waits}`, colour: "red" }
}

/** `now` is the time of the sealing world. */
export const sectorTable = ({ io, paint }: Session, sectors: ReadonlyArray<SectorRow>, now: string): string =>
  table(
    [
      { title: "ID", right: true },
      { title: "STATE" },
      { title: "ONCHAIN" },
      { title: "ACTIVE" },
      { title: "EXPIRATION" },
      { title: "SEALTIME", right: true },
      { title: "EVENTS", right: true },
      { title: "DEALS", right: true },
      { title: "DEALWEIGHT", right: true, optional: true },
      { title: "SINCE" },
      { title: "WHY", shrinks: true },
    ],
    sectors.map((sector) => [
      sector.number,
      { text: sector.state, colour: sectorStateColour(sector.state) },
      yesNo(sector.onChain),
      yesNo(sector.active),
      expiration(sector, now),
      sealTime(sector.sealMillis),
      events(sector.events, sector.pieces),
      deals(sector),
      (sector.dealWeight ?? 0) > 0 ? formatBytes(sector.dealWeight!) : "",
      sector.since === null ? "" : formatTime(sector.since),
      why(sector, now),
    ]),
    io.stdout,
    paint,
    "no sectors",
  )

const text = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)

const hex = (base64: unknown): string =>
  typeof base64 === "string" ? Buffer.from(base64, "base64").toString("hex") : ""

const dealsOf = (pieces: unknown): string =>
  Array.isArray(pieces)
    ? pieces.flatMap((piece) => (piece?.DealInfo ? [String(piece.DealInfo.DealID)] : [])).join(" ")
    : ""

/** The lines of `lotus-miner sectors status`; everything there is stands in the document. */
export const sectorStatus = ({ paint }: Session, record: SectorRecord, now: string): string => {
  const { waiting, pending = [], ignored } = record
  const lines: Array<readonly [string, Cell | string]> = [
    ["SectorID", text(record.SectorNumber)],
    ["Status", { text: record.State, colour: sectorStateColour(record.State) }],
    ["CIDcommD", text(record["CommD"])],
    ["CIDcommR", text(record["CommR"])],
    ["Ticket", hex(record["TicketValue"])],
    ["TicketH", text(record["TicketEpoch"])],
    ["Seed", hex(record["SeedValue"])],
    ["SeedH", text(record["SeedEpoch"])],
    ["Precommit", text(record["PreCommitMessage"])],
    ["Commit", text(record["CommitMessage"])],
    ["Deals", `[${dealsOf(record["Pieces"])}]`],
    ["Retries", text(record["InvalidProofs"])],
  ]
  if (text(record["LastErr"]) !== "")
    lines.push(["Last Error", { text: text(record["LastErr"]), colour: "red" }])
  if (waiting) lines.push(["Waits", waiting.text])
  if (waiting?.until) lines.push(["Until", `${formatTime(waiting.until)} (${fromNow(waiting.until, now)})`])
  if (pending.length > 0) lines.push(["Pending", pending.join(", ")])
  if (ignored !== undefined) lines.push(["Ignored", `${ignored}: ${record.State} takes it without effect`])
  return pairs(lines, paint)
}

/** As `lotus-miner sectors status --log` prints it. */
export const sectorLog = (log: ReadonlyArray<SectorLogEntry>): string =>
  [
    "Event Log:",
    ...log.flatMap(({ Timestamp, Kind, Message, Trace }, index) => [
      `${index}. ${new Date(Timestamp * 1000).toISOString().slice(0, 19).replace("T", " ")}: [${harmless(Kind)}] ${harmless(Message)}`,
      ...(Trace === "" ? [] : [`    ${harmless(Trace)}`]),
    ]),
  ].join("\n")
