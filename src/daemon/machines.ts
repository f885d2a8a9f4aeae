/**
 * The two machines as data and drawings, and the sector planner to try events on. Needs no daemon: the tables are
 * part of the program. The one binding of the rooms' tables to what `fsm` shows.
 */
import * as Either from "effect/Either"
import type { Row, Table } from "../actors/Table.ts"
import { decodeScenarios, replay } from "../sealing/replay.ts"
import { sectorTable } from "../sealing/transitions/corrections.ts"
import { linkTable } from "../snapshot/LinkTransitions.ts"
import type { MachineKind, MachineTable } from "./api/fsm.ts"
import { CliError } from "./cli/CliError.ts"
import { mermaid, svg } from "./drawing.ts"

type AnyTable = Pick<Table<never, never, string>, "states" | "initial"> & {
  readonly rows: ReadonlyArray<
    Pick<Row<never, never, string>, "kind" | "from" | "event" | "to" | "dynamic" | "note">
  >
}

/** Nothing is planned with it here, so the time it would stamp does not matter. */
const tables: Readonly<Record<MachineKind, AnyTable>> = {
  link: linkTable as unknown as AnyTable,
  sector: sectorTable(() => 0) as unknown as AnyTable,
}

/** The table as the API and `fsm --format json` give it, without counts. */
export const machineTable = (kind: MachineKind): MachineTable => {
  const { initial, states, rows } = tables[kind]
  return {
    kind,
    initial,
    states: Object.entries(states).map(([name, info]) => ({ name, ...info })),
    transitions: rows.map(({ from, event, to, kind: row, dynamic, note }) => ({
      from,
      event,
      to,
      kind: row,
      ...(dynamic === undefined ? {} : { dynamic }),
      ...(note === undefined ? {} : { note }),
    })),
  }
}

/** The machine as a drawing: Mermaid's text, or an SVG that stands alone. */
export const drawMachine = (kind: MachineKind, format: "mermaid" | "svg"): string =>
  format === "mermaid" ? mermaid(machineTable(kind)) : svg(machineTable(kind))

/** Plays a file of scenarios; a file that is none is a failure of the command. */
export const replayScenarios = (json: unknown): ReadonlyArray<unknown> => {
  const scenarios = decodeScenarios(json)
  if (Either.isLeft(scenarios))
    throw new CliError(scenarios.left.message, { code: "unreadable", exitCode: 1 })
  return replay(scenarios.right, () => 0)
}
