/**
 * What this browser remembers about its reader. The keys are also read by `theme.js` before the first paint.
 */
import { activate, type Locale } from "./i18n.ts"
import { Store } from "./Store.ts"

export type Theme = "auto" | "light" | "dark"
export type Language = "auto" | Locale

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(`linkseal.${key}`)
  } catch {
    return null
  }
}

const write = (key: string, value: string) => {
  try {
    localStorage.setItem(`linkseal.${key}`, value)
  } catch {
    // Storage is off: the choice holds until the page is closed.
  }
}

const oneOf = <T extends string>(value: string | null, allowed: ReadonlyArray<T>, otherwise: T): T =>
  allowed.find((item) => item === value) ?? otherwise

export const theme = new Store<Theme>(oneOf(read("theme"), ["auto", "light", "dark"], "auto"))
export const language = new Store<Language>(oneOf(read("language"), ["auto", "en", "zh-CN"], "auto"))
/** Single-key shortcuts can be switched off: they get in the way of speech input. */
export const singleKeys = new Store<boolean>(read("keys") !== "off")
/** Calm: numbers change, nothing moves. */
export const calm = new Store<boolean>(read("calm") === "on")

export const localeOf = (chosen: Language): Locale => {
  if (chosen !== "auto") return chosen
  const wanted = navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? "en"
  return /^zh/i.test(wanted) ? "zh-CN" : "en"
}

export const applyTheme = (value: Theme) => {
  const root = document.documentElement
  if (value === "auto") delete root.dataset["theme"]
  else root.dataset["theme"] = value
}

export const chooseTheme = (value: Theme) => {
  write("theme", value)
  theme.set(value)
  applyTheme(value)
}

export const chooseLanguage = async (value: Language) => {
  write("language", value)
  language.set(value)
  await activate(localeOf(value))
}

export const chooseSingleKeys = (on: boolean) => {
  write("keys", on ? "on" : "off")
  singleKeys.set(on)
}

export const applyCalm = (on: boolean) => {
  document.documentElement.dataset["calm"] = String(on)
}

export const chooseCalm = (on: boolean) => {
  write("calm", on ? "on" : "off")
  calm.set(on)
  applyCalm(on)
}
