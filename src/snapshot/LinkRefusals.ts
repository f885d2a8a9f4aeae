/** Why a verb of the link keeper is refused. Each message is a clause for the user; HTTP and the command map them by tag. */
import * as Data from "effect/Data"
import type { LinkState } from "./Link.ts"

/** No link, snapshot or tag of that name. HTTP 404. */
export class NotFound extends Data.TaggedError("NotFound")<{
  readonly what: "link" | "snapshot" | "artefact" | "tag" | "change" | "version" | "schedule"
  readonly id: string
}> {
  override get message() {
    return `no ${this.what} ${this.id}`
  }
}

/** The link's state does not allow it. HTTP 409. */
export class NotInThisState extends Data.TaggedError("NotInThisState")<{
  readonly id: string
  readonly state: LinkState
  readonly verb: string
}> {
  override get message() {
    return `link ${this.id} is ${this.state}: cannot ${this.verb}`
  }
}

/** An argument that cannot be taken: a text that is not an http(s) URL, an unreadable query or cursor. HTTP 400. */
export class BadRequest extends Data.TaggedError("BadRequest")<{
  readonly message: string
  readonly position?: number
}> {}

/** There are no two versions to compare, or their files cannot be read. HTTP 409. */
export class CannotCompare extends Data.TaggedError("CannotCompare")<{
  readonly id: string
  readonly message: string
}> {}
