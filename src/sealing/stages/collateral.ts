/** How much collateral goes with a message: one rule for single messages and batches. */
import type { SealingConfig } from "../Config.ts"
import * as chain from "../ports/Chain.ts"
import type { Asking } from "../ports/Request.ts"
import { done, type Result } from "../ports/Result.ts"

/** Gives what of `needed` (attoFIL) must be sent along; what the miner's balance covers is counted off for the next. */
export type Purse = (needed: bigint) => bigint

/** The purse for one message or for several in a row, by the settings; the balance is read once. */
export function* openPurse(config: SealingConfig): Asking<Result<Purse, "api">> {
  if (!config.CollateralFromMinerBalance) return done((needed) => needed)
  if (config.DisableCollateralFallback) return done(() => 0n)
  const available = yield* chain.availableBalance()
  if (!available.ok) return available
  let usable = available.value - config.AvailableBalanceBuffer
  return done((needed) => {
    const covered = usable <= 0n ? 0n : usable < needed ? usable : needed
    usable -= covered
    return needed - covered
  })
}

/** What of `needed` must be sent along with a single message. */
export function* collateralToSend(needed: bigint, config: SealingConfig): Asking<Result<bigint, "api">> {
  const purse = yield* openPurse(config)
  return purse.ok ? done(purse.value(needed)) : purse
}
