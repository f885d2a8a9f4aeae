/**
 * The two machines as data and drawings, and the sector planner to try events on. Needs no daemon: the tables are
 * part of the program. The one binding of the rooms' tables to what `fsm` shows.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { mermaid, toJson, type Drawable } from "../actors/Diagram.ts"
import { svg } from "../actors/diagramSvg.ts"
import { decodeScenarios, replay } from "../sealing/replay.ts"
import { sectorTable } from "../sealing/transitions/corrections.ts"
import { linkTable } from "../snapshot/LinkTransitions.ts"
import type { MachineKind, MachineTable } from "./api/fsm.ts"
import { CliError } from "./cli/CliError.ts"

/** Nothing is planned with it here, so the time it would stamp does not matter. */
const tables: Readonly<Record<MachineKind, Drawable>> = { link: linkTable, sector: sectorTable(() => 0) }

/** The table as the API and `fsm --format json` give it, without counts. */
export const machineTable = (kind: MachineKind): MachineTable =>
  // The schema lets states and rows carry more than it names; the table's own types name everything.
  toJson(tables[kind]) as unknown as MachineTable

/** The machine as a drawing: Mermaid's text, or an SVG that stands alone; without the last line's end. */
export const drawMachine = (kind: MachineKind, format: "mermaid" | "svg"): string =>
  (format === "mermaid" ? mermaid(tables[kind]) : svg(tables[kind])).trimEnd()

/** Plays a file of scenarios as of now, for the creation times that events stamp; a file that is none is a failure of the command. */
export const replayScenarios = (json: unknown): ReadonlyArray<unknown> => {
  const scenarios = decodeScenarios(json)
  if (Either.isLeft(scenarios))
    throw new CliError(scenarios.left.message, { code: "unreadable", exitCode: 1 })
  return replay(scenarios.right, () => Math.floor(Effect.runSync(Clock.currentTimeMillis) / 1_000))
}
