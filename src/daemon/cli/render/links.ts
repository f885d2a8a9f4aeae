/** Links as text: one line each in a list, everything about one in `show`. */
import type { Link, LinkDetail } from "../../../snapshot/Link.ts"
import type { Session } from "../command.ts"
import { linkStateColour } from "./paint.ts"
import { formatBytes, formatTime, pairs, table } from "./table.ts"

const remark = ({ failure, title, url }: Link) =>
  failure?.message ?? (title === "" ? url : `${title}  ${url}`)

export const linkTable = ({ io, paint }: Session, links: ReadonlyArray<Link>): string =>
  table(
    [
      { title: "ID" },
      { title: "STATE" },
      { title: "V", right: true },
      { title: "TAGS" },
      { title: "LINK", shrinks: true },
    ],
    links.map((link) => [
      link.id,
      { text: link.state, colour: linkStateColour(link.state) },
      link.latest?.version ?? "–",
      link.tags.join(", "),
      remark(link),
    ]),
    io.stdout,
    paint,
    "no links",
  )

export const linkDetail = (session: Session, link: LinkDetail): string => {
  const { io, paint } = session
  const facts = pairs(
    [
      ["id", link.id],
      ["url", link.url],
      ["title", { text: link.title, colour: "bold" }],
      ["state", { text: link.state, colour: linkStateColour(link.state) }],
      ["tags", link.tags.join(", ")],
      ["note", link.note],
      ["added", formatTime(link.addedAt)],
      ...(link.failure === null
        ? []
        : ([
            ["failure", { text: `${link.failure.code}: ${link.failure.message}`, colour: "red" }],
            ...(link.failure.retryAt === null
              ? []
              : ([["retry", formatTime(link.failure.retryAt)]] as const)),
          ] as const)),
    ],
    paint,
  )
  const versions = table(
    [
      { title: "V", right: true },
      { title: "TAKEN" },
      { title: "VERDICT" },
      { title: "SIZE", right: true },
      { title: "ARTEFACTS", shrinks: true },
    ],
    link.snapshots.map((snapshot) => [
      snapshot.version,
      formatTime(snapshot.takenAt),
      [snapshot.verdict.kind, ...snapshot.verdict.reasons, ...(snapshot.partial ? ["partial"] : [])].join(
        ", ",
      ),
      formatBytes(snapshot.bytes),
      snapshot.artefacts
        .filter(({ status }) => status === "ok")
        .map(({ name }) => name)
        .join(" "),
    ]),
    io.stdout,
    paint,
    "no snapshots",
  )
  const timeline = table(
    [{ title: "AT" }, { title: "EVENT" }, { title: "FROM" }, { title: "TO" }],
    link.timeline.map(({ at, event, from, to }) => [formatTime(at), event, from, to]),
    io.stdout,
    paint,
    "nothing happened yet",
  )
  return `${facts}\n\n${versions}\n\n${timeline}`
}
