/** Links as a reader would have them: two scripts, every state, reasons that happen. Seeded: the same every time. */
import type { Entry, Hit, Link, LinkDetail, LinkState } from "../../../src/snapshot/Link.ts"
import type { Artefact, Snapshot } from "../../../src/snapshot/Snapshot.ts"

const pages: ReadonlyArray<readonly [title: string, url: string, tags: ReadonlyArray<string>]> = [
  ["Write-Ahead Logging", "https://www.sqlite.org/wal.html", ["sqlite", "storage"]],
  ["SQLite 数据库的写前日志：原理与实践", "https://zhuanlan.example.cn/p/31415926", ["sqlite", "存储"]],
  [
    "Filecoin Spec: Sector sealing",
    "https://spec.filecoin.io/systems/filecoin_mining/sector/sealing/",
    ["filecoin"],
  ],
  [
    "The Design of a Practical System for Fault-Tolerant Virtual Machines",
    "https://pdos.csail.mit.edu/6.824/papers/vm-ft.pdf",
    ["papers"],
  ],
  ["网页快照为何会消失：一份十年的观察", "https://www.bbtnews.example.cn/2025/web-decay", ["存档", "研究"]],
  [
    "What every programmer should know about memory",
    "https://lwn.net/Articles/250967/",
    ["hardware", "papers"],
  ],
  ["Effect: Supervised fibers", "https://effect.website/docs/concurrency/fibers/", ["effect", "typescript"]],
  ["日本語の組版処理の要件", "https://www.w3.org/TR/jlreq/", ["typography"]],
  [
    "Requirements for Chinese Text Layout 中文排版需求",
    "https://www.w3.org/TR/clreq/",
    ["typography", "中文"],
  ],
  ["Jepsen: etcd 3.4.3", "https://jepsen.io/analyses/etcd-3.4.3", ["testing", "papers"]],
  [
    "Debian 参考手册",
    "https://www.debian.org/doc/manuals/debian-reference/index.zh-cn.html",
    ["debian", "中文"],
  ],
  [
    "gen_statem — the generic state machine of OTP",
    "https://www.erlang.org/doc/apps/stdlib/gen_statem.html",
    ["erlang", "actors"],
  ],
  [
    "Simulation testing at TigerBeetle",
    "https://tigerbeetle.com/blog/2023-07-06-simulation-testing-for-liveness/",
    ["testing"],
  ],
  ["如何阅读一篇论文", "https://blog.example.cn/read-a-paper", ["papers", "中文"]],
  [
    "Little's Law as Viewed on Its 50th Anniversary",
    "https://people.cs.umass.edu/~emery/classes/cmpsci691st/readings/OS/Littles-Law-50-Years-Later.pdf",
    ["queueing", "papers"],
  ],
  ["SimPy: Discrete event simulation", "https://simpy.readthedocs.io/en/latest/", ["simulation"]],
  ["RFC 9110: HTTP Semantics", "https://www.rfc-editor.org/rfc/rfc9110.html", ["http", "standards"]],
  ["存储证明的经济学", "https://research.example.cn/proof-of-storage", ["filecoin", "研究"]],
  [
    "Colour and contrast accessibility",
    "https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum.html",
    ["accessibility", "standards"],
  ],
  ["The Unreasonable Effectiveness of Plain Text", "https://www.example.org/plain-text", ["writing"]],
]

/** @public The pictures of the documentation are taken at this time. */
export const baseTime = Date.parse("2026-11-22T14:02:11.000Z")

const special: Readonly<Record<number, readonly [LinkState, string?]>> = {
  0: ["capturing"],
  1: ["storing"],
  2: ["probing"],
  3: ["queued"],
  6: ["failed", "connection-refused"],
  9: ["doubtful"],
  13: ["failed", "http-404"],
  17: ["cancelled"],
  21: ["failed", "blocked-address"],
}

const messages: Readonly<Record<string, string>> = {
  "connection-refused": "The server at this address refused the connection; it may be down.",
  "http-404": "The server answered 404: the page does not exist any more.",
  "blocked-address": "169.254.169.254 is not a public address; allow it with --allow-host if you mean it.",
}

const sha = (seed: number) =>
  Array.from({ length: 64 }, (_, at) => ((seed * 7 + at * 13 + at * at * seed) % 16).toString(16)).join("")

const artefact = (name: Artefact["name"], mediaType: string, bytes: number, seed: number): Artefact => ({
  name,
  mediaType,
  bytes,
  sha256: sha(seed + bytes),
  status: "ok",
  reason: null,
})

const without = (
  name: Artefact["name"],
  mediaType: string,
  status: "skipped" | "failed",
  reason: string,
): Artefact => ({
  name,
  mediaType,
  bytes: 0,
  sha256: "",
  status,
  reason,
})

const artefactsOf = (seed: number, url: string, broken: boolean): ReadonlyArray<Artefact> =>
  url.endsWith(".pdf")
    ? [
        artefact("original", "application/pdf", 412_031 + seed * 991, seed),
        artefact("metadata.json", "application/json", 804, seed),
      ]
    : [
        artefact("page.html", "text/html", 820_114 + seed * 1_231, seed),
        broken
          ? without("screenshot", "image/jpeg", "failed", "it was not ready after 20 s")
          : artefact("screenshot", "image/jpeg", 244_801 + seed * 331, seed),
        artefact("thumbnail", "image/jpeg", 18_202, seed),
        artefact("article.txt", "text/plain", 14_551 + seed, seed),
        artefact("metadata.json", "application/json", 1_204, seed),
        artefact("favicon", "image/png", 942, seed),
        without("original", "application/octet-stream", "skipped", "the link is a page"),
      ]

