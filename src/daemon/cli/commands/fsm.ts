/** `linkseal fsm`: the two machines as drawn from their tables, and event lists given to the sector planner. No daemon. */
import { readFileSync } from "node:fs"
import type { Command } from "commander"
import { Argument, Option } from "commander"
import { failure } from "../CliError.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import type { MachineKind } from "../../api/fsm.ts"

type Format = "mermaid" | "svg" | "json"

const readJson = (file: string): unknown => {
  try {
    // Editors of Windows begin a file with a mark that nobody sees.
    return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""))
  } catch (error) {
    throw failure("unreadable", `cannot read ${file}: ${(error as Error).message}`)
  }
}

const readScenarios = (file: string): unknown => {
  const json = readJson(file)
  if (!Array.isArray(json)) throw failure("unreadable", `${file} must hold a JSON list of scenarios`)
  return json
}

export const fsmCommand = (program: Program, root: Command) => {
  const fsm = root
    .command("fsm")
    .description("the machines as drawn from their tables")
    .addArgument(new Argument("<machine>", "which").choices(["link", "sector"]))
    .addOption(
      new Option("--format <format>", "of the output").choices(["mermaid", "svg", "json"]).default("mermaid"),
    )
  define<{ readonly format: Format }>(program, fsm, async (session, { format }, [kind]) => {
    const { drawMachine, machineTable } = await import("../../machines.ts")
    const machine = kind as MachineKind
    const table = machineTable(machine)
    session.print(table, () =>
      format === "json" ? JSON.stringify(table, undefined, 2) : drawMachine(machine, format),
    )
  })
  define(
    program,
    fsm
      .command("replay")
      .description("give lists of events to the sector planner and print what it makes of them")
      .argument("<file>", "a JSON list of scenarios"),
    async (session, _, [file]) => {
      const { replayScenarios } = await import("../../machines.ts")
      const result = replayScenarios(readScenarios(String(file)))
      session.print(result, (document) => JSON.stringify(document, undefined, 2))
    },
  )
}
