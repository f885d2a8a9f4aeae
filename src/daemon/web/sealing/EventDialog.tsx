/**
 * Sending an event to a sector, by name and payload. What cannot be taken back (force, terminate, remove) asks for the
 * sector's number and shows the command that does the same.
 */
import { Trans, useLingui } from "@lingui/react/macro"
import { useId, useState, type ReactNode } from "react"
import { api } from "../lib/api.ts"
import { isComposing } from "../lib/keys.ts"
import type { Machine, SectorRecord } from "../lib/types.ts"
import { Sheet } from "../parts/Overlays.tsx"
import { Refusal, SameCommand, useRun } from "./Confirm.tsx"
import { SectorState } from "./SectorState.tsx"

export type Drastic = "force" | "terminate" | "remove"

interface Props {
  readonly number: number
  readonly state: string
  readonly machine: Machine
  readonly mode: Drastic | "send"
  readonly onClose: () => void
}

type Order = { readonly event: string; readonly payload?: unknown }

const parsePayload = (text: string): { readonly payload?: unknown } | null => {
  if (text.trim() === "") return {}
  try {
    return { payload: JSON.parse(text) }
  } catch {
    return null
  }
}

const AnyEvent = ({ number, state, machine, onClose }: Props) => {
  const { t } = useLingui()
  const id = useId()
  const here = [
    ...new Set(machine.transitions.filter(({ from }) => from === state).map(({ event }) => event)),
  ]
  const others = [...new Set(machine.transitions.map(({ event }) => event))]
    .filter((event) => !here.includes(event))
    .sort()
  const [event, setEvent] = useState(here[0] ?? "SectorRestart")
  const [text, setText] = useState("")
  const payload = parsePayload(text)
  const [ignored, setIgnored] = useState<string | null>(null)
  const { cause, busy, go } = useRun(
    () =>
      api<SectorRecord>("POST", `/sectors/${number}/events`, { body: { event, ...payload } satisfies Order }),
    onClose,
    (answer) => {
      setIgnored(answer.ignored ?? null)
      return answer.ignored !== undefined
    },
  )
  const leads = machine.transitions.find(
    (row) => row.from === state && row.event === event && machine.states.includes(row.to),
  )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(submit) => {
        submit.preventDefault()
        if (payload !== null) void go()
      }}
    >
      <label className="flex flex-col gap-1">
        <span id={`${id}-event`} className="font-semibold">
          <Trans>Event</Trans>
        </span>
        <select
          aria-labelledby={`${id}-event`}
          className="field h-9"
          value={event}
          onChange={(change) => {
            setEvent(change.target.value)
            setIgnored(null)
          }}
        >
          <optgroup label={t`Expected in ${state}`}>
            {here.map((name) => (
              <option key={name}>{name}</option>
            ))}
            <option>SectorRestart</option>
          </optgroup>
          <optgroup label={t`Not expected here: the machine may refuse it`}>
            {others.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </optgroup>
        </select>
        <span className="flex min-h-6 items-center gap-2 text-[0.8125rem] text-muted">
          {leads !== undefined && (
            <>
              <Trans>leads to</Trans> <SectorState state={leads.to} />
            </>
          )}
        </span>
      </label>
      <label className="flex flex-col gap-1">
        <span className="font-semibold">
          <Trans>Payload, as JSON</Trans>
        </span>
        <textarea
          className="field py-2 font-mono text-[0.8125rem]"
          rows={3}
          spellCheck={false}
          placeholder="{}"
          value={text}
          onChange={(change) => setText(change.target.value)}
        />
        {payload === null && (
          <span className="text-failed">
            <Trans>This is not JSON.</Trans>
          </span>
        )}
      </label>
      <Refusal cause={cause} />
      {ignored !== null && (
        <p role="status" className="rounded-md bg-sunken p-3">
          <Trans>
            {state} took {ignored} without effect: nothing has changed.
          </Trans>
        </p>
      )}
      <div className="flex justify-end">
        <button type="submit" className="btn btn-primary" disabled={payload === null || busy}>
          <Trans>Send</Trans>
        </button>
      </div>
    </form>
  )
}

const warnings: Readonly<Record<Drastic, ReactNode>> = {
  force: (
    <Trans>
      The sector is put into the state as it stands: no field, timer or queue is cleaned. This is for drills
      and for sectors that are stuck.
    </Trans>
  ),
  terminate: (
    <Trans>
      The sector is given up before its time. On a real chain this costs a fee; here it is simulated.
    </Trans>
  ),
  remove: (
    <Trans>
      The sector's files are removed. On a real chain its power would be lost; here it is simulated.
    </Trans>
  ),
}

/** The daemon's own routes, as the command takes them. */
const orders: Readonly<Record<Drastic, (number: number, target: string) => Promise<unknown>>> = {
  force: (number, target) => api("POST", `/sectors/${number}/state`, { body: { state: target } }),
  terminate: (number) => api("POST", `/sectors/${number}/terminate`),
  remove: (number) => api("DELETE", `/sectors/${number}`),
}

const DrasticEvent = ({ number, state, machine, mode, onClose }: Props & { readonly mode: Drastic }) => {
  const id = useId()
  const [target, setTarget] = useState(state)
  const [typed, setTyped] = useState("")
  const { cause, busy, go } = useRun(() => orders[mode](number, target), onClose)
  const verb = { force: "update-state", terminate: "terminate", remove: "remove" }[mode]
  const command = `bin/linkseal sectors ${verb} ${number} ${mode === "force" ? `${target} ` : ""}--really-do-it`
  const sure = typed.trim() === String(number)
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(submit) => {
        submit.preventDefault()
        if (sure) void go()
      }}
    >
      <p>{warnings[mode]}</p>
      {mode === "force" && (
        <label className="flex flex-col gap-1">
          <span id={`${id}-state`} className="font-semibold">
            <Trans>State</Trans>
          </span>
          <select
            aria-labelledby={`${id}-state`}
            className="field h-9"
            value={target}
            onChange={(change) => setTarget(change.target.value)}
          >
            {machine.states.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label className="flex flex-col gap-1">
        <span className="font-semibold">
          <Trans>Type the sector's number, {number}, to go on</Trans>
        </span>
        <input
          className="field tnum h-9"
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onChange={(change) => setTyped(change.target.value)}
          onKeyDown={(down) => isComposing(down) && down.preventDefault()}
        />
      </label>
      <SameCommand command={command} />
      <Refusal cause={cause} />
      <div className="flex justify-end">
        <button type="submit" className="btn btn-danger" disabled={!sure || busy}>
          {mode === "force" ? (
            <Trans>Force the state</Trans>
          ) : mode === "terminate" ? (
            <Trans>Terminate</Trans>
          ) : (
            <Trans>Remove</Trans>
          )}
        </button>
      </div>
    </form>
  )
}

const EventDialog = (props: Props) => {
  const { number, mode } = props
  const titles = {
    send: <Trans>Send an event to sector {number}</Trans>,
    force: <Trans>Force the state of sector {number}</Trans>,
    terminate: <Trans>Terminate sector {number}</Trans>,
    remove: <Trans>Remove sector {number}</Trans>,
  }
  return (
    <Sheet title={titles[mode]} onClose={props.onClose} width="max-w-lg">
      {mode === "send" ? <AnyEvent {...props} /> : <DrasticEvent {...props} mode={mode} />}
    </Sheet>
  )
}
export default EventDialog
