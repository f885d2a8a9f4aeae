/** `linkseal sealing`: the periodic pledge, and what runs where. */
import type { Command } from "commander"
import { Argument } from "commander"
import type { ClockDocument } from "../../api/clock.ts"
import type { AutoPledgeDocument, JobsDocument, WorkersDocument } from "../../api/sealing.ts"
import type { WorldDocument } from "../../api/world.ts"
import { intervalProblem } from "../../../sealing/clockBounds.ts"
import { parseDuration } from "../../words/durations.ts"
import { usageError } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"
import { goDuration } from "../render/spans.ts"
import { table } from "../render/table.ts"
import { needsSubcommand } from "./subcommands.ts"

const simulated = ({ paint }: Session) => paint("dim", "simulated: no byte is sealed")

const jobsText = (session: Session, { jobs }: JobsDocument, now: string) =>
  `${table(
    [
      { title: "ID" },
      { title: "SECTOR", right: true },
      { title: "WORKER" },
      { title: "HOSTNAME" },
      { title: "TASK" },
      { title: "STATE" },
      { title: "TIME", right: true },
      { title: "LEFT", right: true },
    ],
    jobs.map(({ id, sector, task, state, worker, workerId, since, until }) => [
      id.slice(0, 8),
      sector,
      workerId ?? "–",
      worker ?? "–",
      task,
      state,
      goDuration(Math.max(0, Date.parse(now) - Date.parse(since))),
      until === null ? "–" : goDuration(Math.max(0, Date.parse(until) - Date.parse(now))),
    ]),
    session.io.stdout,
    session.paint,
    "no jobs",
  )}\n${simulated(session)}`

const slotsText = (tasks: WorkersDocument["workers"][number]["tasks"]): string =>
  Object.keys(tasks).length === 0
    ? "every task that no other worker has slots for, without a limit"
    : Object.entries(tasks)
        .map(([task, { slots, running }]) => `${task} ${running}/${slots ?? "∞"}`)
        .join("  ")

const workersText = (session: Session, { workers }: WorkersDocument) =>
  `${table(
    [{ title: "WORKER" }, { title: "TASKS" }],
    workers.map(({ name, up, tasks }) => [
      up === false ? { text: `${name} (disabled)`, colour: "red" as const } : name,
      slotsText(tasks),
    ]),
    session.io.stdout,
    session.paint,
    "no workers",
  )}\n${simulated(session)}`

const parseEvery = (text: string | undefined) => {
  if (text === undefined) return text
  const millis = parseDuration(text)
  if (millis === undefined)
    throw usageError(
      `--every ${text} is not a duration: write a number and a unit (s, min, h or d), for example "10 min"`,
    )
  const problem = intervalProblem(millis)
  if (problem !== null) throw usageError(`--every ${text} ${problem}`)
  return text
}

const autoPledge = (program: Program, sealing: Command) =>
  define<{ readonly every?: string }>(
    program,
    sealing
      .command("auto-pledge")
      .description("pledge a sector periodically")
      .addArgument(new Argument("[switch]", "without: show").choices(["on", "off"]))
      .option("--every <duration>", 'how often, in time of the sealing world, for example "10 min"'),
    async (session, { every }, [state]) => {
      const client = session.client()
      const change = { ...(state === undefined ? {} : { enabled: state === "on" }), every: parseEvery(every) }
      const asked = state === undefined && every === undefined
      const document = await (asked
        ? client.get<AutoPledgeDocument>("/sealing/auto-pledge")
        : client.send<AutoPledgeDocument>("POST", "/sealing/auto-pledge", change))
      session.print(document, (now) => `${now.enabled ? "on" : "off"}, every ${now.every}`)
    },
  )

const worldText = (session: Session, { settings }: WorldDocument) =>
  `${table(
    [{ title: "SETTING" }, { title: "VALUE" }, { title: "TAKES", shrinks: true }],
    settings.map(({ name, value, takes }) => [name, value, takes]),
    session.io.stdout,
    session.paint,
    "no settings",
  )}\n${session.paint("dim", "simulated: chain, sealer and market are modelled")}`

const world = (program: Program, sealing: Command) =>
  define(
    program,
    sealing
      .command("world")
      .description("the modelled world, for drills: without a setting, show it")
      .argument("[setting]", "for example base-fee, messages, revert, sealer-failure")
      .argument("[value...]", "what it takes is listed"),
    async (session, _, [setting, words = []]) => {
      const value = [words].flat().join(" ")
      if (setting !== undefined && value === "")
        throw usageError(
          `${String(setting)} needs a value: \`linkseal sealing world\` lists what each setting takes`,
        )
      const client = session.client()
      const document = await (setting === undefined
        ? client.get<WorldDocument>("/sealing/world")
        : client.send<WorldDocument>("POST", "/sealing/world", { setting, value }))
      const shown =
        setting === undefined ? document.settings : document.settings.filter((one) => one.name === setting)
      session.print(document, () => worldText(session, { ...document, settings: shown }))
    },
  )

export const sealingCommand = (program: Program, root: Command) => {
  const sealing = root.command("sealing").description("the sealing work (simulated)")
  autoPledge(program, sealing)
  define(program, sealing.command("jobs").description("what runs where, until when"), async (session) => {
    const document = await session.client().get<JobsDocument>("/sealing/jobs")
    const { now } = await session.client().get<ClockDocument>("/clock")
    session.print(document, (jobs) => jobsText(session, jobs, now))
  })
  define(program, sealing.command("workers").description("workers and their slots"), async (session) =>
    session.print(await session.client().get<WorkersDocument>("/sealing/workers"), (workers) =>
      workersText(session, workers),
    ),
  )
  world(program, sealing)
  needsSubcommand(sealing)
}
