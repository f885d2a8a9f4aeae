/** Language and theme, one press each: always at hand, whatever language the page is in. */
import { useLingui } from "@lingui/react/macro"
import { chooseLanguage, chooseTheme, theme, type Theme } from "../lib/preferences.ts"
import { useStore } from "../lib/Store.ts"
import { Icon, type Glyph } from "./Icon.tsx"

const icons: Readonly<Record<Theme, Glyph>> = { auto: "auto", light: "sun", dark: "moon" }
const after: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" }

export const ThemeSwitch = () => {
  const { t, i18n } = useLingui()
  const chosen = useStore(theme)
  const chinese = i18n.locale.startsWith("zh")
  const words: Readonly<Record<Theme, string>> = { auto: t`as the system`, light: t`light`, dark: t`dark` }
  const word = words[chosen]
  return (
    <>
      <button
        type="button"
        className="btn btn-quiet btn-small btn-icon"
        aria-label={t`Theme: ${word}`}
        title={t`Theme: ${word}`}
        onClick={() => chooseTheme(after[chosen])}
      >
        <Icon name={icons[chosen]} />
      </button>
      <button
        type="button"
        lang={chinese ? "en" : "zh-CN"}
        className="btn btn-quiet btn-small px-1.5"
        aria-label={chinese ? "EN (English)" : "中文"}
        title={chinese ? "English" : "中文"}
        onClick={() => void chooseLanguage(chinese ? "en" : "zh-CN")}
      >
        {chinese ? "EN" : "中"}
      </button>
    </>
  )
}
