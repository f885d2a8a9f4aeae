/** `linkseal schedule`: what is captured again by itself, and when. */
import type { Command } from "commander"
import type { SchedulesDocument } from "../../api/schedules.ts"
import { parseDuration } from "../../words/durations.ts"
import { usageError } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"
import { formatTime, table } from "../render/table.ts"

interface Options {
  readonly link?: string
  readonly tag?: string
  readonly query?: string
  readonly every?: string
  readonly cron?: string
}

const checkEvery = (every: string | undefined) => {
  if (every !== undefined && parseDuration(every) === undefined)
    throw usageError(
      `--every ${every} is not a duration: write a number and a unit (min, h or d), at least 10 min, for example 7d`,
    )
}

const text = ({ io, paint }: Session, { schedules }: SchedulesDocument) =>
  table(
    [{ title: "ID" }, { title: "WHAT" }, { title: "WHEN" }, { title: "NEXT" }, { title: "LAST" }],
    schedules.map(({ cron, every, id, lastAt, lastLinks, nextAt, running, target }) => [
      id,
      `${target.kind} ${target.value}`,
      cron ?? `every ${every}`,
      formatTime(nextAt),
      lastAt === null ? "" : `${formatTime(lastAt)}, ${lastLinks} links${running ? ", running" : ""}`,
    ]),
    io.stdout,
    paint,
    "no schedules",
  )

const show = (session: Session, document: SchedulesDocument) =>
  session.print(document, () => text(session, document))

export const scheduleCommand = (program: Program, root: Command) => {
  const schedule = root.command("schedule").description("links that are captured again by themselves")
  const list = async (session: Session) =>
    show(session, await session.client().get<SchedulesDocument>("/schedules"))
  define(program, schedule.command("list").description("all schedules"), list)
  define<Options>(
    program,
    schedule
      .command("add")
      .description("capture a link, a tag's links or a search's links again, regularly")
      .option("--link <id>", "one link")
      .option("--tag <tag>", "the links that have the tag then")
      .option("--query <query>", "the links that the search finds then")
      .option("--every <duration>", "for example 7d; at least 10 min")
      .option("--cron <pattern>", "five fields, for example '0 3 * * 1', in the machine's time zone"),
    async (session, { cron, every, link, query, tag }) => {
      const targets = [link, query, tag].filter((one) => one !== undefined)
      if (targets.length !== 1) throw usageError("say one of --link, --tag and --query")
      if ((every === undefined) === (cron === undefined)) throw usageError("say either --every or --cron")
      checkEvery(every)
      const body = { cron, every, link, query, tag }
      show(session, await session.client().send<SchedulesDocument>("POST", "/schedules", body))
    },
  )
  define(
    program,
    schedule.command("remove").description("remove a schedule").argument("<id>", "of the schedule"),
    async (session, _, [id]) => {
      const path = `/schedules/${encodeURIComponent(String(id))}`
      const done = await session.client().send<{ readonly removed: ReadonlyArray<string> }>("DELETE", path)
      session.print(done, ({ removed }) => `removed ${removed.join(" ")}`)
    },
  )
}
