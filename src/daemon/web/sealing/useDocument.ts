/** A document of the sealing world that is shown and asked again when its sectors or its clock move. */
import { useCallback, useEffect, useState } from "react"
import { api } from "../lib/api.ts"
import { onMessage } from "../lib/events.ts"

const againMillis = 1_000

export interface Shown<T> {
  readonly document: T | null
  readonly error: Error | null
  /** Shows what an answer brought, without asking. */
  readonly put: (document: T) => void
  readonly load: () => void
}

export const useDocument = <T>(path: string): Shown<T> => {
  const [document, setDocument] = useState<T | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const load = useCallback(
    () =>
      void api<T>("GET", path)
        .then((got) => {
          setDocument(got)
          setError(null)
        })
        .catch((cause: unknown) => setError(cause instanceof Error ? cause : new Error(String(cause)))),
    [path],
  )
  useEffect(load, [load])
  useEffect(() => {
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
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [load])
  return { document, error, put: setDocument, load }
}
