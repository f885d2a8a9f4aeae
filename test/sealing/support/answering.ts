/** Runs a check or a stage to its end, answering each request from a table by its tag. */
import type {
  Asking,
  ReplyOf,
  Request,
  RequestNamed,
  RequestTag,
} from "../../../src/sealing/ports/Request.ts"

export type Answers = { readonly [K in RequestTag]?: (request: RequestNamed<K>) => ReplyOf<K> }

export const answering = <A>(
  asking: Asking<A>,
  answers: Answers,
): { readonly value: A; readonly asked: ReadonlyArray<string> } => {
  const asked: Array<string> = []
  let next = asking.next()
  while (next.done !== true) {
    const request: Request = next.value
    asked.push(request._tag)
    const answer = answers[request._tag] as ((request: Request) => unknown) | undefined
    if (answer === undefined) throw new Error(`nobody answers ${request._tag}`)
    next = asking.next(answer(request))
  }
  return { value: next.value, asked }
}