const snapshotOf = (
  id: string,
  version: number,
  seed: number,
  url: string,
  good: boolean,
  at: number,
): Snapshot => {
  const artefacts = artefactsOf(seed, url, seed % 11 === 8)
  return {
    id: `${id}-v${version}`,
    version,
    takenAt: new Date(at).toISOString(),
    finalUrl: url,
    httpStatus: 200,
    verdict: good ? { kind: "good", reasons: [] } : { kind: "doubtful", reasons: ["login wall"] },
    artefacts,
    bytes: artefacts.reduce((sum, each) => sum + each.bytes, 0),
    millis: 3_410 + seed * 37,
    partial: false,
  }
}

const timelineOf = (state: LinkState, start: number, failure: Link["failure"]): ReadonlyArray<Entry> => {
  const steps: ReadonlyArray<
    readonly [event: string, from: string, to: string, after: number, detail: unknown]
  > = [
    ["LinkAdded", "", "queued", 0, null],
    ["CaptureStarted", "queued", "probing", 1_800, null],
    ["Probed", "probing", "capturing", 2_650, { mediaType: "text/html", httpStatus: 200 }],
    ["Captured", "capturing", "storing", 6_810, { version: 1, bytes: 1_094_213, millis: 4_160 }],
    [
      "SnapshotStored",
      "storing",
      "archived",
      6_990,
      { version: 1, bytes: 1_094_213, partial: false, verdict: { kind: "good", reasons: [] } },
    ],
    ["SnapshotRequested", "archived", "queued", 42_000, null],
    ["SnapshotUnchanged", "storing", "archived", 46_500, { version: 1 }],
  ]
  const upTo = { queued: 1, probing: 2, capturing: 3, storing: 4 }[state as "queued"]
  const done = state === "failed" || state === "cancelled" ? 2 : (upTo ?? steps.length)
  const entries = steps.slice(0, done).map(([event, from, to, after, detail]) => ({
    at: new Date(start + after).toISOString(),
    event,
    from,
    to,
    detail,
  }))
  if (failure !== null)
    entries.push({
      at: new Date(start + 4_020).toISOString(),
      event: "CaptureFailed",
      from: "probing",
      to: "failed",
      detail: failure,
    })
  if (state === "cancelled")
    entries.push({
      at: new Date(start + 4_020).toISOString(),
      event: "CancelRequested",
      from: "probing",
      to: "cancelled",
      detail: null,
    })
  return entries
}

/** Newest first, as the daemon lists them. */
export const makeLinks = (count: number, now: number = baseTime): Array<LinkDetail> =>
  Array.from({ length: count }, (_, index) => {
    const [title, address, tags] = pages[index % pages.length] as (typeof pages)[number]
    const round = Math.floor(index / pages.length)
    const url = round === 0 ? address : `${address}${address.includes("?") ? "&" : "?"}p=${round}`
    const [state, code] =
      special[index] ?? (index % 29 === 27 ? (["doubtful"] as const) : (["archived"] as const))
    const id = `k${String(count - index).padStart(5, "0")}`
    const addedAt = now - index * index * 41_000 - index * 97_000 - 12_000
    const failure =
      code === undefined
        ? null
        : {
            code,
            message: messages[code] ?? code,
            retryAt: code === "connection-refused" ? new Date(now + 247_000).toISOString() : null,
          }
    const versions = state === "archived" || state === "doubtful" ? 1 + ((index * 5) % 4) : 0
    const snapshots = Array.from({ length: versions }, (_each, at) => {
      const version = versions - at
      const good = state !== "doubtful" || at > 0
      return snapshotOf(
        id,
        version,
        index + version,
        url,
        good,
        addedAt + 7_000 + ((version - 1) * (now - addedAt - 7_000)) / (versions + 0.5),
      )
    })
    const busy = ["queued", "probing", "failed", "cancelled"].includes(state)
    return {
      id,
      url,
      title: busy && index < 22 && code !== "http-404" ? "" : round === 0 ? title : `${title} (${round + 1})`,
      note: index === 4 ? "与去年的调查对照：有多少链接已经失效？" : "",
      state,
      tags: [...tags],
      addedAt: new Date(addedAt).toISOString(),
      updatedAt: new Date(addedAt + 7_000).toISOString(),
      failure,
      latest: snapshots[0] ?? null,
      snapshots,
      checkedAt: null,
      timeline: timelineOf(state, addedAt, failure),
    }
  })

export const plainLink = ({
  checkedAt: _checkedAt,
  snapshots: _snapshots,
  timeline: _timeline,
  ...link
}: LinkDetail): Link => link

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const bodies = [
  "In WAL mode the original content is preserved in the database file and changes are appended. 网页快照 keeps what a page said on the day you read it.",
  "我们跟踪了一万个链接，十年后只有不到四成还能打开；网页快照保存了其余的内容。",
  "A sector is a contiguous array of bytes that a provider puts together, seals and proves. <script>alert(1)</script> is text here.",
]

export const searchLinks = (links: ReadonlyArray<LinkDetail>, query: string): ReadonlyArray<Hit> => {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
  return links.flatMap((link, index) => {
    const body = bodies[index % bodies.length] as string
    const all = `${link.title} ${link.url} ${body}`.toLowerCase()
    if (!words.every((word) => all.includes(word))) return []
    const word = words[0] ?? ""
    const at = body.toLowerCase().indexOf(word)
    const excerpt =
      at < 0
        ? escapeHtml(body)
        : `${escapeHtml(body.slice(0, at))}<mark>${escapeHtml(body.slice(at, at + word.length))}</mark>${escapeHtml(body.slice(at + word.length))}`
    return [{ link: plainLink(link), excerpt, field: "text" as const }]
  })
}
