/**
 * Runs a stage in a fiber: each request is an Effect of the port services. Interrupting the fiber gives the stage up;
 * what it had asked for goes on and can be attached to when the stage runs again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ports from "../ports/Ports.ts"
import type { Reply, Request } from "../ports/Request.ts"

/** The tables of all ports, joined once per runtime rather than looked up per request. */
const joined = new WeakMap<Context.Context<ports.StagePorts>, ports.AllAnswers>()

const answersOf = (context: Context.Context<ports.StagePorts>): ports.AllAnswers => {
  const known = joined.get(context)
  if (known !== undefined) return known
  const all: ports.AllAnswers = {
    ...Context.get(context, ports.Chain),
    ...Context.get(context, ports.Sealer),
    ...Context.get(context, ports.Market),
    ...Context.get(context, ports.Batching),
    ...Context.get(context, ports.Input),
    ...Context.get(context, ports.SettingsPort),
    ...Context.get(context, ports.TimePort),
  }
  joined.set(context, all)
  return all
}

/** Called with what the stage waits for, before each request. */
export type OnRequest = (request: Request) => void

/** The stage's outcome. What the generator throws is a defect. */
export const runEffect = <A>(
  start: () => Generator<Request, A, any>,
  onRequest: OnRequest = () => {},
): Effect.Effect<A, never, ports.StagePorts> =>
  Effect.contextWithEffect((context: Context.Context<ports.StagePorts>) => {
    const answers = answersOf(context)
    const generator = start()
    const advance = (reply: unknown): Effect.Effect<A> => {
      const next = generator.next(reply)
      if (next.done === true) return Effect.succeed(next.value)
      onRequest(next.value)
      const answer = answers[next.value._tag] as (request: Request) => Effect.Effect<Reply>
      return Effect.flatMap(answer(next.value), advance)
    }
    return Effect.suspend(() => advance(undefined)).pipe(
      Effect.onInterrupt(() => Effect.sync(() => generator.return(undefined as A))),
    )
  })
