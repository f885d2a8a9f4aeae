/** What can be searched for, with examples to press. */
import { Trans } from "@lingui/react/macro"
import { useEffect, useRef, type ReactNode } from "react"

const Row = ({
  example,
  onTake,
  children,
}: {
  readonly example: string
  readonly onTake: (example: string) => void
  readonly children: ReactNode
}) => (
  <div className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)] items-baseline gap-3 py-0.5">
    <button
      type="button"
      className="chip max-w-none justify-self-start overflow-hidden font-mono"
      onClick={() => onTake(example)}
    >
      {example}
    </button>
    <span className="text-muted">{children}</span>
  </div>
)

export const SearchHelp = ({
  onTake,
  onClose,
}: {
  readonly onTake: (example: string) => void
  readonly onClose: () => void
}) => {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const away = (event: Event) => {
      const inside =
        event.target instanceof Node && place.current?.parentElement?.contains(event.target) === true
      if (!inside) onClose()
    }
    const escape = (event: KeyboardEvent) => event.key === "Escape" && onClose()
    document.addEventListener("pointerdown", away)
    document.addEventListener("keydown", escape)
    return () => {
      document.removeEventListener("pointerdown", away)
      document.removeEventListener("keydown", escape)
    }
  }, [onClose])
  return (
    <div ref={place} className="pop absolute top-full left-0 z-30 mt-1 w-full max-w-xl p-3 text-[0.8125rem]">
      <Row example="sqlite wal" onTake={onTake}>
        <Trans>all of these words</Trans>
      </Row>
      <Row example={'"write-ahead log"'} onTake={onTake}>
        <Trans>exactly these words</Trans>
      </Row>
      <Row example="网页快照" onTake={onTake}>
        <Trans>Chinese, Japanese and Korean, down to one character</Trans>
      </Row>
      <Row example="-draft" onTake={onTake}>
        <Trans>without this word</Trans>
      </Row>
      <Row example="tag:sqlite" onTake={onTake}>
        <Trans>with this tag; several mean all of them</Trans>
      </Row>
      <Row example="site:lwn.net" onTake={onTake}>
        <Trans>from this site</Trans>
      </Row>
      <Row example="state:failed,doubtful" onTake={onTake}>
        <Trans>in one of these states</Trans>
      </Row>
    </div>
  )
}
