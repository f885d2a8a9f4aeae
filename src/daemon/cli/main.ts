/** What `bin/linkseal` runs. Imports nothing that is not needed to print a list: most commands end in a fifth of a second. */
import { main } from "./run.ts"

await main(process.argv.slice(2))
