import { describe, expect, it } from "vitest"
import { restoreWorld, snapshotWorld, World } from "../../../src/sealing/model/World.ts"
import { BadWorldSetting, setWorld, worldSettings } from "../../../src/sealing/model/settings.ts"
import { make, start } from "../stages/loop.ts"
import { clock, makeWorld } from "./world.ts"

describe("a world that stops and starts again", () => {
  // 6 calls: AP, PC1, PC2, C1, C2, FIN. In Committing C1 was done and taken, so it is asked for again; C2 is not.
  const stopAt = [0.5, 2, 3.3, 3.43, 4, 4.9, 5.02].map((hour) => [hour, hour === 4.9 ? 7 : 6] as const)

  it.each(stopAt)(
    "at hour %d goes on where it stood: the sector is Proving as if nothing had been",
    (hour, expected) => {
      const before = make()
      before.pledge(1)
      before.runFor(hour * 3600)
      const saved = snapshotWorld(before.loop.world)
      const record = before.loop.get(1)!
      const after = make({}, {}, "single", { saved, start: before.loop.driver.now() })
      // what a stored sector is to the driver: its record, then SectorRestart
      after.loop.restore(1, record)
      after.loop.send(1, { _tag: "SectorRestart" })
      after.loop.run()
      expect(after.path().at(-1)).toEqual(["Proving", 5 * 3600 + 4 * 60])
      expect(after.loop.world.sealer.jobs()).toEqual([])
      const calls = JSON.parse(snapshotWorld(after.loop.world)).sealer.number as number
      expect(calls).toBe(expected)
    },
  )

  it("keeps every part of it, so that a second save is the first", () => {
    const made = make({}, { sealer: { workers: [{ name: "w", tasks: { PC1: 1 } }] } })
    made.pledge(1, 2, 3)
    setWorld(made.loop.world, "messages", "stuck 2 ProveCommitSector")
    setWorld(made.loop.world, "sealer-failure", "C2 1 sector 3")
    setWorld(made.loop.world, "worker", "w down")
    made.loop.world.market.publish({ size: 2 ** 30, start: 6_000_000, end: 7_000_000 })
    made.runFor(4 * 3600)
    const saved = snapshotWorld(made.loop.world)
    const again = restoreWorld(clock(made.loop.driver.now()), saved, {
      sealer: { workers: [{ name: "w", tasks: { PC1: 1 } }] },
    })
    expect(JSON.parse(snapshotWorld(again))).toEqual(JSON.parse(saved))
  })

  it("refuses what is no saved world", () => {
    expect(() => restoreWorld(clock(), '{"version":2}')).toThrow("version 1")
  })
})

describe("the settings for drills", () => {
  const settings: ReadonlyArray<readonly [string, string, string]> = [
    ["base-fee", "0.5 nFIL", "0.5 nFIL"],
    ["messages", "out-of-gas 2 ProveCommitSector", "out-of-gas 2 ProveCommitSector"],
    ["messages", "delay-10", "delay-10 1"],
    ["messages", "ok", "ok"],
    ["release", "stuck", "0 stuck"],
    ["revert", "10", "1 so far"],
    ["chain", "down", "down"],
    ["network-version", "13", "13"],
    ["inclusion-epochs", "2", "2"],
    ["wallet", "1 FIL", "1 FIL"],
    ["available-balance", "2.5 FIL", "2.5 FIL"],
    ["sealer-failure", "PC2 3 sector 7 invalid", "PC2 3 sector 7 invalid"],
    ["sealer-failure", "none", "none"],
    ["worker", "miner down", "miner down"],
    ["duration", "PC1 2 h", "AP 100.6 s, PC1 2 h, PC2 23.73 min, C1 330 ms, C2 965.7 s, FIN 1 min"],
    ["deal", "1000 drop", "0 published"],
  ]

  it.each(settings)("%s %s", (setting, value, shown) => {
    const { world } = makeWorld()
    world.market.publish({ size: 128, start: 1, end: 2 })
    expect(setWorld(world, setting, value).value).toBe(shown)
    expect(worldSettings(world).find((one) => one.name === setting)?.value).toBe(shown)
  })

  it.each([
    ["gravity", "9.81", "the settings are base-fee"],
    ["base-fee", "much", 'base-fee: "much" is not an amount'],
    ["messages", "fly 2", "there is no fate fly"],
    ["messages", "stuck Nonsense", "neither a number"],
    ["revert", "901", "within finality"],
    ["chain", "sideways", "up or down"],
    ["sealer-failure", "PC9", "there is no task PC9"],
    ["worker", "w9 crash", "give one of miner"],
    ["duration", "PC1 long", "is not a duration"],
    ["deal", "77 drop", "there is no deal 77"],
    ["messages", "exit-99999999999999999999", "an exit code is 1 to 4294967295"],
    ["messages", "exit-0", "an exit code is 1 to 4294967295"],
    ["messages", "delay-0", "a delay is 1 to 1000000 epochs, not 0"],
    ["messages", "delay-1000000000000", "a delay is 1 to 1000000 epochs"],
    ["messages", "refused-3", "there is no fate refused-3"],
    ["messages", "stuck 0", "a number of messages (1 to 1000000)"],
    ["sealer-failure", "PC1 9999999", "a number of jobs (1 to 1000000)"],
    ["base-fee", "0.5", "0.5 has no unit"],
    ["network-version", "999999", "999999 is no network version. It takes a whole number from 1 to 1000"],
    ["inclusion-epochs", "99999999999", "It takes a whole number from 1 to 1000000"],
    ["duration", "PC1 9000 d", "a job takes 365 d at most"],
  ])("%s %s is refused, with what would do", (setting, value, message) => {
    const { world } = makeWorld()
    expect(() => setWorld(world, setting, value)).toThrow(BadWorldSetting)
    expect(() => setWorld(world, setting, value)).toThrow(message)
  })
})

it("a failure is ordered for a sector that is there, or the next to be made", () => {
  const { world } = makeWorld()
  const order = (sector: number) =>
    setWorld(world, "sealer-failure", `PC1 1 sector ${sector}`, { has: (one) => one < 3, next: 3 }).value
  expect(order(2)).toBe("PC1 1 sector 2")
  expect(order(3)).toBe("PC1 1 sector 2, PC1 1 sector 3")
  expect(() => order(999)).toThrow("there is no sector 999; the next one that is made gets number 3")
})

it("a world on a clock that begins at 0 begins at a height where tickets can be drawn", () => {
  expect(new World(clock(0)).chain.head).toBe(100_000)
  expect(new World(clock(start)).chain.head).toBe(5_630_640)
})
