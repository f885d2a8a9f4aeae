/** The lines of a link's timeline in words: the events of the link machine, and of each what is worth telling. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { bytes, duration, exact } from "../lib/format.ts"
import type { Entry } from "../lib/types.ts"
import { failureWord } from "../links/failures.ts"
import { doubtWords } from "../links/states.ts"

export const eventWords: Readonly<Record<string, MessageDescriptor>> = {
  LinkAdded: msg`added`,
  CaptureStarted: msg`its turn has come`,
  Probed: msg`the address answered`,
  Captured: msg`captured`,
  SnapshotStored: msg`a version was kept`,
  SnapshotUnchanged: msg`checked, unchanged`,
  VersionsMerged: msg`versions of another link joined`,
  PagePushed: msg`a browser sent the page`,
  CaptureFailed: msg`the capture failed`,
  RetryDue: msg`tried again by itself`,
  RetryRequested: msg`retry asked for`,
  SnapshotRequested: msg`new version asked for`,
  CancelRequested: msg`cancelled by hand`,
  RemoveRequested: msg`removed by hand`,
  Removed: msg`out of the lists`,
  Restored: msg`brought back`,
  LinkEdited: msg`title, note or tags changed`,
  LinkTagged: msg`tags changed`,
  LinksMerged: msg`joined with another link`,
}

type Say = (text: MessageDescriptor) => string
type Detail = Readonly<Record<string, unknown>>

const sizeOf = ({ bytes: size }: Detail) => (typeof size === "number" && size > 0 ? bytes(size) : "")
const timeOf = ({ millis }: Detail) => (typeof millis === "number" && millis > 0 ? duration(millis) : "")
const versionOf = ({ version }: Detail, say: Say) => {
  if (typeof version !== "number") return ""
  const number = exact(version)
  return say(msg`version ${number}`)
}

const doubtsOf = ({ verdict }: Detail, say: Say): ReadonlyArray<string> => {
  const reasons =
    typeof verdict === "object" && verdict !== null && "reasons" in verdict ? verdict.reasons : []
  return Array.isArray(reasons)
    ? reasons.map((reason: unknown) => {
        const word = doubtWords[String(reason)]
        return word === undefined ? String(reason) : say(word)
      })
    : []
}

const mergedOf = ({ versions }: Detail): string =>
  Array.isArray(versions) ? versions.map((each: unknown) => `v${String(each)}`).join(", ") : ""

const statusOf = ({ httpStatus, status }: Detail) => {
  const code = httpStatus ?? status
  return typeof code === "number" && code > 0 ? `HTTP ${code}` : ""
}

/** What an entry adds to its event, in a few words; "" when there is nothing. */
export const detailWords = ({ event, detail }: Entry, say: Say): string => {
  if (typeof detail !== "object" || detail === null) return ""
  const facts = detail as Detail
  const parts: ReadonlyArray<string> = (() => {
    switch (event) {
      case "Probed":
        return [statusOf(facts), typeof facts["mediaType"] === "string" ? facts["mediaType"] : ""]
      case "Captured":
        return [versionOf(facts, say), sizeOf(facts), timeOf(facts)]
      case "SnapshotStored":
        return [
          versionOf(facts, say),
          sizeOf(facts),
          ...doubtsOf(facts, say),
          facts["partial"] === true ? say(msg`partial`) : "",
        ]
      case "SnapshotUnchanged":
        return [versionOf(facts, say)]
      case "VersionsMerged":
        return [mergedOf(facts)]
      case "CaptureFailed":
        return [typeof facts["code"] === "string" ? failureWord(facts["code"], say) : ""]
      default:
        return []
    }
  })()
  return parts.filter((part) => part !== "").join(" · ")
}
