/**
 * The keyboard: one table that binds and explains. Single keys act outside fields only, can be switched off, and never
 * during the composition of Chinese or Japanese text.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { useEffect, useRef } from "react"
import { singleKeys } from "./preferences.ts"

export type Group = "everywhere" | "list" | "link" | "sealing"

interface KeyRow {
  readonly id: string
  readonly keys: ReadonlyArray<string>
  readonly group: Group
  readonly does: MessageDescriptor
}

export const keyTable = [
  { id: "search", keys: ["/", "s"], group: "everywhere", does: msg`Search` },
  { id: "add", keys: ["n"], group: "everywhere", does: msg`Add links` },
  { id: "goLinks", keys: ["g l"], group: "everywhere", does: msg`Go to links` },
  { id: "goAdd", keys: ["g a"], group: "everywhere", does: msg`Go to add` },
  { id: "goSealing", keys: ["g s"], group: "everywhere", does: msg`Go to sealing` },
  { id: "goSettings", keys: ["g ,"], group: "everywhere", does: msg`Go to settings` },
  { id: "undo", keys: ["z"], group: "everywhere", does: msg`Undo the last removal` },
  { id: "help", keys: ["?"], group: "everywhere", does: msg`Show the keys` },
  { id: "next", keys: ["j", "ArrowDown"], group: "list", does: msg`Next row` },
  { id: "previous", keys: ["k", "ArrowUp"], group: "list", does: msg`Previous row` },
  { id: "open", keys: ["Enter"], group: "list", does: msg`Open` },
  { id: "original", keys: ["o"], group: "list", does: msg`Open the original in a new tab` },
  { id: "select", keys: ["x", " "], group: "list", does: msg`Select` },
  { id: "selectNext", keys: ["J"], group: "list", does: msg`Select and go down` },
  { id: "selectPrevious", keys: ["K"], group: "list", does: msg`Select and go up` },
  { id: "tags", keys: ["t"], group: "list", does: msg`Tags of the row or the selection` },
  { id: "again", keys: ["r"], group: "list", does: msg`New version, or retry` },
  { id: "remove", keys: ["#", "Delete"], group: "list", does: msg`Remove` },
  { id: "showNew", keys: ["."], group: "list", does: msg`Show what is new` },
  { id: "older", keys: ["["], group: "link", does: msg`Older version` },
  { id: "newer", keys: ["]"], group: "link", does: msg`Newer version` },
  { id: "compare", keys: ["d"], group: "link", does: msg`Compare with another version` },
  { id: "nextChange", keys: ["n"], group: "link", does: msg`Next change, while comparing` },
  { id: "previousChange", keys: ["p"], group: "link", does: msg`Previous change, while comparing` },
  { id: "edit", keys: ["e"], group: "link", does: msg`Edit the title` },
  { id: "pause", keys: ["p"], group: "sealing", does: msg`Pause or run the sealing clock` },
  { id: "slower", keys: [","], group: "sealing", does: msg`Slower` },
  { id: "faster", keys: [";"], group: "sealing", does: msg`Faster` },
  { id: "tab1", keys: ["1"], group: "sealing", does: msg`Board` },
  { id: "tab2", keys: ["2"], group: "sealing", does: msg`Table` },
  { id: "tab3", keys: ["3"], group: "sealing", does: msg`Batches` },
  { id: "tab4", keys: ["4"], group: "sealing", does: msg`World` },
] as const satisfies ReadonlyArray<KeyRow>

export type KeyId = (typeof keyTable)[number]["id"]
export type KeyHandlers = Partial<Record<KeyId, (event: KeyboardEvent) => void>>

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || isTextInput(target))

const isTextInput = (target: HTMLElement): boolean =>
  target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type)

/** Enter and Space belong to the control that has the focus. */
const belongsToControl = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof Element &&
  event.target.closest("a, button, input, select, summary, [role=button], [role=menuitem], [role=option]") !==
    null

const sequenceMillis = 1_200
let prefix = ""
let prefixAt = 0

const heard = (event: KeyboardEvent): string => {
  const second = prefix !== "" && event.timeStamp - prefixAt < sequenceMillis
  const text = second ? `${prefix} ${event.key}` : event.key
  return text
}

const handlers: Array<{ readonly current: KeyHandlers }> = []

const onKeyDown = (event: KeyboardEvent) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return
  if (event.ctrlKey || event.altKey || event.metaKey || !singleKeys.get()) return
  if (inField(event.target) || belongsToControl(event)) return
  if (document.querySelector("[role=dialog], [role=menu]") !== null) return
  const text = heard(event)
  prefix = ""
  if (text === "g") {
    prefix = "g"
    prefixAt = event.timeStamp
    return
  }
  const rows = keyTable.filter((each) => (each.keys as ReadonlyArray<string>).includes(text))
  for (const { current } of [...handlers].reverse()) {
    const row = rows.find((each) => current[each.id] !== undefined)
    if (row === undefined) continue
    event.preventDefault()
    current[row.id]?.(event)
    return
  }
}

export const startKeys = () => window.addEventListener("keydown", onKeyDown)

/** Binds keys while the component is shown; no two components shown together bind the same one. */
export const useKeys = (bound: KeyHandlers) => {
  const held = useRef(bound)
  useEffect(() => {
    held.current = bound
  })
  useEffect(() => {
    handlers.push(held)
    return () => void handlers.splice(handlers.indexOf(held), 1)
  }, [])
}

/** True while an input method composes: Enter then confirms characters and submits nothing. */
export const isComposing = (event: { readonly nativeEvent: Event }): boolean => {
  const native = event.nativeEvent
  return native instanceof KeyboardEvent && (native.isComposing || native.keyCode === 229)
}
