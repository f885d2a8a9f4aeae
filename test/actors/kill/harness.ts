/**
 * Kills the worker with SIGKILL at random moments and looks at what it left: every acknowledged event is planned once or
 * waits in the inbox, each sender's events are in their order, and state, log and journal tell the same.
 */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { draws } from "../../../src/actors/time/Randomness.ts"

export interface KillOptions {
  readonly kills: number
  readonly seed: number | string
  /** The worker's program, and what Node needs to run it. */
  readonly worker: string
  readonly execArguments: ReadonlyArray<string>
  /** The longest a worker lives after it is ready, in milliseconds. */
  readonly lifeMillis: number
  readonly onKill?: (kills: number, acknowledged: number) => void
}

export interface KillReport {
  readonly kills: number
  readonly acknowledged: number
  readonly planned: number
  readonly waiting: number
}

const machines = 12

interface Ack {
  readonly machine: string
  readonly sender: string
  readonly n: number
}

/** Lets a worker live for a while and kills it; gives what it had acknowledged. */
const live = (options: KillOptions, filename: string, life: number, millis: number) =>
  new Promise<ReadonlyArray<Ack>>((resolve, reject) => {
    const args = [...options.execArguments, options.worker, filename, String(life), String(machines)]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    let errors = ""
    let timer: NodeJS.Timeout | null = null
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()))
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (timer === null && output.startsWith("ready"))
        timer = setTimeout(() => child.kill("SIGKILL"), millis)
    })
    child.on("error", reject)
    child.on("close", (code, signal) => {
      const bad = /^bad .*/m.exec(output)
      if (bad !== null) return reject(new Error(bad[0]))
      if (signal !== "SIGKILL")
        return reject(new Error(`the worker ended by itself (${code}): ${errors || output}`))
      // A line that the kill cut in two was not said.
      const lines = output.slice(0, output.lastIndexOf("\n") + 1).matchAll(/^ack (\S+) (\S+) (\d+)$/gm)
      resolve(
        [...lines].map(([, machine, sender, n]) => ({ machine: machine!, sender: sender!, n: Number(n) })),
      )
    })
  })

interface Entry {
  readonly _tag: string
  readonly sender: string
  readonly n: number
}

interface Ledger {
  readonly planned: number
  readonly stages: number
  readonly last: Readonly<Record<string, number>>
}

/** What the database holds of one machine. */
interface Kept {
  readonly id: string
  readonly state: Ledger
  readonly logLength: number
  readonly log: ReadonlyArray<Entry>
  readonly journalled: number
}

interface Left {
  readonly machines: ReadonlyArray<Kept>
  readonly inbox: ReadonlyArray<Entry & { readonly id: string }>
}

const logChain = `with recursive chain (before, entry, depth) as (
    select log.before, log.entry, 0 from machines join log on log.n = machines.log_tail
      where machines.kind = 'ledger' and machines.id = ?
    union all select log.before, log.entry, depth + 1 from chain join log on log.n = chain.before)
  select entry from chain order by depth desc`

const read = (filename: string): Promise<Left> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const rows = yield* sql.unsafe<{ id: string; state: string; log_length: number }>(
      "select id, state, log_length from machines where kind = 'ledger'",
    )
    const kept = yield* Effect.forEach(rows, ({ id, state, log_length }) =>
      Effect.gen(function* () {
        const log = yield* sql.unsafe<{ entry: string }>(logChain, [id])
        const [journal] = yield* sql.unsafe<{ n: number }>(
          "select count(*) as n from journal where kind = 'ledger' and id = ?",
          [id],
        )
        return {
          id,
          state: JSON.parse(state) as Ledger,
          logLength: log_length,
          log: log.map(({ entry }) => JSON.parse(entry) as Entry),
          journalled: journal?.n ?? 0,
        }
      }),
    )
    const inbox = yield* sql.unsafe<{ id: string; event: string }>("select id, event from inbox")
    return {
      machines: kept,
      inbox: inbox.map(({ id, event }) => ({ id, ...(JSON.parse(event) as Entry) })),
    }
  }).pipe(Effect.provide(SqliteClient.layer({ filename })), Effect.scoped, Effect.runPromise)

const fail = (message: string): never => {
  throw new Error(message)
}

/** State, log and journal of a machine tell the same; gives the keys of what it has planned. */
const checkMachine = ({ id, state, logLength, log, journalled }: Kept): ReadonlyArray<string> => {
  const entries = log.filter(({ _tag }) => _tag === "Entry")
  if (log.length !== logLength || entries.length !== state.planned)
    fail(`${id} planned ${state.planned} and has ${entries.length} of ${logLength} entries in its log`)
  if (log.length - entries.length !== state.stages)
    fail(`${id} has run ${state.stages} stages and logged ${log.length - entries.length}`)
  if (journalled !== log.length) fail(`${id} has ${log.length} log entries and ${journalled} in the journal`)
  const last = new Map<string, number>()
  for (const { sender, n } of entries) {
    if (n <= (last.get(sender) ?? 0)) fail(`${id} planned ${sender}/${n} after ${last.get(sender)}`)
    last.set(sender, n)
  }
  for (const [sender, n] of last) if (state.last[sender] !== n) fail(`${id} forgot ${sender}/${n}`)
  return entries.map(({ sender, n }) => `${id} ${sender} ${n}`)
}

/** Throws when the database does not hold what it must. */
const check = async (
  filename: string,
  acks: ReadonlyArray<Ack>,
): Promise<{ planned: number; waiting: number }> => {
  const left = await read(filename)
  const planned = new Set(left.machines.flatMap(checkMachine))
  const waiting = new Set(left.inbox.map(({ id, sender, n }) => `${id} ${sender} ${n}`))
  for (const key of waiting) if (planned.has(key)) fail(`${key} is planned and waits still`)
  for (const { machine, sender, n } of acks) {
    const key = `${machine} ${sender} ${n}`
    if (!planned.has(key) && !waiting.has(key)) fail(`${key} was acknowledged and is lost`)
  }
  return { planned: planned.size, waiting: waiting.size }
}

export const kill = async (options: KillOptions): Promise<KillReport> => {
  const folder = mkdtempSync(join(tmpdir(), "linkseal-kill-"))
  const random = draws(`kill ${options.seed}`)
  const filename = join(folder, "ledger.db")
  const acks: Array<Ack> = []
  try {
    let found = { planned: 0, waiting: 0 }
    for (let life = 1; life <= options.kills; life++) {
      acks.push(...(await live(options, filename, life, random.between(0, options.lifeMillis))))
      found = await check(filename, acks)
      options.onKill?.(life, acks.length)
    }
    return { kills: options.kills, acknowledged: acks.length, ...found }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
