/**
 * The ports as services: each is a table from the tag of a request to the Effect that answers it. A failure is in the
 * reply, never in the Effect's error, for stages branch on it. `layerModel` (model/layers.ts) gives all of them from
 * one modelled world.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { BatchVerbs } from "./Batchers.ts"
import type { ChainVerbs } from "./Chain.ts"
import type { InputVerbs } from "./Input.ts"
import type { MarketVerbs } from "./Market.ts"
import type { ReplyOf, RequestNamed, RequestTag, Verbs } from "./Request.ts"
import type { SealerVerbs } from "./Sealer.ts"
import type { SettingsVerbs } from "./Settings.ts"
import type { TimeVerbs } from "./Time.ts"

/** How the verbs of a port are answered. Interrupting the Effect stops the wait, not the work. */
export type Answers<T extends RequestTag> = {
  readonly [K in T]: (request: RequestNamed<K>) => Effect.Effect<ReplyOf<K>>
}

export class Chain extends Context.Tag("linkseal/sealing/Chain")<Chain, Answers<keyof ChainVerbs>>() {}
export class Sealer extends Context.Tag("linkseal/sealing/Sealer")<Sealer, Answers<keyof SealerVerbs>>() {}
export class Market extends Context.Tag("linkseal/sealing/Market")<Market, Answers<keyof MarketVerbs>>() {}
export class Batching extends Context.Tag("linkseal/sealing/Batching")<
  Batching,
  Answers<keyof BatchVerbs>
>() {}
export class Input extends Context.Tag("linkseal/sealing/Input")<Input, Answers<keyof InputVerbs>>() {}
export class SettingsPort extends Context.Tag("linkseal/sealing/Settings")<
  SettingsPort,
  Answers<keyof SettingsVerbs>
>() {}
export class TimePort extends Context.Tag("linkseal/sealing/Time")<TimePort, Answers<keyof TimeVerbs>>() {}

/** Everything that a stage may ask. */
export type StagePorts = Chain | Sealer | Market | Batching | Input | SettingsPort | TimePort

/** The answers to every verb, in one table. */
export type AllAnswers = Answers<keyof Verbs>
