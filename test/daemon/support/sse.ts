/** Reads an event stream for a test: waits for events by what they say, never by time. */
import type { IncomingMessage } from "node:http"
import { readEvents } from "../../../src/daemon/cli/serverSentEvents.ts"
import type { ServerSentEvent } from "../../../src/daemon/cli/serverSentEvents.ts"

export interface Listening {
  readonly seen: ReadonlyArray<ServerSentEvent>
  /** Resolves with all events of that name as soon as there are that many. */
  readonly until: (name: string, count: number) => Promise<ReadonlyArray<ServerSentEvent>>
  readonly ended: Promise<void>
  readonly close: () => void
}

export const listenTo = (message: IncomingMessage): Listening => {
  const seen: Array<ServerSentEvent> = []
  const waiting = new Set<() => void>()
  const ended = readEvents(message, (event) => {
    seen.push(event)
    for (const look of waiting) look()
  })
  return {
    seen,
    until: (name, count) =>
      new Promise((resolve) => {
        const look = () => {
          const named = seen.filter((event) => event.name === name)
          if (named.length < count) return
          waiting.delete(look)
          resolve(named)
        }
        waiting.add(look)
        look()
      }),
    ended,
    close: () => message.destroy(),
  }
}
