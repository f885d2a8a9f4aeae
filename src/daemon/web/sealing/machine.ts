/**
 * The sealing world as the page holds it: the table of the machine, the live counts, the list of sectors. Counts follow
 * the event stream at most four times a second; the list is asked again, never more often than once a second.
 */
import { useEffect, useState } from "react"
import { api, apiAsOf, ApiError, isAbort } from "../lib/api.ts"
import { onMessage } from "../lib/events.ts"
import { Store, useStore } from "../lib/Store.ts"
import type { Counts, Machine, SectorSummary, TableDocument } from "../lib/types.ts"
import { loadStatus, needySectors, sectorCounts, setCounts } from "../lib/world.ts"
import { followWorld } from "./followWorld.ts"

export const machine = new Store<Machine | null>(null)
export const machineError = new Store<ApiError | null>(null)

/** The zero record has no state: in the table and in print it is called so. */
const printed = (state: string) => (state === "" ? "UndefinedSectorState" : state)

/** No state of the table, so no line on the board. */
const nowhere = "@"

const machineOf = (table: TableDocument): Machine => ({
  states: table.states.map((state) => printed(state.name)),
  transitions: table.transitions
    .filter(({ from, kind }) => from !== "*" && kind !== "ignore")
    .flatMap(({ from, event, to }) =>
      // A row without a target stays where it is, or its target is known only when it happens.
      (to.length === 0 ? [nowhere] : to).map((each) => ({ from: printed(from), event, to: each })),
    ),
})

export const loadMachine = async () => {
  try {
    const { document, seq } = await apiAsOf<TableDocument>("GET", "/fsm/sector")
    machine.set(machineOf(document))
    machineError.set(null)
    setCounts("sector", document.counts, seq)
  } catch (cause) {
    machineError.set(cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause)))
  }
}

const countMillis = 250

/** The counts, at most four times a second: digits that change faster cannot be read. */
export const useCounts = (): Counts => {
  const [shown, setShown] = useState<Counts>(sectorCounts.get() ?? {})
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = () => {
      timer = undefined
      setShown(sectorCounts.get() ?? {})
    }
    show()
    const stop = sectorCounts.subscribe(() => {
      timer ??= setTimeout(show, countMillis)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
  return shown
}

/** So long after a change it is asked again how many need somebody, in milliseconds. */
const needyMillis = 2_000

/** How many sectors rest until somebody moves them. */
export const useNeedy = (): number => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onMessage("change", ({ kind }) => {
      if (kind !== "sector") return
      timer ??= setTimeout(() => {
        timer = undefined
        void loadStatus()
      }, needyMillis)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
  return useStore(needySectors)
}

const litMillis = 600
/** Beyond this many changes a second single flashes say nothing. */
const calmAbove = 40

const none: ReadonlySet<string> = new Set()

/** The edges used just now, each for 600 ms. */
export const useLit = (on: boolean): ReadonlySet<string> => {
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (!on) return
    const until = new Map<string, number>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let second = 0
    let inSecond = 0
    const show = () => {
      timer = undefined
      const now = performance.now()
      for (const [key, end] of until) if (end <= now) until.delete(key)
      setLit(new Set(until.keys()))
      if (until.size > 0) timer = setTimeout(show, litMillis / 2)
    }
    const stop = onMessage("change", ({ kind, from, to }) => {
      if (kind !== "sector" || from === to) return
      const now = performance.now()
      if (now - second > 1_000) {
        second = now
        inSecond = 0
      }
      inSecond += 1
      if (inSecond > calmAbove) return
      until.set(`${printed(from)}>${to}`, now + litMillis)
      timer ??= setTimeout(show, 60)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [on])
  return on ? lit : none
}

export interface SectorsView {
  readonly sectors: ReadonlyArray<SectorSummary> | null
  readonly error: ApiError | null
}

/** The sectors in these states (all but the removed when none is given), kept up to date. */
export const useSectors = (states: string, on: boolean): SectorsView => {
  const [view, setView] = useState<SectorsView>({ sectors: null, error: null })
  useEffect(() => {
    if (!on) return
    const calls = new AbortController()
    let busy = false
    let again = false
    const load = () => {
      if (busy) {
        again = true
        return
      }
      busy = true
      const query = states === "" ? "" : `?states=${encodeURIComponent(states)}`
      void api<{ readonly sectors: ReadonlyArray<SectorSummary> }>("GET", `/sectors${query}`, {
        signal: calls.signal,
      })
        .then(({ sectors }) => setView({ sectors, error: null }))
        .catch((cause: unknown) => {
          if (isAbort(cause)) return
          const error = cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause))
          setView((before) => ({ ...before, error }))
        })
        .finally(() => {
          busy = false
          if (again) later()
          again = false
        })
    }
    const { later, stop } = followWorld(load)
    load()
    return () => {
      calls.abort()
      stop()
    }
  }, [states, on])
  return view
}
