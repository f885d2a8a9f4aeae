/** What `npm start` runs: the `daemon` command with this process's arguments. */
import { main } from "./cli/run.ts"

await main(["daemon", ...process.argv.slice(2)])
