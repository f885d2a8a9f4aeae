/** A line of waiting things: the first leaves, new ones come last, and any may leave from the middle; all at one price. */

export interface Place<A> {
  readonly value: A
  before: Place<A> | null
  after: Place<A> | null
  inLine: boolean
}

export class Line<A> {
  private head: Place<A> | null = null
  private tail: Place<A> | null = null
  private count = 0

  get length(): number {
    return this.count
  }

  get first(): A | null {
    return this.head?.value ?? null
  }

  /** Comes last; the place is what to leave by. */
  push(value: A): Place<A> {
    const place: Place<A> = { value, before: this.tail, after: null, inLine: true }
    if (this.tail === null) this.head = place
    else this.tail.after = place
    this.tail = place
    this.count++
    return place
  }

  /** The first leaves. */
  shift(): A | null {
    const first = this.head
    if (first === null) return null
    this.leave(first)
    return first.value
  }

  /** Leaves from wherever it is; once more does nothing. */
  leave(place: Place<A>): void {
    if (!place.inLine) return
    if (place.before === null) this.head = place.after
    else place.before.after = place.after
    if (place.after === null) this.tail = place.before
    else place.after.before = place.before
    place.inLine = false
    this.count--
  }
}
