/** Three sectors on their way to Proving, watched on the page of a real daemon: nothing is loaded again. */
import type { Browser } from "playwright"
import { afterAll, beforeAll, expect, it } from "vitest"
import { launchChromium, openPage } from "../../support/pageBrowser.ts"
import { ensureBuilt, newHome, removeHome, startDaemon, type RealDaemon } from "../../support/realDaemon.ts"

const home = newHome()
let daemon: RealDaemon
let browser: Browser

beforeAll(async () => {
  ensureBuilt()
  daemon = await startDaemon({ home })
  browser = await launchChromium()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await daemon.stop("SIGKILL")
  removeHome(home)
})

it("follows three pledged sectors from Packing to Proving, with the clock at 36000", async () => {
  const { page, errors } = await openPage(browser, `${daemon.url}/?token=${daemon.token}`, { width: 1440 })
  await page.goto(`${daemon.url}/sealing?view=table`)
  await page.getByText("Simulated world").waitFor()
  await daemon.linkseal("clock", "pause")
  await daemon.linkseal("clock", "scale", "36000")
  const shown = () =>
    page.evaluate<ReadonlyArray<string>>(
      `[...document.querySelectorAll("[data-sector]")].map((row) => row.querySelectorAll('[role="cell"]')[1].innerText.split("\\n")[0].trim())`,
    )
  const three = (state: string) =>
    expect.poll(shown, { timeout: 30_000, message: state }).toEqual([state, state, state])
  expect((await daemon.linkseal("sectors", "pledge", "--count", "3", "--json")).json.sectors).toEqual([
    0, 1, 2,
  ])
  await three("Packing")
  await daemon.linkseal("clock", "advance", "1 h")
  await three("PreCommit1")
  await daemon.linkseal("clock", "resume")
  await three("Proving")
  expect(errors).toEqual([])
}, 60_000)
