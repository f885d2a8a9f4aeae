/**
 * Two pictures over each other, with a slider between them or one fading into the other, or side by side; boxes stand
 * where they differ. Both are drawn at the same width, as the comparison measured them.
 */
import { Trans, useLingui } from "@lingui/react/macro"
import { useState, type CSSProperties, type PointerEvent, type ReactNode } from "react"
import { share } from "../../lib/format.ts"
import type { PictureDiff, Snapshot } from "../../lib/types.ts"
import { Segments } from "../../parts/Segments.tsx"
import { addressOf } from "../artefacts.ts"

type Way = "slider" | "fade" | "beside"

/** The picture's height when its width is the later one's. */
const heightAt = ({ before, after }: PictureDiff) => ({
  before: before.width === 0 ? 0 : (before.height * after.width) / before.width,
  after: after.height,
})

const Boxes = ({ picture, height }: { readonly picture: PictureDiff; readonly height: number }) => (
  <svg
    aria-hidden="true"
    className="pointer-events-none absolute inset-0 size-full"
    viewBox={`0 0 ${picture.after.width} ${height}`}
    preserveAspectRatio="none"
  >
    {picture.boxes.map((box) => (
      <rect
        key={`${box.x} ${box.y} ${box.width} ${box.height}`}
        {...box}
        className="diff-box"
        vectorEffect="non-scaling-stroke"
      />
    ))}
  </svg>
)

const Shot = ({
  snapshot,
  className = "",
  style,
}: {
  readonly snapshot: Snapshot
  readonly className?: string
  readonly style?: CSSProperties
}) => {
  const { t } = useLingui()
  const { version } = snapshot
  return (
    <img
      src={addressOf(snapshot, "screenshot")}
      alt={t`Picture of version ${version}`}
      className={`absolute inset-x-0 top-0 w-full ${className}`}
      style={style}
    />
  )
}

/** How far across an element the pointer is, in percent. */
const percentAt = (event: PointerEvent<HTMLElement>): number => {
  const { left, width } = event.currentTarget.getBoundingClientRect()
  return Math.round(Math.min(100, Math.max(0, ((event.clientX - left) / width) * 100)))
}

const Frame = ({
  picture,
  height,
  onDrag,
  children,
}: {
  readonly picture: PictureDiff
  readonly height: number
  /** With a mouse the line is dragged on the picture itself; a finger scrolls it. */
  readonly onDrag?: ((percent: number) => void) | undefined
  readonly children: ReactNode
}) => (
  <div
    className={`relative w-full overflow-clip bg-white shadow-pop ${onDrag === undefined ? "" : "cursor-ew-resize select-none"}`}
    onPointerDown={(event) => {
      if (onDrag === undefined || event.pointerType !== "mouse" || event.button !== 0) return
      event.preventDefault()
      event.currentTarget.setPointerCapture(event.pointerId)
      onDrag(percentAt(event))
    }}
    onPointerMove={(event) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) onDrag?.(percentAt(event))
    }}
    style={{ aspectRatio: `${picture.after.width} / ${Math.max(1, height)}` }}
  >
    {children}
  </div>
)

interface Props {
  readonly picture: PictureDiff
  readonly from: Snapshot
  readonly to: Snapshot
}

const OverEachOther = ({
  picture,
  from,
  to,
  way,
  boxes,
}: Props & { readonly way: "slider" | "fade"; readonly boxes: boolean }) => {
  const { t } = useLingui()
  const [at, setAt] = useState(50)
  const heights = heightAt(picture)
  const height = Math.max(heights.before, heights.after)
  const [before, after] = [from.version, to.version]
  return (
    <>
      <label className="flex items-center gap-3 text-[0.8125rem] text-muted">
        <span className="whitespace-nowrap">
          <Trans>Version {before}</Trans>
        </span>
        <input
          type="range"
          min={0}
          max={100}
          value={at}
          aria-label={way === "slider" ? t`Where the pictures meet` : t`How much of the later picture`}
          aria-valuetext={`${at} %`}
          className="min-w-0 grow accent-(--accent)"
          onChange={(event) => setAt(Number(event.target.value))}
        />
        <span className="whitespace-nowrap">
          <Trans>Version {after}</Trans>
        </span>
        <output className="tnum w-11 text-right">{at} %</output>
      </label>
      <div tabIndex={0} role="group" aria-label={t`Pictures over each other`} className="diff-pictures">
        <Frame picture={picture} height={height} onDrag={way === "slider" ? setAt : undefined}>
          <Shot snapshot={from} />
          {way === "slider" ? (
            <>
              <Shot snapshot={to} className="bg-white" style={{ clipPath: `inset(0 0 0 ${at}%)` }} />
              <div
                aria-hidden="true"
                className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-(--accent)"
                style={{ left: `${at}%` }}
              />
            </>
          ) : (
            <Shot snapshot={to} style={{ opacity: at / 100 }} />
          )}
          {boxes && <Boxes picture={picture} height={height} />}
        </Frame>
      </div>
    </>
  )
}

const Beside = ({ picture, from, to, boxes }: Props & { readonly boxes: boolean }) => {
  const { t } = useLingui()
  const heights = heightAt(picture)
  const height = Math.max(heights.before, heights.after)
  return (
    <div tabIndex={0} role="group" aria-label={t`Pictures side by side`} className="diff-pictures">
      <div className="grid grid-cols-2 gap-3">
        {[from, to].map((snapshot) => {
          const { version } = snapshot
          return (
            <figure key={snapshot.id}>
              <figcaption className="eyebrow pb-1">
                <Trans>Version {version}</Trans>
              </figcaption>
              <Frame picture={picture} height={height}>
                <Shot snapshot={snapshot} />
                {boxes && <Boxes picture={picture} height={height} />}
              </Frame>
            </figure>
          )
        })}
      </div>
    </div>
  )
}

export const PictureView = ({ picture, from, to }: Props) => {
  const { t } = useLingui()
  const [way, setWay] = useState<Way>("slider")
  const [boxes, setBoxes] = useState(true)
  const changed = share(picture.changed)
  const places = picture.boxes.length
  return (
    <div className="flex flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Segments
          label={t`How to show the pictures`}
          value={way}
          options={[
            { id: "slider", text: t`Slider` },
            { id: "fade", text: t`Fade` },
            { id: "beside", text: t`Side by side` },
          ]}
          onChange={setWay}
        />
        {places > 0 && (
          <label className="flex items-center gap-1.5">
            <input type="checkbox" className="size-4" checked={boxes} onChange={() => setBoxes(!boxes)} />
            <Trans>Mark what differs</Trans>
          </label>
        )}
        <span className="tnum ml-auto text-xs text-muted">
          <Trans>{changed} of the picture differs</Trans>
        </span>
      </div>
      {way === "beside" ? (
        <Beside picture={picture} from={from} to={to} boxes={boxes} />
      ) : (
        <OverEachOther picture={picture} from={from} to={to} way={way} boxes={boxes} />
      )}
    </div>
  )
}
