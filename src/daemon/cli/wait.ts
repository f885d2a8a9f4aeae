/**
 * Waits until links rest, by the daemon's event stream: a change of a link that is waited for makes it be asked for
 * again. What the stream may have lost is asked for with every comment, so a wait never hangs on a missed event.
 */
import type { Link } from "../../snapshot/Link.ts"
import type { Client } from "./Client.ts"
import { failure } from "./CliError.ts"
import type { Io } from "./Io.ts"
import type { ServerSentEvent } from "./serverSentEvents.ts"

const resting: ReadonlySet<string> = new Set(["archived", "doubtful", "failed", "cancelled", "removed"])

/** One line on the terminal that is written over, and nothing at all in a pipe. */
const progressLine = ({ stderr }: Io) => ({
  show: (text: string) => {
    if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`)
  },
  clear: () => {
    if (stderr.isTTY) stderr.write("\r\u001b[K")
  },
})

const summary = (links: ReadonlyArray<Link>) => {
  const counts = new Map<string, number>()
  for (const { state } of links) counts.set(state, (counts.get(state) ?? 0) + 1)
  const done = links.filter(({ state }) => resting.has(state)).length
  return `${done} of ${links.length} done  (${[...counts].map(([state, count]) => `${count} ${state}`).join(", ")})`
}

interface Waiting {
  readonly links: Array<Link>
  readonly client: Client
}

/** Asks again for the links that do not rest yet, or for one of them. */
const refresh = async ({ links, client }: Waiting, only?: string) => {
  for (const [index, link] of links.entries()) {
    if (resting.has(link.state) || (only !== undefined && link.id !== only)) continue
    const {
      snapshots: _,
      timeline: __,
      ...now
    } = await client.get<Link & { snapshots: unknown; timeline: unknown }>(
      `/links/${encodeURIComponent(link.id)}`,
    )
    links[index] = now
  }
}

const concerns = (event: ServerSentEvent): { readonly id?: string } | undefined => {
  if (event.name === undefined || event.name === "reset") return {}
  if (event.name !== "change") return undefined
  const change = JSON.parse(event.data) as { kind: string; id: string }
  return change.kind === "link" ? { id: change.id } : undefined
}

/**
 * Starts listening, does the thing that sets links moving, and resolves with them when all rest. Fails when the
 * daemon goes away meanwhile.
 */
export const moveAndWait = async (
  client: Client,
  io: Io,
  move: () => Promise<ReadonlyArray<Link>>,
): Promise<ReadonlyArray<Link>> => {
  const line = progressLine(io)
  let wake = () => {}
  const wanted = new Set<string | undefined>()
  const stream = await client.events((event) => {
    const concern = concerns(event)
    if (concern === undefined) return
    wanted.add(concern.id)
    wake()
  })
  let over = false
  void stream.ended.then(() => {
    over = true
    wake()
  })
  try {
    const waiting: Waiting = { links: [...(await move())], client }
    // Whatever happened between the move and its answer.
    wanted.add(undefined)
    while (waiting.links.some(({ state }) => !resting.has(state))) {
      line.show(summary(waiting.links))
      if (wanted.size === 0) {
        if (over)
          throw failure(
            "daemon-stopped",
            "the daemon stopped while waiting: what was accepted goes on when it starts again",
          )
        await new Promise<void>((resolve) => void (wake = resolve))
        continue
      }
      const ids = wanted.has(undefined) ? [undefined] : [...wanted]
      wanted.clear()
      for (const id of ids) await refresh(waiting, id)
    }
    return waiting.links
  } finally {
    line.clear()
    stream.close()
  }
}

/** 1 when a link did not make it. */
export const waitedExitCode = (links: ReadonlyArray<Link>): 0 | 1 =>
  links.some(({ state }) => state === "failed" || state === "cancelled" || state === "removed") ? 1 : 0
