/** `linkseal clock`: the clock of the sealing world. */
import type { Command } from "commander"
import { advanceProblem, maxScale, minScale, scaleProblem } from "../../../sealing/clockBounds.ts"
import type { ClockDocument } from "../../api/clock.ts"
import { parseDuration } from "../../words/durations.ts"
import { usageError } from "../CliError.ts"
import type { Program, Session } from "../command.ts"
import { define } from "../command.ts"

const show = (session: Session, document: ClockDocument) =>
  session.print(document, ({ now, epoch, mode, scale }) => `${now}  epoch ${epoch}  ${mode} x${scale}`)

const turn = async (session: Session, change: object) =>
  show(session, await session.client().send<ClockDocument>("POST", "/clock", change))

const duration = (text: string) => {
  const millis = parseDuration(text)
  if (millis === undefined) {
    throw usageError(
      `${text} is not a duration: write a number and a unit (ms, s, min, h or d), for example "3 h"`,
    )
  }
  const problem = advanceProblem(millis)
  if (problem !== null) throw usageError(`${text} is too far: it ${problem}`)
  return text
}

const factor = (text: string) => {
  const value = Number(text)
  const problem = scaleProblem(value)
  if (problem !== null) throw usageError(`scale ${text} ${problem}`)
  return value
}

export const clockCommand = (program: Program, root: Command) => {
  const clock = root.command("clock").description("the clock of the sealing world")
  define(program, clock, async (session) =>
    show(session, await session.client().get<ClockDocument>("/clock")),
  )
  define(
    program,
    clock
      .command("advance")
      .description("turn the clock forward; answers when the world has come to rest")
      .argument("<duration...>", 'for example "3 h"'),
    (session, _, [words = []]) => turn(session, { advance: duration([words].flat().join(" ")) }),
  )
  define(
    program,
    clock
      .command("scale")
      .description("how many seconds of the sealing world pass in one of ours")
      .argument("<factor>", `a number from ${minScale} to ${maxScale}`),
    (session, _, [text]) => turn(session, { scale: factor(String(text)) }),
  )
  define(program, clock.command("pause").description("let the world stand still"), (session) =>
    turn(session, { paused: true }),
  )
  define(program, clock.command("resume").description("let it go on"), (session) =>
    turn(session, { paused: false }),
  )
}
