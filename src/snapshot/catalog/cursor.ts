/** Opaque cursors: where the next page goes on. Their content is nobody's business outside, so it may change. */
import * as Effect from "effect/Effect"
import { BadRequest } from "../LinkRefusals.ts"

export const encodeCursor = (position: ReadonlyArray<number>): string =>
  Buffer.from(JSON.stringify(position)).toString("base64url")

/** The numbers of a cursor made by `encodeCursor` with `length` of them. */
export const decodeCursor = (
  cursor: string,
  length: number,
): Effect.Effect<ReadonlyArray<number>, BadRequest> =>
  Effect.suspend(() => {
    try {
      const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))
      if (
        Array.isArray(position) &&
        position.length === length &&
        position.every((each) => typeof each === "number")
      ) {
        return Effect.succeed(position as ReadonlyArray<number>)
      }
    } catch {
      // Answered below, as any other text that is no cursor.
    }
    return Effect.fail(new BadRequest({ message: "the cursor is not one of ours: take it from nextCursor" }))
  })
