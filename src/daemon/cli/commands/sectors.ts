/** `linkseal sectors`: pledge, look at, and move sectors by hand, under Lotus's names. */
import type { Command } from "commander"
import { Argument } from "commander"
import type { BatchingDocument } from "../../api/batching.ts"
import type { PledgedDocument, SectorLogDocument, SectorRecord, SectorsDocument } from "../../api/sectors.ts"
import type { ClockDocument } from "../../api/clock.ts"
import type { PieceDocument } from "../../api/world.ts"
import { query } from "../Client.ts"
import { CliError, usageError } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { countArgument, define, sectorArgument } from "../command.ts"
import { batchText } from "../render/batching.ts"
import { sectorLog, sectorStatus, sectorTable } from "../render/sectors.ts"
import { needsSubcommand } from "./subcommands.ts"

interface Sure {
  readonly reallyDoIt?: boolean
}

/** The time of the sealing world, for what is printed for people. */
const worldNow = async (session: Session): Promise<string> =>
  session.json ? "" : (await session.client().get<ClockDocument>("/clock")).now

const printRecord = async (session: Session, asked: Promise<SectorRecord>) => {
  const record = await asked
  const now = await worldNow(session)
  session.print(record, () => sectorStatus(session, record, now))
}

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
    async (session, { count }) => {
      const print = (document: PledgedDocument) =>
        session.print(document, ({ sectors: made }) =>
          made.map((one) => `Created CC sector:  ${one}`).join("\n"),
        )
      try {
        print(await session.client().send<PledgedDocument>("POST", "/sectors", { count: count ?? 1 }))
      } catch (error) {
        // Those that there was room for are printed as ever; then the refusal is told.
        if (error instanceof CliError && error.sectors !== undefined) print({ sectors: error.sectors })
        throw error
      }
    },
  )

const list = (program: Program, sectors: Command) =>
  define<{ readonly states?: string; readonly showRemoved?: boolean }>(
    program,
    sectors
      .command("list")
      .description("sectors by number")
      .option("--states <a,b>", "only those in one of these states")
      .option("--show-removed", "removed ones too"),
    async (session, { states, showRemoved }) => {
      const document = await session
        .client()
        .get<SectorsDocument>(`/sectors${query({ states, showRemoved })}`)
      const now = await worldNow(session)
      session.print(document, ({ sectors: rows }) => sectorTable(session, rows, now))
    },
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
      const asked = client.get<SectorRecord>(`/sectors/${String(n)}`)
      if (log !== true) return printRecord(session, asked)
      const record = await asked
      const entries = await client.get<SectorLogDocument>(`/sectors/${String(n)}/log`)
      const now = await worldNow(session)
      session.print(
        { ...record, ...entries },
        () => `${sectorStatus(session, record, now)}\n\n${sectorLog(entries.log)}`,
      )
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
      return printRecord(session, session.client().send("POST", `/sectors/${String(n)}/state`, { state }))
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
      return printRecord(session, session.client().send("DELETE", `/sectors/${String(n)}`))
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
      return printRecord(session, session.client().send("POST", `/sectors/${String(n)}/terminate`))
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
      return printRecord(session, session.client().send("POST", `/sectors/${String(n)}/events`, body))
    },
  )

const seal = (program: Program, sectors: Command) =>
  define(
    program,
    number(sectors.command("seal").description("pack a sector that waits for deals now")),
    async (session, _, [n]) =>
      printRecord(session, session.client().send("POST", `/sectors/${String(n)}/seal`)),
  )

const markForUpgrade = (program: Program, sectors: Command) =>
  define(
    program,
    number(
      sectors
        .command("mark-for-upgrade")
        .description("let the next sector with deals take the place of this one (forgotten at a restart)"),
    ),
    async (session, _, [n]) =>
      printRecord(session, session.client().send("POST", `/sectors/${String(n)}/upgrade`)),
  )

interface Piece {
  readonly size: string
  readonly start: number
  readonly end: number
}

const addPiece = (program: Program, sectors: Command) =>
  define<Piece>(
    program,
    sectors
      .command("add-piece")
      .description("put the piece of a modelled deal into a sector; answers when it is written")
      .requiredOption("--size <size>", "of the piece with its padding, a power of two, for example 8GiB")
      .requiredOption("--start <epoch>", "at which the deal starts", sectorArgument)
      .requiredOption("--end <epoch>", "at which it ends", sectorArgument),
    async (session, { size, start, end }) =>
      session.print(
        await session.client().send<PieceDocument>("POST", "/sealing/pieces", { size, start, end }),
        (piece) => `sector ${piece.sector}, offset ${piece.offset}`,
      ),
  )

const batching = (program: Program, sectors: Command) =>
  define<{ readonly publishNow?: boolean }>(
    program,
    sectors
      .command("batching")
      .description("sectors that wait for a message they share")
      .addArgument(new Argument("<kind>").choices(["precommit", "commit", "terminate"]))
      .option("--publish-now", "send what waits"),
    async (session, { publishNow }, [kind]) => {
      const client = session.client()
      const document = await (publishNow === true
        ? client.send<BatchingDocument>("POST", `/batching/${String(kind)}/publish`)
        : client.get<BatchingDocument>(`/batching/${String(kind)}`))
      session.print(document, () => batchText(document, publishNow === true))
    },
  )

export const sectorsCommand = (program: Program, root: Command) => {
  const sectors = root.command("sectors").description("sectors of the sealing world (simulated)")
  const all = [
    pledge,
    list,
    status,
    addPiece,
    seal,
    markForUpgrade,
    updateState,
    remove,
    terminate,
    batching,
    send,
  ]
  for (const add of all) add(program, sectors)
  needsSubcommand(sectors)
}
