/**
 * The daemon's event stream, one connection for all tabs: the tab that holds the lock owns the `EventSource` and passes
 * its messages on, for a browser allows six connections to a host. `reset` means: what you show may be old, ask again.
 */
import { api, locked } from "./api.ts"
import { Store } from "./Store.ts"
import type { Change, ClockDocument, Progress, Queue } from "./types.ts"

export interface Messages {
  readonly change: Change
  readonly queue: Queue
  readonly clock: ClockDocument
  readonly progress: Progress
  readonly reset: null
}
type Name = keyof Messages
const names: ReadonlyArray<Name> = ["change", "queue", "clock", "progress", "reset"]

export interface Connection {
  readonly state: "connecting" | "live" | "lost"
  /** When the last message was heard: what is on the screen is as of then. */
  readonly asOf: number
}

export const connection = new Store<Connection>({ state: "connecting", asOf: Date.now() })

const listeners: { readonly [N in Name]: Set<(data: Messages[N]) => void> } = {
  change: new Set(),
  queue: new Set(),
  clock: new Set(),
  progress: new Set(),
  reset: new Set(),
}

/** Calls back for each message of that name, until the returned function is called. */
export const onMessage = <N extends Name>(name: N, listener: (data: Messages[N]) => void) => {
  const known: Set<(data: Messages[N]) => void> = listeners[name]
  known.add(listener)
  return () => void known.delete(listener)
}

const emit = <N extends Name>(name: N, data: Messages[N]) => {
  for (const listener of listeners[name] as Set<(data: Messages[N]) => void>) listener(data)
}

type Passed =
  | { readonly is: "message"; readonly name: Name; readonly data: unknown }
  | { readonly is: "connection"; readonly state: Connection["state"] }
  | { readonly is: "hello" }

const setState = (state: Connection["state"]) => {
  const before = connection.get()
  if (state === "lost" && before.state === "lost") return
  connection.set({ state, asOf: state === "lost" ? before.asOf : Date.now() })
}

const reconnectMillis = 2_000

/** Opens the stream and reopens it when the browser gave up; tells other tabs all it hears. */
const own = (channel: BroadcastChannel) => {
  const tell = (message: Passed) => channel.postMessage(message)
  const heard = (state: Connection["state"]) => {
    setState(state)
    tell({ is: "connection", state })
  }
  channel.onmessage = (event: MessageEvent<Passed>) => {
    if (event.data.is === "hello") tell({ is: "connection", state: connection.get().state })
  }
  /** A stream does not tell why it was refused; a call does, and a page without its token stops asking. */
  const reopen = async () => {
    await api("GET", "/clock").catch(() => {})
    if (!locked.get()) open(false)
  }
  const open = (first: boolean) => {
    const source = new EventSource("/api/v1/events")
    let again = !first
    source.onopen = () => {
      heard("live")
      // After a gap what is on the screen may be old: before the first change there was no id to resume from.
      if (again) {
        emit("reset", null)
        tell({ is: "message", name: "reset", data: null })
      }
      again = true
    }
    source.onerror = () => {
      heard("lost")
      if (source.readyState !== EventSource.CLOSED) return
      source.close()
      setTimeout(() => void reopen(), reconnectMillis)
    }
    for (const name of names) {
      source.addEventListener(name, (event) => {
        const data: unknown = name === "reset" ? null : JSON.parse(String(event.data))
        emit(name, data as Messages[typeof name])
        tell({ is: "message", name, data })
      })
    }
  }
  return open
}

const follow = (channel: BroadcastChannel) => {
  channel.onmessage = (event: MessageEvent<Passed>) => {
    const message = event.data
    if (message.is === "connection") setState(message.state)
    if (message.is === "message") emit(message.name, message.data as Messages[Name])
  }
  channel.postMessage({ is: "hello" } satisfies Passed)
}

/** Called once, at the start of the page. */
export const startEvents = () => {
  const channel = new BroadcastChannel("linkseal.events")
  let following = false
  const lead = () => own(channel)(!following)
  if (navigator.locks === undefined) return lead()
  const waitTurn = setTimeout(() => {
    following = true
    follow(channel)
  }, 150)
  void navigator.locks.request("linkseal.events", () => {
    clearTimeout(waitTurn)
    lead()
    return new Promise<never>(() => {})
  })
}
