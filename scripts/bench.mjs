/**
 * `npm run bench -- SUITE [--json]`: runs `bench/SUITE.ts`, whose default export answers a list of results
 * `{ name, unit, value, peers: { NAME: value } }` measured in this same run. Here the ratios (ours over the peer's) are
 * added and the whole is printed: as a table, or with `--json` as one document.
 */
import { runMain } from "./say.mjs"
import { chooseSuite, loadSuite } from "./suites.mjs"

const isNumber = (value) => typeof value === "number" && Number.isFinite(value)

const withRatio = (result) => {
  const { name, unit, value, peers = {} } = result
  const numbers = [value, ...Object.values(peers)]
  if (typeof name !== "string" || typeof unit !== "string" || !numbers.every(isNumber)) {
    throw new Error(`not a result of a benchmark: ${JSON.stringify(result)}`)
  }
  const ratio = Object.fromEntries(
    Object.entries(peers).map(([peer, theirs]) => [peer, Number((value / theirs).toPrecision(4))]),
  )
  return { name, unit, value, peers, ratio }
}

const short = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 })

const asText = ({ name, unit, value, peers, ratio }) => {
  const others = Object.keys(peers).map((peer) => `; ${peer} ${short(peers[peer])} (x ${short(ratio[peer])})`)
  return `${name}: ${short(value)} ${unit}${others.join("")}\n`
}

const suiteArguments = process.argv.slice(2).filter((argument) => argument !== "--json")
const json = process.argv.includes("--json")

await runMain(async () => {
  const suite = chooseSuite("benchmark suite", "bench", suiteArguments[0])
  const run = await loadSuite("bench", suite)
  const results = (await run(suiteArguments.slice(1))).map(withRatio)
  process.stdout.write(
    json ? `${JSON.stringify({ suite, results }, null, 2)}\n` : results.map(asText).join(""),
  )
})
