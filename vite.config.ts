/**
 * Builds the page of `src/daemon/web` to `dist/web`: hashed files under `/assets`, no inline script. `npx vite build`
 * alone is enough: the Lingui plugin compiles the catalogues, and a message without Chinese fails the build.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { lingui } from "@lingui/vite-plugin"
import optimizeLocales from "@react-aria/optimize-locales-plugin"
import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

// Started by a test runner it would be "test", and React's development build twice the size.
process.env["NODE_ENV"] = "production"

const root = fileURLToPath(new URL("./src/daemon/web", import.meta.url))

/** Emits `theme.js` as a file and loads it before the first paint: a strict script policy needs no hash for it. */
const themeBeforePaint = (): Plugin => {
  let reference = ""
  return {
    name: "linkseal-theme",
    apply: "build",
    buildStart() {
      reference = this.emitFile({
        type: "asset",
        name: "theme.js",
        source: readFileSync(`${root}/theme.js`, "utf8"),
      })
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const file = Object.values(context.bundle ?? {}).find(
          (item) => item.type === "asset" && item.names.includes("theme.js"),
        )
        if (file === undefined) throw new Error(`theme.js was not emitted (${reference})`)
        return [{ tag: "script", attrs: { src: `/${file.fileName}` }, injectTo: "head-prepend" }]
      },
    },
  }
}

export default defineConfig({
  root,
  base: "/",
  publicDir: "public",
  plugins: [
    react({ babel: { plugins: ["@lingui/babel-plugin-lingui-macro"] } }),
    lingui({
      configPath: fileURLToPath(new URL("./lingui.config.ts", import.meta.url)),
      failOnMissing: true,
      failOnCompileError: true,
    }),
    tailwindcss(),
    { ...optimizeLocales.vite({ locales: ["en-US", "zh-CN"] }), enforce: "pre" },
    themeBeforePaint(),
  ],
  build: {
    outDir: fileURLToPath(new URL("./dist/web", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    sourcemap: false,
  },
})
