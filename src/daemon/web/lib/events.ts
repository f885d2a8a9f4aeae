/**
 * The daemon's event stream, one connection for all tabs: the tab that holds the lock owns the `EventSource` and passes
 * its messages on, for a browser allows six connections to a host. `reset` means: what you show may be old, ask again.
 * Nothing falls between an answer and the stream: answers say what place in the journal they are as of, and the stream
 * says where it starts.
 */
import { api, locked, onAnswer } from "./api.ts"
import { Store } from "./Store.ts"
import type { Change, ClockDocument, Progress, Queue } from "./types.ts"

export interface Messages {
  readonly change: Change
  readonly queue: Queue
  readonly clock: ClockDocument
  readonly progress: Progress
  /** The daemon says from where on its journal is told; null when the page itself asks for it. */
  readonly reset: { readonly seq: number } | null
  /** Where a stream begins that resumes nothing: it tells the changes after `seq`. */
  readonly start: { readonly seq: number }
}
type Name = keyof Messages
const names: ReadonlyArray<Name> = ["change", "queue", "clock", "progress", "reset", "start"]

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
  start: new Set(),
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

/** Up to here the journal was heard; null before this tab heard anything. */
let heardTo: number | null = null
/** What the oldest answer is as of that came before the stream began. */
let oldestAnswer = Number.POSITIVE_INFINITY
/** Where hearing began: an answer from before that misses what came between. */
let begunAt: number | null = null
let resetPlanned = false

/** After the answers that are arriving just now have been taken. */
const resetSoon = () => {
  if (resetPlanned) return
  resetPlanned = true
  setTimeout(() => {
    resetPlanned = false
    emit("reset", null)
  })
}

const begin = (seq: number) => {
  if (begunAt === null ? oldestAnswer < seq : (heardTo ?? 0) < seq) resetSoon()
  begunAt ??= seq
  heardTo = Math.max(heardTo ?? 0, seq)
}

onAnswer((seq) => {
  if (begunAt === null) oldestAnswer = Math.min(oldestAnswer, seq)
  else if (seq < begunAt) resetSoon()
})

/** The newest changes, for answers that were overtaken by what was heard. */
const recent: Array<Change> = []
const recentKept = 1_000

/** What was heard after that place in the journal: what an answer as of then does not know. */
export const changesAfter = (seq: number): ReadonlyArray<Change> => recent.filter((each) => each.seq > seq)

onMessage("start", ({ seq }) => begin(seq))
onMessage("reset", (from) => {
  if (from === null) return
  // Another journal, perhaps with lower numbers, as after a restore: nothing of the old one counts.
  begunAt = heardTo = from.seq
  recent.length = 0
})
onMessage("change", (change) => {
  heardTo = Math.max(heardTo ?? 0, change.seq)
  recent.push(change)
  if (recent.length > 2 * recentKept) recent.splice(0, recentKept)
})

type Passed =
  | { readonly is: "message"; readonly name: Name; readonly data: unknown }
  | { readonly is: "connection"; readonly state: Connection["state"]; readonly heardTo: number | null }
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
    tell({ is: "connection", state, heardTo })
  }
  channel.onmessage = (event: MessageEvent<Passed>) => {
    if (event.data.is === "hello") tell({ is: "connection", state: connection.get().state, heardTo })
  }
  /** A stream does not tell why it was refused; a call does, and a page without its token stops asking. */
  const reopen = async () => {
    await api("GET", "/clock").catch(() => {})
    if (!locked.get()) open(false)
  }
  const open = (first: boolean) => {
    const resume = heardTo === null ? "" : `?lastEventId=${heardTo}`
    const source = new EventSource(`/api/v1/events${resume}`)
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
        const data: unknown = JSON.parse(String(event.data))
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
    if (message.is === "connection") {
      setState(message.state)
      if (begunAt === null && message.heardTo !== null) begin(message.heardTo)
    }
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
