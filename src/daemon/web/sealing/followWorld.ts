/** Hears when sectors or the clock of the sealing world move. */
import { onMessage } from "../lib/events.ts"

const againMillis = 1_000

/** Calls `load` after the world has moved, at most once a second, and at once when the stream starts anew. */
export const followWorld = (load: () => void): { readonly later: () => void; readonly stop: () => void } => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      load()
    }, againMillis)
  }
  const stops = [
    onMessage("reset", load),
    onMessage("clock", later),
    onMessage("change", ({ kind }) => {
      if (kind === "sector") later()
    }),
  ]
  return {
    later,
    stop: () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    },
  }
}
