/** The worker in one file: it starts for each kill, and most of its start would be reading modules. */
import { join } from "node:path"
import { build } from "vite"

/** Bundles the program into the folder, which must lie in the checkout, where the worker finds better-sqlite3. */
export const bundled = async (program: string, folder: string): Promise<string> => {
  await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    ssr: { noExternal: true, external: ["better-sqlite3"] },
    build: {
      ssr: program,
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "worker.mjs" } },
    },
  })
  return join(folder, "worker.mjs")
}
