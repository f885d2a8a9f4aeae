/** The group of all links' machines, as the parts of the room name it. */
import type { StateGroup } from "../actors/StateGroup.ts"
import type { LinkEvent, LinkRecord } from "./LinkRecord.ts"

export type LinkGroup = StateGroup<LinkRecord, LinkEvent>
