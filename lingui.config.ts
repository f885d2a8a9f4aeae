/** Where the page's catalogues lie. `npx lingui extract` brings them up to date with the sources. */
import type { LinguiConfig } from "@lingui/conf"
import { formatter } from "@lingui/format-po"

const config: Partial<LinguiConfig> = {
  sourceLocale: "en",
  locales: ["en", "zh-CN"],
  catalogs: [
    {
      path: "<rootDir>/src/daemon/web/locales/{locale}",
      include: ["<rootDir>/src/daemon/web"],
    },
  ],
  format: formatter({ lineNumbers: false }),
  orderBy: "origin",
}

export default config
