/** Starts the page: language first, so that no text changes under the reader's eyes, then the stream, then the page. */
import { i18n } from "@lingui/core"
import { I18nProvider } from "@lingui/react"
import { createRoot } from "react-dom/client"
import { I18nProvider as AriaI18n } from "react-aria-components"
import { App } from "./App.tsx"
import { startEvents } from "./lib/events.ts"
import { activate } from "./lib/i18n.ts"
import { startKeys } from "./lib/keys.ts"
import { startLinks } from "./lib/links.ts"
import { applyCalm, applyTheme, calm, language, localeOf, theme } from "./lib/preferences.ts"
import { useStore } from "./lib/Store.ts"
import { sendRemovals } from "./lib/toast.ts"
import { startWorld } from "./lib/world.ts"
import "./styles.css"

const Page = () => (
  <I18nProvider i18n={i18n}>
    <AriaI18n locale={localeOf(useStore(language)) === "en" ? "en-US" : "zh-CN"}>
      <App />
    </AriaI18n>
  </I18nProvider>
)

/** The token has done its work when the cookie is set: it does not stay in the address bar. */
const dropToken = () => {
  const url = new URL(location.href)
  if (!url.searchParams.has("token")) return
  url.searchParams.delete("token")
  history.replaceState(history.state, "", url)
}

const start = async () => {
  dropToken()
  applyTheme(theme.get())
  applyCalm(calm.get())
  await activate(localeOf(language.get()))
  startWorld()
  startLinks()
  startEvents()
  startKeys()
  window.addEventListener("pagehide", sendRemovals)
  const place = document.getElementById("app")
  if (place !== null) createRoot(place).render(<Page />)
}

void start()
