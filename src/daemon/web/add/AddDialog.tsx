/** The same form as `/add`, over whatever page one is on; it closes when everything was new. */
import { Trans } from "@lingui/react/macro"
import { Sheet } from "../parts/Overlays.tsx"
import { AddForm } from "./AddForm.tsx"
import { useSayAdded } from "./useSayAdded.tsx"

const AddDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const sayAdded = useSayAdded()
  return (
    <Sheet title={<Trans>Add links</Trans>} onClose={onClose} width="max-w-2xl">
      <AddForm
        start=""
        startTags={[]}
        rows={4}
        onAdded={(added) => {
          sayAdded(added)
          if (added.known.length === 0) onClose()
        }}
      />
    </Sheet>
  )
}
export default AddDialog
