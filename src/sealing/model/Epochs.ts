/** The chain's height as a function of time: epoch 0 begins at the genesis, one epoch lasts 30 seconds. */
import { epochMillis } from "../ports/policy.ts"
import type { ChainEpoch } from "../Sector.ts"

/** When Filecoin's mainnet began: 2020-08-24T22:00:00Z. */
export const mainnetGenesis = Date.UTC(2020, 7, 24, 22)

export interface Epochs {
  /** When epoch 0 began, in milliseconds. */
  readonly genesis: number
  /** The epoch that a moment lies in. */
  readonly at: (millis: number) => ChainEpoch
  /** When an epoch begins, in milliseconds. */
  readonly startOf: (epoch: ChainEpoch) => number
}

export const epochs = (genesis: number): Epochs => ({
  genesis,
  at: (millis) => Math.floor((millis - genesis) / epochMillis),
  startOf: (epoch) => genesis + epoch * epochMillis,
})
