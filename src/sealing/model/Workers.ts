/**
 * The modelled workers: who runs a job, and who waits for a slot. A pool has slots per task; a task that no worker has
 * slots for runs on the miner itself, without a limit. Waiting jobs go by Lotus's order: priority, then sector number.
 */
import type { Task } from "./tasks.ts"

/** A job that wants a slot. */
export interface Job {
  readonly number: number
  readonly task: Task
  readonly sector: number
  readonly priority: number
  /** The pool has given it a slot on that worker. */
  readonly start: (worker: string) => void
}

export interface WorkerSlots {
  readonly name: string
  /** Jobs of a task at once. */
  readonly tasks: Readonly<Partial<Record<Task, number>>>
}

/** A worker as it is listed. */
export interface WorkerView {
  readonly name: string
  readonly up: boolean
  readonly tasks: Readonly<Partial<Record<Task, { readonly slots: number | null; readonly running: number }>>>
}

/** Who gives jobs to workers. The simulator brings its own, with memory, GPUs and scratch space. */
export interface Workers {
  /** Starts the job at once or when it is its turn. */
  readonly submit: (job: Job) => void
  /** Gives a job that ran before a restart its slot back; false when there is no such worker any more. */
  readonly adopt: (job: Job, worker: string) => boolean
  /** The job has ended, or is not wanted any more. */
  readonly release: (job: Job) => void
  readonly list: () => ReadonlyArray<WorkerView>
  /** Switches a worker on or off; false when there is none of that name. */
  readonly setUp: (worker: string, up: boolean) => boolean
  /** How many jobs wait before this one; null when it does not wait. */
  readonly ahead: (job: Job) => number | null
}

/** The miner itself: takes what no worker has slots for. */
const minerWorker = "miner"

interface State {
  readonly slots: WorkerSlots
  up: boolean
  readonly running: Map<Task, number>
}

const goesBefore = (a: Job, b: Job): boolean =>
  a.priority !== b.priority
    ? a.priority > b.priority
    : a.sector !== b.sector
      ? a.sector < b.sector
      : a.number < b.number

export class SlotPool implements Workers {
  private readonly workers: ReadonlyArray<State>
  private readonly unlimited: State
  private readonly limited = new Set<Task>()
  private readonly queues = new Map<Task, Array<Job>>()
  private readonly placed = new Map<number, State>()

  constructor(workers: ReadonlyArray<WorkerSlots>) {
    this.workers = workers.map((slots) => ({ slots, up: true, running: new Map() }))
    this.unlimited = { slots: { name: minerWorker, tasks: {} }, up: true, running: new Map() }
    for (const worker of workers) for (const task of Object.keys(worker.tasks)) this.limited.add(task as Task)
  }

  readonly submit = (job: Job): void => {
    const queue = this.queueOf(job.task)
    let low = 0
    for (let high = queue.length; low < high;) {
      const middle = (low + high) >> 1
      if (goesBefore(queue[middle]!, job)) low = middle + 1
      else high = middle
    }
    queue.splice(low, 0, job)
    this.pump(job.task)
  }

  readonly adopt = (job: Job, worker: string): boolean => {
    const state = this.stateOf(worker)
    if (state === undefined) return false
    this.place(job, state)
    return true
  }

  readonly release = (job: Job): void => {
    const state = this.placed.get(job.number)
    if (state === undefined) {
      const queue = this.queueOf(job.task)
      const index = queue.indexOf(job)
      if (index >= 0) queue.splice(index, 1)
      return
    }
    this.placed.delete(job.number)
    state.running.set(job.task, (state.running.get(job.task) ?? 0) - 1)
    this.pump(job.task)
  }

  readonly list = (): ReadonlyArray<WorkerView> =>
    [...this.workers, this.unlimited].map(({ slots, up, running }) => {
      const names = new Set([...(Object.keys(slots.tasks) as Array<Task>), ...running.keys()])
      return {
        name: slots.name,
        up,
        tasks: Object.fromEntries(
          [...names].map((task) => [
            task,
            { slots: slots.tasks[task] ?? null, running: running.get(task) ?? 0 },
          ]),
        ),
      }
    })

  readonly setUp = (worker: string, up: boolean): boolean => {
    const state = this.stateOf(worker)
    if (state === undefined) return false
    state.up = up
    if (up) for (const task of this.queues.keys()) this.pump(task)
    return true
  }

  readonly ahead = (job: Job): number | null => {
    const index = this.queueOf(job.task).indexOf(job)
    return index < 0 ? null : index
  }

  private stateOf(worker: string): State | undefined {
    return worker === minerWorker
      ? this.unlimited
      : this.workers.find((candidate) => candidate.slots.name === worker)
  }

  private queueOf(task: Task): Array<Job> {
    const known = this.queues.get(task)
    if (known !== undefined) return known
    const queue: Array<Job> = []
    this.queues.set(task, queue)
    return queue
  }

  private place(job: Job, state: State): void {
    this.placed.set(job.number, state)
    state.running.set(job.task, (state.running.get(job.task) ?? 0) + 1)
  }

  /** Gives free slots of a task to those who wait for them. */
  private pump(task: Task): void {
    const queue = this.queueOf(task)
    for (let state = this.free(task); state !== undefined && queue.length > 0; state = this.free(task)) {
      const job = queue.shift()!
      this.place(job, state)
      job.start(state.slots.name)
    }
  }

  private free(task: Task): State | undefined {
    if (!this.limited.has(task)) return this.unlimited.up ? this.unlimited : undefined
    return this.workers.find(
      (worker) => worker.up && (worker.running.get(task) ?? 0) < (worker.slots.tasks[task] ?? 0),
    )
  }
}
