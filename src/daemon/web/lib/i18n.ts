/**
 * The two languages of the page. Each catalogue is a chunk of its own; switching loads the other and renders again,
 * without reloading the page.
 */
import { i18n } from "@lingui/core"

export type Locale = "en" | "zh-CN"

const load: Readonly<Record<Locale, () => Promise<{ readonly messages: unknown }>>> = {
  en: () => import("../locales/en.po"),
  "zh-CN": () => import("../locales/zh-CN.po"),
}

/** Resolves when every text of the page is in that language; also sets the document's `lang`. */
export const activate = async (locale: Locale): Promise<void> => {
  const catalogue = await load[locale]()
  i18n.loadAndActivate({ locale, messages: catalogue.messages as Parameters<typeof i18n.load>[1] })
  document.documentElement.lang = locale
}
