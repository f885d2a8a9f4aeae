/** The present, ticking: one interval for the whole page, running only while somebody looks at it. */
import { useSyncExternalStore } from "react"

const ticker = (millis: number) => {
  let value = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    timer ??= setInterval(() => {
      value = Date.now()
      for (const each of listeners) each()
    }, millis)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0 || timer === undefined) return
      clearInterval(timer)
      timer = undefined
    }
  }
  return { subscribe, get: () => value }
}

const slow = ticker(20_000)
const fast = ticker(250)

/** For "3 minutes ago". */
export const useSlowNow = (): number => useSyncExternalStore(slow.subscribe, slow.get)
/** For countdowns and clocks. */
export const useFastNow = (): number => useSyncExternalStore(fast.subscribe, fast.get)
