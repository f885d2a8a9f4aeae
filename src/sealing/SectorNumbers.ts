/**
 * The numbers of new sectors: a counter that only grows. A number is taken at once, and is kept before any event of
 * its sector is sent; so it is never given twice, also when the creation fails or the process dies in between.
 */
import * as Effect from "effect/Effect"
import type { StoreError } from "../actors/StoreError.ts"
import type { MinerStoreApi } from "./MinerStore.ts"
import type { SectorNumber } from "./Sector.ts"

export class SectorNumbers {
  private next: SectorNumber
  private readonly store: MinerStoreApi

  private constructor(store: MinerStoreApi, next: SectorNumber) {
    this.store = store
    this.next = next
  }

  /** The counter as it was kept. */
  static open(store: MinerStoreApi): Effect.Effect<SectorNumbers, StoreError> {
    return Effect.map(
      store.fact("next number"),
      (kept) => new SectorNumbers(store, kept === null ? 0 : Number(kept)),
    )
  }

  /** The number that `take` gives next. */
  get upcoming(): SectorNumber {
    return this.next
  }

  /** The next number; `keep` before it is used. */
  take(): SectorNumber {
    return this.next++
  }

  /** A stored sector has this number: it is used up, whatever the counter says. */
  used(number: SectorNumber): void {
    if (number >= this.next) this.next = number + 1
  }

  /**
   * These numbers, the last ones taken, were not kept and no event bears them: they are given again. Not when others
   * were taken since.
   */
  giveBack(taken: ReadonlyArray<SectorNumber>): void {
    if (taken.at(-1) === this.next - 1) this.next = taken[0]!
  }

  /** Resolves when all numbers taken so far are kept. */
  get keep(): Effect.Effect<void, StoreError> {
    return Effect.suspend(() => this.store.setFact("next number", String(this.next)))
  }
}
