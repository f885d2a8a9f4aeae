/** How much collateral goes with a message, and from which address: one rule for single messages and batches. */
import type { SealingConfig } from "../Config.ts"
import * as chain from "../ports/Chain.ts"
import type { Asking } from "../ports/Request.ts"
import { done, type Result } from "../ports/Result.ts"

/** What of `needed` (attoFIL) must be sent along; the rest comes out of the miner's balance when the settings say so. */
export function* collateralToSend(needed: bigint, config: SealingConfig): Asking<Result<bigint, "api">> {
  if (!config.CollateralFromMinerBalance) return done(needed)
  if (config.DisableCollateralFallback) return done(0n)
  const available = yield* chain.availableBalance()
  if (!available.ok) return available
  const usable = available.value - config.AvailableBalanceBuffer
  const rest = needed - (usable > 0n ? usable : 0n)
  return done(rest > 0n ? rest : 0n)
}
