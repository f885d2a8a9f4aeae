/** The store could not do what was asked: nothing of it happened. Whether to try again is the caller's policy. */
import * as Data from "effect/Data"

export class StoreError extends Data.TaggedError("StoreError")<{
  readonly operation: string
  readonly message: string
  readonly cause?: unknown
}> {}

export const storeError = (operation: string) => (cause: unknown) =>
  cause instanceof StoreError
    ? cause
    : new StoreError({
        operation,
        message: `the store failed to ${operation}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      })
