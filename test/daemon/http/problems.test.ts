/** Which failures of a request are answered and logged, and which are no failure: who asked has gone. */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { MultipartError } from "@effect/platform/Multipart"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Logger from "effect/Logger"
import { describe, expect, it } from "vitest"
import { SqlError } from "@effect/sql/SqlError"
import { MachineParked } from "../../../src/actors/Refusal.ts"
import { storeError } from "../../../src/actors/StoreError.ts"
import { archiveError } from "../../../src/snapshot/archive/ArchiveError.ts"
import { causeResponse } from "../../../src/daemon/http/problems.ts"

const answer = async (cause: Cause.Cause<unknown>) => {
  const logged: Array<string> = []
  const logger = Logger.make(({ logLevel }) => void logged.push(logLevel.label))
  const exit = await Effect.runPromiseExit(
    Effect.provide(causeResponse(cause, 1_000), Logger.replace(Logger.defaultLogger, logger)),
  )
  return { status: Exit.isSuccess(exit) ? exit.value.status : null, logged }
}

const gone = Cause.interrupt(FiberId.none)
/** What the platform puts beside an interruption of a handler. */
const withAnswer = Cause.sequential(gone, Cause.die(HttpServerResponse.empty({ status: 503 })))

describe("what becomes of a request that failed", () => {
  it("a client that has gone is no error, however the server puts it", async () => {
    for (const cause of [gone, withAnswer]) expect(await answer(cause)).toEqual({ status: null, logged: [] })
  })

  it("a defect is one, also when the client has gone meanwhile", async () => {
    const defect = Cause.die(new Error("broken"))
    for (const cause of [defect, Cause.sequential(withAnswer, defect)])
      expect(await answer(cause)).toEqual({ status: 500, logged: ["ERROR"] })
  })

  it("a full disk is named wherever it was met, and so is a link that waits for it", async () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" })
    const sqlError = new SqlError({ cause: full, message: "Failed to execute statement" })
    const noSpace = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
    const parked = new MachineParked({ kind: "link", id: "a", reason: storeError("write")(sqlError).message })
    for (const error of [
      sqlError,
      storeError("write")(sqlError),
      archiveError("archive/x")(noSpace),
      new MultipartError({ reason: "InternalError", cause: noSpace }),
      parked,
    ])
      for (const cause of [Cause.die(error), Cause.fail(error)])
        expect(await answer(cause)).toEqual({ status: 507, logged: ["WARN"] })
    const other = new MachineParked({ kind: "link", id: "a", reason: "a row that nobody can write" })
    expect(await answer(Cause.die(other))).toEqual({ status: 503, logged: ["WARN"] })
  })
})
