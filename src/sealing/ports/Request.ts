/**
 * What a stage may ask of the world, as data: plain tagged objects with typed replies. A stage yields a request and is
 * given its reply; who answers (a model in a loop, services in a fiber, a test with a list) is none of its business.
 * A failure is a value in the reply, for Lotus's handlers branch on failures.
 */
import type { BatchVerbs } from "./Batchers.ts"
import type { ChainVerbs } from "./Chain.ts"
import type { InputVerbs } from "./Input.ts"
import type { MarketVerbs } from "./Market.ts"
import type { SealerVerbs } from "./Sealer.ts"
import type { SettingsVerbs } from "./Settings.ts"
import type { TimeVerbs } from "./Time.ts"

/** One question and the type of its answer. */
export interface Verb<A, R> {
  readonly ask: A
  readonly reply: R
}

/** Every verb of every port, by the tag of its request. */
export type Verbs = ChainVerbs &
  SealerVerbs &
  MarketVerbs &
  BatchVerbs &
  InputVerbs &
  SettingsVerbs &
  TimeVerbs

export type RequestTag = keyof Verbs

/** A request by its tag. */
export type RequestNamed<K extends RequestTag> = { readonly _tag: K } & Verbs[K]["ask"]

/** The requests of some verbs, as a union that narrows by its tag. */
export type RequestOf<T extends RequestTag> = { [K in T]: RequestNamed<K> }[T]

export type Request = RequestOf<RequestTag>

/** What a request is answered with. */
export type ReplyOf<K extends RequestTag> = Verbs[K]["reply"]

export type Reply = ReplyOf<RequestTag>

/** A piece of a stage: asks, and comes to a value. */
export type Asking<A> = Generator<Request, A, any>

/** Asks one thing. `const head = yield* ask({ _tag: "ChainHead" })` has the type of that reply. */
export function* ask<K extends RequestTag>(
  request: { readonly _tag: K } & Verbs[K]["ask"],
): Asking<ReplyOf<K>> {
  return (yield request as unknown as Request) as ReplyOf<K>
}
