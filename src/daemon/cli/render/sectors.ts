/** Sectors as a Lotus operator reads them: the columns and colours of `lotus-miner sectors`, and beside them why a sector waits. */
import type { SectorLogEntry, SectorRecord, SectorRow } from "../../api/sectors.ts"
import type { Session } from "../command.ts"
import { harmless, sectorStateColour, type Colour } from "./paint.ts"
import { formatTime, pairs, table, type Cell } from "./table.ts"

const hourMillis = 3_600_000

/** As Go prints a duration: `5h4m30s`. */
const goDuration = (millis: number): string => {
  const seconds = Math.round(millis / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${h > 0 ? `${h}h` : ""}${h > 0 || m > 0 ? `${m}m` : ""}${s}s`
}

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

export const sectorTable = ({ io, paint }: Session, sectors: ReadonlyArray<SectorRow>): string =>
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
      { title: "SINCE" },
      { title: "WHY", shrinks: true },
    ],
    sectors.map((sector) => [
      sector.number,
      { text: sector.state, colour: sectorStateColour(sector.state) },
      yesNo(sector.onChain),
      yesNo(sector.active),
      sector.expiration === null || sector.expiration === undefined
        ? ""
        : formatTime(sector.expiration).slice(0, 10),
      sealTime(sector.sealMillis),
      events(sector.events, sector.pieces),
      sector.deals === 0 ? { text: "CC", colour: "blue" } : { text: String(sector.deals), colour: "green" },
      sector.since === null ? "" : formatTime(sector.since),
      sector.lastError === null ? (sector.why ?? "") : { text: sector.lastError, colour: "red" },
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
export const sectorStatus = ({ paint }: Session, record: SectorRecord): string => {
  const { waiting, pending = [] } = record
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
  if (waiting?.until) lines.push(["Until", formatTime(waiting.until)])
  if (pending.length > 0) lines.push(["Pending", pending.join(", ")])
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
