/**
 * The table of the link machine. A link that waits is `queued`, a state without a step: the capture queue sends
 * `CaptureStarted` when it is its turn. Probing, capturing and storing are steps; each ends in an event. What comes
 * too late for a state (a retry of a link that is gone, the result of a cancelled capture) is ignored.
 */
import * as Table from "../actors/Table.ts"
import { planner } from "../actors/tablePlanner.ts"
import { linkEvents, type LinkEvent, type LinkRecord, type RestedState } from "./LinkRecord.ts"

type State = LinkRecord["state"]

const withState = (link: LinkRecord, state: State): LinkRecord => ({ ...link, state })
const rows = Table.rowsOf<LinkRecord, LinkEvent, State>(withState)

const resting = ["archived", "doubtful", "failed", "cancelled"] as const

/** Ready for a new version; a pushed page that was not kept yet waits on. */
const fresh = (link: LinkRecord): LinkRecord => ({ ...link, attempts: 0, job: null, failure: null })

/** The page that was pushed, if any, is kept. */
const kept = (link: LinkRecord): LinkRecord => ({ ...fresh(link), pushed: null })

/** Nothing is under way or waits any more. */
const done = (link: LinkRecord): LinkRecord => ({ ...kept(link), pushes: [] })

/** What was under way is over: the next of the pages that were pushed meanwhile has its turn, else the link rests. */
const onward = <Rest extends State>(rest: Rest, link: LinkRecord): readonly [Rest | "queued", LinkRecord] => {
  const [next, ...pushes] = link.pushes
  return next === undefined ? [rest, link] : ["queued", { ...fresh(link), pushed: next, pushes }]
}

/** A pushed page that waits behind what is under way; the same page twice in a row is one. */
const behind = (link: LinkRecord, sha256: string): LinkRecord =>
  (link.pushes.at(-1) ?? link.pushed) === sha256 ? link : { ...link, pushes: [...link.pushes, sha256] }

/** A pushed page of a link that waits or rests. */
const pushed = (link: LinkRecord, sha256: string): LinkRecord =>
  link.pushed === null ? { ...link, pushed: sha256 } : behind(link, sha256)

/** Another try of the same version. */
const again = (link: LinkRecord): LinkRecord => ({ ...link, job: null, failure: null })

const stopped = (link: LinkRecord): LinkRecord => ({
  ...link,
  job: null,
  failure: null,
  pushed: null,
  pushes: [],
})

const restedOf = (link: LinkRecord): RestedState =>
  (resting as ReadonlyArray<State>).includes(link.state) ? (link.state as RestedState) : "cancelled"

export const linkTable = Table.make<LinkRecord, LinkEvent, State>({
  kind: "link",
  initial: "new",
  stateOf: (link) => link.state,
  withState,
  events: linkEvents,
  states: {
    new: { step: null, category: "initial", meaning: "Nothing is known but the id." },
    queued: { step: null, category: "waits", meaning: "Waits for its turn; the capture queue starts it." },
    probing: {
      step: "probe",
      category: "work",
      meaning: "Asks the address what it is: page or file, size, type.",
    },
    capturing: {
      step: "capture",
      category: "work",
      meaning: "A browser has the page open, or the file is fetched.",
    },
    storing: {
      step: "store",
      category: "work",
      meaning: "The files are there; the manifest makes them a version.",
    },
    archived: { step: null, category: "good", meaning: "The newest version is good." },
    doubtful: {
      step: null,
      category: "doubtful",
      meaning: "Captured, but it looks like a wall or an error page.",
    },
    failed: {
      step: null,
      category: "failed",
      meaning: "Nothing worth keeping came; perhaps a retry is planned.",
    },
    cancelled: { step: null, category: "gone", meaning: "Somebody stopped the capture." },
    removing: {
      step: "remove",
      category: "leaving",
      meaning: "It leaves the lists, and its files if for ever.",
    },
    removed: {
      step: null,
      category: "gone",
      meaning: "Out of the lists; it can be brought back unless for ever.",
    },
  },
  rows: [
    rows.on(["new", "removed"], "LinkAdded", "queued", (link, event) => ({
      ...fresh(link),
      url: event.url,
      addedAt: event.at,
      version: link.forEver ? 0 : link.version,
      hasGood: !link.forEver && link.hasGood,
      forEver: false,
      rested: null,
      pushed: event.pushed ?? null,
      pushes: [],
    })),

    rows.on("queued", "CaptureStarted", "probing", (link, event) => ({
      ...link,
      job: { snapshotId: event.snapshotId, version: link.version + 1, probe: null, captured: null },
    })),
    rows.on("probing", "Probed", "capturing", (link, event) => ({
      ...link,
      job: { ...link.job!, probe: event.probe },
    })),
    rows.on("capturing", "Captured", "storing", (link, event) => ({
      ...link,
      job: { ...link.job!, captured: event.captured },
    })),
    rows.choose("storing", "SnapshotStored", ["archived", "doubtful", "queued"], (link, { captured }) => {
      const good = captured.snapshot.verdict.kind === "good"
      const version = Math.max(link.version, captured.snapshot.version)
      const stored = { ...kept(link), version, hasGood: link.hasGood || good }
      return onward(good ? "archived" : "doubtful", stored)
    }),
    rows.choose(
      "storing",
      "SnapshotUnchanged",
      ["archived", "doubtful", "queued"],
      (link, { verdict = "good" }) => onward(verdict === "good" ? "archived" : "doubtful", kept(link)),
    ),
    rows.choose(
      ["probing", "capturing", "storing"],
      "CaptureFailed",
      ["failed", "queued"],
      (link, { failure }) => {
        const failed = { ...link, job: null, attempts: link.attempts + 1, failure }
        // A pushed page is tried again before those behind it; its site is not, when there are pages to keep.
        const goesFirst = link.pushed !== null && failure.retryAt !== null
        return goesFirst ? ["failed", failed] : onward("failed", failed)
      },
    ),

    rows.choose([...resting], "VersionsMerged", resting, (link, event) => [
      event.rests,
      {
        ...link,
        version: Math.max(link.version, event.version),
        hasGood: event.hasGood,
        failure: event.failure,
      },
    ]),

    rows.on("failed", "RetryDue", "queued", again),
    rows.on([...resting], "RetryRequested", "queued", fresh),
    rows.on([...resting], "SnapshotRequested", "queued", done),
    rows.on([...resting], "PagePushed", "queued", (link, event) => pushed(fresh(link), event.sha256)),
    rows.apply("queued", "PagePushed", (link, event) => pushed(link, event.sha256)),
    rows.apply(["probing", "capturing", "storing"], "PagePushed", (link, event) =>
      behind(link, event.sha256),
    ),
    rows.on(["queued", "probing", "capturing", "failed"], "CancelRequested", "cancelled", stopped),

    rows.on(
      ["queued", "probing", "capturing", ...resting, "removed"],
      "RemoveRequested",
      "removing",
      (link, event) => ({
        ...stopped(link),
        failure: link.failure === null ? null : { ...link.failure, retryAt: null },
        rested: link.state === "removed" ? link.rested : restedOf(link),
        forEver: event.forEver,
      }),
    ),
    rows.on("removing", "Removed", "removed"),
    rows.choose(["removing", "removed"], "Restored", [...resting, "removing"], (link) => [
      link.forEver ? "removing" : (link.rested ?? "cancelled"),
      link,
    ]),

    rows.ignore("*", ...linkEvents),
  ].flat(),
})

export const linkPlanner = planner(linkTable)
