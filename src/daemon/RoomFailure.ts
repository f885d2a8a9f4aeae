/** A room does not come up; the daemon does not start, and says why in one line. */
import * as Data from "effect/Data"

export class RoomFailure extends Data.TaggedError("RoomFailure")<{ readonly message: string }> {}
