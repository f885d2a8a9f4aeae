/** The store could not do what was asked: nothing of it happened. Whether to try again is the caller's policy. */
import * as Data from "effect/Data"

export class StoreError extends Data.TaggedError("StoreError")<{
  readonly operation: string
  readonly message: string
  readonly cause?: unknown
}> {}

/** What a driver says, and what made it say so: the first is often no more than that a statement failed. */
const wordsOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && !cause.message.includes(cause.cause.message)
    ? `${cause.message}: ${cause.cause.message}`
    : cause.message
}

export const storeError = (operation: string) => (cause: unknown) =>
  cause instanceof StoreError
    ? cause
    : new StoreError({
        operation,
        message: `the store failed to ${operation}: ${wordsOf(cause)}`,
        cause,
      })
