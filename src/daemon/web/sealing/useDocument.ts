/** A document of the sealing world that is shown and asked again when its sectors or its clock move. */
import { useCallback, useEffect, useState } from "react"
import { api } from "../lib/api.ts"
import { followWorld } from "./followWorld.ts"

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
  useEffect(() => followWorld(load).stop, [load])
  return { document, error, put: setDocument, load }
}
