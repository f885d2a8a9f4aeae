/** A few choices side by side, one of them chosen. */
import type { ReactNode } from "react"

export const Segments = <T extends string>({
  label,
  options,
  value,
  onChange,
  disabled = false,
}: {
  readonly label: string
  readonly options: ReadonlyArray<{ readonly id: T; readonly text: ReactNode; readonly name?: string }>
  readonly value: T | null
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
}) => (
  <div role="group" aria-label={label} className="seg">
    {options.map((option) => (
      <button
        key={option.id}
        type="button"
        disabled={disabled}
        aria-pressed={option.id === value}
        aria-label={option.name}
        title={option.name}
        onClick={() => onChange(option.id)}
        className="disabled:text-muted"
      >
        {option.text}
      </button>
    ))}
  </div>
)
