/** `linkseal queue`: how much waits; pause and resume. */
import type { Command } from "commander"
import { Argument } from "commander"
import type { QueueStatus } from "../../../snapshot/Link.ts"
import type { Program } from "../command.ts"
import { define } from "../command.ts"

/** `4 capturing, 318 waiting, about 22 min`. */
export const queueLine = ({ paused, waiting, capturing, etaMillis }: QueueStatus): string => {
  const eta =
    etaMillis === null || waiting === 0 ? "" : `, about ${Math.max(1, Math.round(etaMillis / 60_000))} min`
  return `${capturing} capturing, ${waiting} waiting${eta}${paused ? ", paused" : ""}`
}

export const queueCommand = (program: Program, root: Command) =>
  define(
    program,
    root
      .command("queue")
      .description("the capture queue")
      .addArgument(
        new Argument("[action]", "start no more captures, or start them again").choices(["pause", "resume"]),
      ),
    async (session, _, [action]) => {
      const client = session.client()
      const status = await (action === undefined
        ? client.get<QueueStatus>("/queue")
        : client.send<QueueStatus>("POST", `/queue/${String(action)}`))
      session.print(status, queueLine)
    },
  )
