/** Width as state, for what CSS alone cannot decide: the height of virtual rows, board or list. */
import { useCallback, useSyncExternalStore } from "react"

export const useMedia = (query: string): boolean =>
  useSyncExternalStore(
    useCallback(
      (listener) => {
        const list = matchMedia(query)
        list.addEventListener("change", listener)
        return () => list.removeEventListener("change", listener)
      },
      [query],
    ),
    () => matchMedia(query).matches,
  )
