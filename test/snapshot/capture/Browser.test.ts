/** Nothing of a browser outlives its daemon, and a browser that dies takes only its captures along. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Browser } from "../../../src/snapshot/capture/Browser.ts"
import {
  launcherEnvironment,
  recordsFolder,
  scratchFolder,
  writeLauncher,
} from "../../../src/snapshot/capture/browser/launcher.ts"
import { killGroup, livingMembers, readRecords } from "../../../src/snapshot/capture/browser/processGroup.ts"
import { reapOrphans } from "../../../src/snapshot/capture/browser/reapOrphans.ts"
import { renderersOf } from "../../support/renderers.ts"
import { startFixtureSite } from "../../support/fixtureSite.ts"
import { captureLayer, captureUrl, only, quickSettings, runDirectory } from "./support.ts"

const fixtureSite = Effect.acquireRelease(Effect.promise(startFixtureSite), ({ close }) =>
  Effect.promise(close),
)

/** A program with a child, started as a browser is; it hears of nothing, as a hung browser does. */
const startOrphan = (runDir: string) =>
  Effect.gen(function* () {
    const program = join(runDir, "program.sh")
    writeFileSync(program, "#!/bin/sh\ntrap '' TERM HUP INT\nsleep 600 &\nwhile :; do sleep 600; done\n")
    chmodSync(program, 0o700)
    const child = spawn(writeLauncher(runDir), ["--headless", "--user-data-dir=/nowhere/profile"], {
      detached: true,
      stdio: "ignore",
      env: { ...process.env, ...launcherEnvironment(runDir, program, "launch-1") },
    })
    child.unref()
    const [record] = yield* Effect.iterate(readRecords(runDir), {
      while: (records) => records.length === 0 || livingMembers(records[0]!).length < 2,
      body: () => Effect.as(Effect.sleep(10), readRecords(runDir)),
    })
    expect(record).toMatchObject({ pid: child.pid, launch: "launch-1", profile: "/nowhere/profile" })
    return record!
  })

describe("orphans", () => {
  it.scopedLive("are killed with their children at the next start, and forgotten", () =>
    Effect.gen(function* () {
      const runDir = yield* runDirectory
      const record = yield* startOrphan(runDir)
      mkdirSync(join(scratchFolder(runDir), "capture-left"), { recursive: true })
      expect(yield* reapOrphans(runDir)).toEqual([record.pid])
      expect(livingMembers(record)).toEqual([])
      expect(readdirSync(recordsFolder(runDir)).filter((name) => name.endsWith(".json"))).toEqual([])
      expect(existsSync(scratchFolder(runDir))).toBe(false)
      expect(yield* reapOrphans(runDir)).toEqual([])
    }),
  )

  it.scopedLive("are found by their children when they themselves are gone", () =>
    Effect.gen(function* () {
      const runDir = yield* runDirectory
      const record = yield* startOrphan(runDir)
      process.kill(record.pid, "SIGKILL")
      expect(yield* reapOrphans(runDir)).toEqual([record.pid])
      expect(livingMembers(record)).toEqual([])
    }),
  )

  it.scopedLive(
    "are never somebody else who has the pid now, or had it before the machine was restarted",
    () =>
      Effect.gen(function* () {
        const runDir = yield* runDirectory
        const record = yield* startOrphan(runDir)
        yield* Effect.addFinalizer(() => Effect.sync(() => killGroup(record)))
        const path = join(recordsFolder(runDir), `${record.pid}.json`)
        for (const other of [{ started: "1" }, { boot: "another" }]) {
          writeFileSync(path, JSON.stringify({ ...record, ...other }))
          expect(yield* reapOrphans(runDir)).toEqual([])
          expect(livingMembers(record).length).toBeGreaterThan(0)
          expect(existsSync(path)).toBe(false)
        }
      }),
  )
})

describe("the browser", () => {
  it.scopedLive(
    "is one process group, kept warm, replaced after its share of captures, gone with its layer",
    () =>
      Effect.gen(function* () {
        const site = yield* fixtureSite
        const runDir = yield* runDirectory
        const seen = yield* Effect.gen(function* () {
          const browser = yield* Browser
          const pids: Array<number> = []
          for (let turn = 0; turn < 3; turn++) {
            yield* captureUrl(`${site.origin}/`, only("page.html"))
            pids.push(...readRecords(runDir).map(({ pid }) => pid))
          }
          const records = readRecords(runDir)
          expect(yield* browser.pids).toEqual(records.map(({ pid }) => pid))
          return { pids, records }
        }).pipe(Effect.provide(captureLayer(site.allow, { runDir, maxCaptures: 2 })))
        const [first, second, third] = seen.pids
        expect(second === undefined || third === undefined || first !== third).toBe(true)
        expect(readRecords(runDir)).toEqual([])
        for (const record of seen.records) expect(livingMembers(record)).toEqual([])
      }),
  )

  it.scopedLive(
    "that is killed in a capture fails it for another try, and the next capture has a new one",
    () =>
      Effect.gen(function* () {
        const site = yield* fixtureSite
        const runDir = yield* runDirectory
        yield* Effect.gen(function* () {
          const settings = { ...quickSettings, navigationMillis: 30_000 }
          const fiber = yield* Effect.fork(Effect.flip(captureUrl(`${site.origin}/never-loads`, settings)))
          yield* Effect.iterate(0, {
            while: () => !site.requests.includes("/never-answers"),
            body: (turn) => Effect.as(Effect.sleep(20), turn + 1),
          })
          const [record] = readRecords(runDir)
          killGroup(record!)
          expect(yield* Fiber.join(fiber)).toMatchObject({ code: "browser-crashed", retryable: true })
          expect((yield* captureUrl(`${site.origin}/`, only("page.html"))).result.title).toBe("Home")
          expect(readRecords(runDir).map(({ pid }) => pid)).not.toContain(record!.pid)
        }).pipe(Effect.provide(captureLayer(site.allow, { runDir })))
      }),
  )

  for (const step of ["scroll", "artefacts"]) {
    it.scopedLive(
      `whose page is killed at the step "${step}" still ends the capture, one way or the other`,
      () =>
        Effect.gen(function* () {
          const site = yield* fixtureSite
          const runDir = yield* runDirectory
          yield* Effect.gen(function* () {
            const settings = { ...quickSettings, artefactMillis: 1_500 }
            const kill = (name: string) =>
              Effect.sync(() => {
                if (name !== step) return
                for (const { pid } of readRecords(runDir))
                  for (const renderer of renderersOf(pid)) process.kill(renderer, "SIGKILL")
              })
            const outcome = yield* Effect.either(captureUrl(`${site.origin}/rich.html`, settings, kill))
            if (outcome._tag === "Right") expect(outcome.right.result.partial).toBe(true)
            else expect(outcome.left).toMatchObject({ retryable: true })
            expect((yield* captureUrl(`${site.origin}/`, only("page.html"))).result.title).toBe("Home")
          }).pipe(Effect.provide(captureLayer(site.allow, { runDir })))
        }),
    )
  }
})
