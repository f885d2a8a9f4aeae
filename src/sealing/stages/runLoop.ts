/**
 * Runs a stage by call backs: advances the generator, answers what can be answered at once in a plain loop, and waits
 * for the rest. This is the whole of the interpreter for `LoopDriver`, for the callbacks of the chain and for batchers.
 */
import type { Ask, Cancel } from "../ports/ask.ts"
import type { Request } from "../ports/Request.ts"

/** A stage under way. */
export interface Running {
  /** What it waits for now; null when it has ended. */
  readonly waiting: Request | null
  /** Gives it up: the generator ends, and nothing more is called. */
  readonly cancel: () => void
}

class LoopRun<A> implements Running {
  waiting: Request | null = null
  private ended = false
  private advancing = false
  private cancelAsk: Cancel | null = null
  private readonly generator: Generator<Request, A, any>
  private readonly ask: Ask
  private readonly done: (value: A) => void

  constructor(generator: Generator<Request, A, any>, ask: Ask, done: (value: A) => void) {
    this.generator = generator
    this.ask = ask
    this.done = done
  }

  /** Advances until a reply is not there yet, or the end. A reply within `ask` is taken by the loop, not by recursion. */
  advance(reply: unknown): void {
    this.advancing = true
    let next: IteratorResult<Request, A>
    try {
      next = this.generator.next(reply)
      while (next.done !== true && !this.ended) {
        this.waiting = next.value
        let immediate: { readonly reply: unknown } | null = null
        let answered = false
        const cancel = this.ask(next.value, (value: unknown) => {
          if (answered || this.ended) return
          answered = true
          if (this.advancing) immediate = { reply: value }
          else this.advance(value)
        })
        if (immediate === null) {
          this.cancelAsk = cancel
          return
        }
        next = this.generator.next((immediate as { readonly reply: unknown }).reply)
      }
    } finally {
      this.advancing = false
    }
    if (this.ended) return
    this.ended = true
    this.waiting = null
    this.done(next.value as A)
  }

  readonly cancel = (): void => {
    if (this.ended) return
    this.ended = true
    this.waiting = null
    this.cancelAsk?.()
    this.generator.return(undefined as A)
  }
}

/** Runs the generator to its end and calls `done` with its value, at once or later. What it throws is thrown on. */
export const runLoop = <A>(
  generator: Generator<Request, A, any>,
  ask: Ask,
  done: (value: A) => void,
): Running => {
  const run = new LoopRun(generator, ask, done)
  run.advance(undefined)
  return run
}
