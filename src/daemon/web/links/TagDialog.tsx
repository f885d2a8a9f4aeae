/** Tags of one link or of a selection: for one it shows what is there, for many it adds and takes away. */
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { links } from "../lib/links.ts"
import { Sheet } from "../parts/Overlays.tsx"
import { TagField } from "../parts/TagField.tsx"
import { bulk, edit } from "./actions.ts"

const commonTags = (ids: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first, ...rest] = ids.map((id) => links.get(id)?.tags ?? [])
  return (first ?? []).filter((tag) => rest.every((tags) => tags.includes(tag)))
}

const Many = ({ ids, onClose }: { readonly ids: ReadonlyArray<string>; readonly onClose: () => void }) => {
  const { t } = useLingui()
  const [add, setAdd] = useState<ReadonlyArray<string>>([])
  const [remove, setRemove] = useState<ReadonlyArray<string>>([])
  const save = async () => {
    if (add.length > 0) await bulk(ids, "tag", add)
    if (remove.length > 0) await bulk(ids, "untag", remove)
    onClose()
  }
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div>
        <div className="eyebrow mb-1">
          <Trans>Add</Trans>
        </div>
        <TagField label={t`Tags to add`} tags={add} onChange={setAdd} autoFocus />
      </div>
      <div>
        <div className="eyebrow mb-1">
          <Trans>Take away</Trans>
        </div>
        <TagField label={t`Tags to take away`} tags={remove} onChange={setRemove} />
      </div>
      <div className="flex justify-end gap-2">
        <button type="submit" className="btn btn-primary" disabled={add.length + remove.length === 0}>
          <Trans>Save</Trans>
        </button>
      </div>
    </form>
  )
}

const One = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => {
  const { t } = useLingui()
  const [tags, setTags] = useState<ReadonlyArray<string>>(commonTags([id]))
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        void edit(id, { tags })
        onClose()
      }}
    >
      <TagField label={t`Tags`} tags={tags} onChange={setTags} autoFocus />
      <div className="flex justify-end">
        <button type="submit" className="btn btn-primary">
          <Trans>Save</Trans>
        </button>
      </div>
    </form>
  )
}

const TagDialog = ({
  ids,
  onClose,
}: {
  readonly ids: ReadonlyArray<string>
  readonly onClose: () => void
}) => {
  const [only] = ids
  const many = ids.length
  return (
    <Sheet
      title={many === 1 ? <Trans>Tags</Trans> : <Trans>Tags of {many} links</Trans>}
      onClose={onClose}
      width="max-w-md"
    >
      {many === 1 && only !== undefined ? (
        <One id={only} onClose={onClose} />
      ) : (
        <Many ids={ids} onClose={onClose} />
      )}
    </Sheet>
  )
}
export default TagDialog
