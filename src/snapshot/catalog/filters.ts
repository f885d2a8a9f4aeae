/**
 * The filters of the search syntax (`tag:`, `before:`, ...): their names in English and Chinese, and what a value of
 * each means. Pure.
 */
import { linkStates, type LinkState } from "../Link.ts"
import { parseDateRange, parseSpan } from "./dates.ts"
import type { Field, Query } from "./query.ts"

const keys = {
  tag: ["tag", "标签", "標籤"],
  site: ["site", "站点", "网站", "站點"],
  state: ["state", "状态", "狀態"],
  type: ["type", "类型", "類型"],
  lang: ["lang", "语言", "語言"],
  before: ["before", "早于", "之前"],
  after: ["after", "晚于", "之后"],
  added: ["added", "添加", "添加于"],
  versions: ["versions", "版本"],
  is: ["is", "是"],
  in: ["in", "在"],
} as const
export type Key = keyof typeof keys

export const keyByName = new Map<string, Key>(
  (Object.keys(keys) as Array<Key>).flatMap((key) => keys[key].map((name) => [name as string, key] as const)),
)

const stateNames = new Map<string, LinkState>([
  ...linkStates.map((state) => [state, state] as const),
  ["saved", "archived"],
  ["已存档", "archived"],
  ["存疑", "doubtful"],
  ["失败", "failed"],
  ["抓取中", "capturing"],
  ["排队中", "queued"],
  ["已取消", "cancelled"],
  ["已删除", "removed"],
])

export const fieldNames = new Map<string, Field>([
  ["title", "title"],
  ["text", "text"],
  ["note", "note"],
  ["url", "url"],
  ["tag", "tag"],
  ["标题", "title"],
  ["正文", "text"],
  ["备注", "note"],
  ["网址", "url"],
  ["标签", "tag"],
])

export interface Filter {
  readonly query: Query
  readonly hint: string | null
}

/** The only errors a filter's value can have: a date that is none, and a state that there is not. */
export interface BadValue {
  readonly refused: string
}

export const makeFilter = (
  key: Exclude<Key, "in">,
  value: { readonly text: string; readonly quoted: boolean },
): Filter | BadValue | null => {
  const text = value.text.trim()
  const is = (query: Query, hint: string | null = null): Filter => ({ query, hint })
  switch (key) {
    case "tag":
      return !value.quoted && /^(none|无)$/i.test(text)
        ? is({ _tag: "NoTags" })
        : is({ _tag: "Tag", name: text })
    case "site":
      return is({ _tag: "Site", site: text })
    case "type":
      return is({ _tag: "Type", type: text.toLowerCase() })
    case "lang":
      return is({ _tag: "Language", lang: text.toLowerCase() })
    case "state":
      return stateFilter(text)
    case "is":
      if (/^(untagged|无标签)$/i.test(text)) return is({ _tag: "NoTags" })
      if (/^(partial|不完整)$/i.test(text)) return is({ _tag: "Partial" })
      return stateFilter(text)
    case "before":
    case "after":
    case "added":
      return dateFilter(key, text)
    case "versions":
      return versionsFilter(text)
  }
}

const stateFilter = (text: string): Filter | BadValue => {
  const names = text.split(/[,，、]/u).map((name) => name.trim().toLowerCase())
  const states = names.flatMap((name) => stateNames.get(name) ?? [])
  const unknown = names.filter((name) => name !== "" && !stateNames.has(name))
  if (unknown.length > 0)
    return { refused: `no such state: ${unknown.join(", ")}; there are ${linkStates.join(", ")}` }
  return { query: { _tag: "State", states }, hint: null }
}

const dateFilter = (key: "before" | "after" | "added", text: string): Filter | BadValue => {
  const span = parseSpan(text)
  if (span !== null) {
    const lately: Query = { _tag: "AddedWithin", millis: span }
    return { query: key === "before" ? { _tag: "Not", of: lately } : lately, hint: null }
  }
  const range = parseDateRange(text)
  if (range === null)
    return {
      refused: `${key}: takes a date like 2026, 2026-01 or 2026-01-15, or a span like 7d; not "${text}"`,
    }
  const from = key === "before" ? null : range.from
  const until = key === "before" ? range.from : key === "after" ? null : range.until
  return { query: { _tag: "Added", from, until }, hint: null }
}

const versionsFilter = (text: string): Filter => {
  const parts = /^(<=|>=|<|>|=|≤|≥)?\s*(\d{1,9})$/u.exec(text.replaceAll("＞", ">").replaceAll("＜", "<"))
  if (parts === null) {
    return {
      query: { _tag: "Versions", compare: "<", count: 0 },
      hint: "versions: takes a number like 3 or >1",
    }
  }
  const sign = parts[1] === "≤" ? "<=" : parts[1] === "≥" ? ">=" : (parts[1] ?? "=")
  return {
    query: { _tag: "Versions", compare: sign as "<" | "<=" | "=" | ">=" | ">", count: Number(parts[2]) },
    hint: null,
  }
}
