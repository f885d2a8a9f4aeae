/**
 * The outcome of a request: a value, or a failure that the asker can branch on. Plain data, because replies travel
 * through logs, tests and both drivers.
 */

/** Why a request failed. `code` is what the asker branches on, `message` what people read. */
export interface PortFailure<Code extends string = string> {
  readonly code: Code
  readonly message: string
}

export interface Done<A> {
  readonly ok: true
  readonly value: A
}

export interface Failed<Code extends string = string> {
  readonly ok: false
  readonly error: PortFailure<Code>
}

export type Result<A, Code extends string = "api"> = Done<A> | Failed<Code>

export const done = <A>(value: A): Done<A> => ({ ok: true, value })

export const failed = <const Code extends string>(code: Code, message: string): Failed<Code> => ({
  ok: false,
  error: { code, message },
})
