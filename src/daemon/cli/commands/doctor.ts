/** `linkseal doctor`: checks what the daemon needs. No daemon. */
import type { Command } from "commander"
import type { Program } from "../command.ts"
import { define } from "../command.ts"
import { harmless } from "../render/paint.ts"

export const doctorCommand = (program: Program, root: Command) =>
  define(
    program,
    root.command("doctor").description("check that everything the daemon needs is there"),
    async (session) => {
      const { diagnose } = await import("../../doctor.ts")
      const checks = await diagnose(session.home, session.io.env)
      session.print({ checks }, () =>
        checks
          .map(
            ({ name, ok, detail }) =>
              `${ok ? session.paint("green", "ok  ") : session.paint("red", "FAIL")}  ${name}: ${harmless(detail)}`,
          )
          .join("\n"),
      )
      session.exitWith(checks.every(({ ok }) => ok) ? 0 : 1)
    },
  )
