/** `metadata.json`: what the page says about itself, in one form whatever vocabulary it says it in. Pure. */
import type { PageFacts } from "../inpage/facts.ts"

export interface Metadata {
  readonly url: string
  readonly finalUrl: string
  readonly canonicalUrl: string | null
  readonly httpStatus: number
  readonly takenAt: string
  readonly title: string
  readonly description: string
  readonly language: string
  readonly direction: string
  readonly siteName: string | null
  readonly authors: ReadonlyArray<string>
  readonly publishedAt: string | null
  readonly modifiedAt: string | null
  readonly keywords: ReadonlyArray<string>
  readonly image: string | null
  readonly feeds: ReadonlyArray<{ readonly url: string; readonly type: string }>
  readonly openGraph: Readonly<Record<string, ReadonlyArray<string>>>
  readonly twitter: Readonly<Record<string, ReadonlyArray<string>>>
  readonly jsonLd: ReadonlyArray<unknown>
  /** Absolute http(s) addresses that the page links to, in its order. */
  readonly links: ReadonlyArray<string>
}

type Thing = Readonly<Record<string, unknown>>

export const readMetadata = (
  facts: PageFacts,
  request: {
    readonly url: string
    readonly finalUrl: string
    readonly httpStatus: number
    readonly takenAt: string
  },
): Metadata => {
  const metas = grouped(facts.metas)
  const first = (...names: ReadonlyArray<string>) =>
    names.map((name) => metas.get(name)?.[0]).find((value) => value !== undefined && value !== "") ?? null
  const jsonLd = facts.jsonLd.flatMap(parseJsonLd)
  const things = jsonLd.flatMap(flatten)
  const fromThings = (...names: ReadonlyArray<string>) =>
    things.flatMap((thing) => names.map((name) => textOf(thing[name]))).find((value) => value !== null) ??
    null
  const canonical = facts.links.find(({ rel }) => rel.split(" ").includes("canonical"))?.href
  return {
    ...request,
    canonicalUrl: canonical ?? first("og:url"),
    title:
      facts.title ||
      first("og:title", "twitter:title") ||
      fromThings("headline", "name") ||
      facts.headings[0] ||
      "",
    description:
      first("description", "og:description", "twitter:description") ?? fromThings("description") ?? "",
    language: facts.language || (first("og:locale", "language") ?? "").replace("_", "-"),
    direction: facts.direction,
    siteName: first("og:site_name", "application-name"),
    authors: authorsOf(metas, things),
    publishedAt:
      first("article:published_time", "date", "dc.date", "dcterms.created", "datepublished", "pubdate") ??
      fromThings("datePublished", "dateCreated") ??
      facts.times[0] ??
      null,
    modifiedAt:
      first("article:modified_time", "last-modified", "dcterms.modified", "datemodified") ??
      fromThings("dateModified"),
    keywords: (first("keywords", "news_keywords") ?? "")
      .split(/[,，、;]/)
      .map((word) => word.trim())
      .filter((word) => word !== "")
      .slice(0, 100),
    image: first("og:image", "og:image:url", "twitter:image") ?? fromThings("image", "thumbnailUrl"),
    feeds: facts.links
      .filter(({ rel, type }) => rel.split(" ").includes("alternate") && /rss|atom|json/.test(type))
      .map(({ href, type }) => ({ url: href, type })),
    openGraph: withPrefix(metas, /^(og|article|book|profile|video|music):/),
    twitter: withPrefix(metas, /^twitter:/),
    jsonLd,
    links: facts.anchors,
  }
}

const grouped = (metas: PageFacts["metas"]): ReadonlyMap<string, ReadonlyArray<string>> => {
  const groups = new Map<string, Array<string>>()
  for (const [name, content] of metas) groups.set(name, [...(groups.get(name) ?? []), content])
  return groups
}

const withPrefix = (metas: ReadonlyMap<string, ReadonlyArray<string>>, prefix: RegExp) =>
  Object.fromEntries([...metas].filter(([name]) => prefix.test(name)))

const parseJsonLd = (text: string): ReadonlyArray<unknown> => {
  try {
    return [JSON.parse(text) as unknown]
  } catch {
    return []
  }
}

const maxThings = 200

/** The things of a JSON-LD text, those in lists and `@graph` included. */
const flatten = (value: unknown): ReadonlyArray<Thing> => {
  const things: Array<Thing> = []
  const queue: Array<unknown> = [value]
  while (queue.length > 0 && things.length < maxThings) {
    const next = queue.shift()
    if (Array.isArray(next)) queue.push(...(next.slice(0, maxThings) as Array<unknown>))
    else if (typeof next === "object" && next !== null) {
      things.push(next as Thing)
      queue.push((next as Thing)["@graph"])
    }
  }
  return things
}

const textOf = (value: unknown): string | null => {
  if (typeof value === "string") return value.trim() === "" ? null : value.trim()
  if (Array.isArray(value)) return textOf(value[0])
  if (typeof value !== "object" || value === null) return null
  return textOf((value as Thing)["name"] ?? (value as Thing)["url"])
}

const authorsOf = (
  metas: ReadonlyMap<string, ReadonlyArray<string>>,
  things: ReadonlyArray<Thing>,
): ReadonlyArray<string> => {
  const named = ["author", "article:author", "dc.creator", "citation_author", "twitter:creator"].flatMap(
    (name) => metas.get(name) ?? [],
  )
  const said = things.flatMap(({ author }) => (Array.isArray(author) ? author : [author]).map(textOf))
  return [...new Set([...named, ...said].filter((name) => name !== null && name !== ""))].slice(
    0,
    50,
  ) as Array<string>
}
