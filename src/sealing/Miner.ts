/** What the verbs of Sealing work on: the parts of one running miner, joined by `Sealing.ts`. */
import type * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SealingConfig } from "./Config.ts"
import type { MinerStoreApi } from "./MinerStore.ts"
import type { Modelled } from "./model/layers.ts"
import type { Offers } from "./Offers.ts"
import { sealProofOf } from "./pieces/sealProof.ts"
import type { Request, RequestNamed, ReplyOf, RequestTag } from "./ports/Request.ts"
import type { SealProof } from "./Sector.ts"
import type { SectorGroup } from "./SealingGroup.ts"
import type { SectorNumbers } from "./SectorNumbers.ts"
import type { SectorStats } from "./Stats.ts"
import type { Waits } from "./Waits.ts"
import type { WorldKeeper } from "./WorldKeeper.ts"
import type { Hold } from "./WorldTime.ts"

export interface Miner {
  readonly group: SectorGroup
  readonly stats: SectorStats
  readonly numbers: SectorNumbers
  readonly store: MinerStoreApi
  readonly waits: Waits
  readonly modelled: Modelled
  readonly offers: Offers
  readonly keeper: WorldKeeper
  readonly hold: Hold
  /** The settings as they are now. */
  readonly config: () => SealingConfig
  /** Bytes of new sectors. */
  readonly sectorSize: number
  /** Done when every stored sector has been told that the process has started. */
  readonly started: Deferred.Deferred<void>
  /** Closes when the miner stops, and what is forked in it ends. */
  readonly scope: Scope.Scope
}

/** Proofs of the V1_1 family are used from the network version after this one on. */
const lastV1Network = 6
const v11Offset = 5

/** The proof of new sectors: the preferred one for their size at the network's version. */
export const preferredProof = ({ sectorSize, modelled }: Miner): SealProof => {
  const proof = sealProofOf(sectorSize)
  if (proof === null) throw new RangeError(`no seal proof is for sectors of ${sectorSize} bytes`)
  return modelled.world.chain.networkVersion <= lastV1Network ? proof - v11Offset : proof
}

/** Asks a port outside of a stage. */
export const askPort = <K extends RequestTag>(
  { modelled }: Miner,
  request: RequestNamed<K>,
): Effect.Effect<ReplyOf<K>> =>
  Effect.async((resume) => {
    const cancel = modelled.ask(request as unknown as Request, (reply: ReplyOf<K>) =>
      resume(Effect.succeed(reply)),
    )
    return Effect.sync(() => cancel?.())
  })
