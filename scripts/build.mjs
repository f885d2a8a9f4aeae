/** `npm run build`: dependencies and `dist`, without a browser. */
import { runMain } from "./say.mjs"
import { prepare } from "./setup.mjs"

await runMain(() => prepare({ build: true }))
