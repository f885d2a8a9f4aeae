/** `linkseal sectors`: pledge, look at, and move sectors by hand, under Lotus's names. */
import type { Command } from "commander"
import type { PledgedDocument, SectorLogDocument, SectorRecord, SectorsDocument } from "../../api/sectors.ts"
import { query } from "../Client.ts"
import { usageError } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { countArgument, define, sectorArgument } from "../command.ts"
import { harmless, sectorStateColour } from "../render/paint.ts"
import { formatTime, pairs, table } from "../render/table.ts"

interface Sure {
  readonly reallyDoIt?: boolean
}

const listText = ({ io, paint }: Session, { sectors }: SectorsDocument) =>
  table(
    [
      { title: "ID", right: true },
      { title: "STATE" },
      { title: "PIECES", right: true },
      { title: "DEALS", right: true },
      { title: "SINCE" },
      { title: "WHY", shrinks: true },
    ],
    sectors.map(({ number, state, pieces, deals, since, why, lastError }) => [
      number,
      { text: state, colour: sectorStateColour(state) },
      pieces,
      deals === 0 ? { text: "CC", colour: "blue" } : { text: String(deals), colour: "green" },
      since === null ? "" : formatTime(since),
      lastError === null ? (why ?? "") : { text: lastError, colour: "red" },
    ]),
    io.stdout,
    paint,
    "no sectors",
  )

const value = (field: unknown) => (typeof field === "string" ? field : (JSON.stringify(field) ?? ""))

const recordText = ({ paint }: Session, record: object) =>
  pairs(
    Object.entries(record)
      .filter(([name]) => name !== "log")
      .map(([name, field]) => [
        name,
        name === "State" ? { text: value(field), colour: sectorStateColour(value(field)) } : value(field),
      ]),
    paint,
  )

/** As `lotus-miner sectors status --log` prints it. */
const logText = ({ log }: SectorLogDocument) =>
  [
    "Event Log:",
    ...log.flatMap(({ Timestamp, Kind, Message, Trace }, index) => [
      `${index}. ${new Date(Timestamp * 1000).toISOString().slice(0, 19).replace("T", " ")}: [${harmless(Kind)}] ${harmless(Message)}`,
      ...(Trace === "" ? [] : [`    ${harmless(Trace)}`]),
    ]),
  ].join("\n")

const printRecord = (session: Session, record: SectorRecord) =>
  session.print(record, () => recordText(session, record))

const insist = ({ reallyDoIt }: Sure, what: string) => {
  if (reallyDoIt !== true) throw usageError(`${what}: add --really-do-it if that is what you want`)
}

const parsePayload = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usageError(`--payload is not JSON: ${(error as Error).message}`)
  }
}

const number = (command: Command) => command.argument("<number>", "of the sector", sectorArgument)

const pledge = (program: Program, sectors: Command) =>
  define<{ readonly count?: number }>(
    program,
    sectors
      .command("pledge")
      .description("pledge committed-capacity sectors")
      .option("--count <n>", "how many (default 1)", countArgument),
    async (session, { count }) =>
      session.print(
        await session.client().send<PledgedDocument>("POST", "/sectors", { count: count ?? 1 }),
        (document) => document.sectors.map((one) => `Created CC sector:  ${one}`).join("\n"),
      ),
  )

const list = (program: Program, sectors: Command) =>
  define<{ readonly states?: string; readonly showRemoved?: boolean }>(
    program,
    sectors
      .command("list")
      .description("sectors by number")
      .option("--states <a,b>", "only those in one of these states")
      .option("--show-removed", "removed ones too"),
    async (session, { states, showRemoved }) =>
      session.print(
        await session.client().get<SectorsDocument>(`/sectors${query({ states, showRemoved })}`),
        (document) => listText(session, document),
      ),
  )

const status = (program: Program, sectors: Command) =>
  define<{ readonly log?: boolean }>(
    program,
    number(sectors.command("status").description("the record of a sector")).option(
      "--log",
      "with its event log",
    ),
    async (session, { log }, [n]) => {
      const client = session.client()
      const record = await client.get<SectorRecord>(`/sectors/${String(n)}`)
      if (log !== true) return printRecord(session, record)
      const entries = await client.get<SectorLogDocument>(`/sectors/${String(n)}/log`)
      session.print({ ...record, ...entries }, () => `${recordText(session, record)}\n\n${logText(entries)}`)
    },
  )

const updateState = (program: Program, sectors: Command) =>
  define<Sure>(
    program,
    number(sectors.command("update-state").description("force the state of a sector"))
      .argument("<state>", "Lotus's name of the state")
      .option("--really-do-it", "needed"),
    async (session, sure, [n, state]) => {
      insist(sure, `forcing sector ${String(n)} to ${String(state)} can break it`)
      printRecord(session, await session.client().send("POST", `/sectors/${String(n)}/state`, { state }))
    },
  )

const remove = (program: Program, sectors: Command) =>
  define<Sure>(
    program,
    number(sectors.command("remove").description("remove the data of a sector")).option(
      "--really-do-it",
      "needed",
    ),
    async (session, sure, [n]) => {
      insist(sure, `removing sector ${String(n)} deletes its data`)
      printRecord(session, await session.client().send("DELETE", `/sectors/${String(n)}`))
    },
  )

const terminate = (program: Program, sectors: Command) =>
  define<Sure>(
    program,
    number(sectors.command("terminate").description("terminate a sector on chain")).option(
      "--really-do-it",
      "needed",
    ),
    async (session, sure, [n]) => {
      insist(sure, `terminating sector ${String(n)} costs a fee and cannot be undone`)
      printRecord(session, await session.client().send("POST", `/sectors/${String(n)}/terminate`))
    },
  )

const send = (program: Program, sectors: Command) =>
  define<{ readonly payload?: string; readonly wait?: boolean }>(
    program,
    number(sectors.command("send").description("send an event to a sector"))
      .argument("<event>", "Lotus's name of the event, for example SectorRetrySealPreCommit1")
      .option("--payload <json>", "the fields of the event")
      .option("--wait", "until it is planned, although the sector is busy"),
    async (session, { payload, wait }, [n, event]) => {
      const body = { event, payload: parsePayload(payload), wait: wait === true }
      printRecord(session, await session.client().send("POST", `/sectors/${String(n)}/events`, body))
    },
  )

export const sectorsCommand = (program: Program, root: Command) => {
  const sectors = root.command("sectors").description("sectors of the sealing world (simulated)")
  for (const add of [pledge, list, status, updateState, remove, terminate, send]) add(program, sectors)
}
