/**
 * `npm run soak -- NAME [ARGUMENTS]`: runs `test/soak/NAME.ts`, whose default export takes the arguments, says on stdout what it
 * saw, and rejects when something was not as it must be.
 */
import { runMain } from "./say.mjs"
import { chooseSuite, loadSuite } from "./suites.mjs"

await runMain(async () => {
  const name = chooseSuite("long run", "test/soak", process.argv[2])
  const run = await loadSuite("test/soak", name)
  await run(process.argv.slice(3))
})
