/** The keys, from the table that binds them. */
import { Trans } from "@lingui/react/macro"
import { Sheet } from "../parts/Overlays.tsx"
import { KeysTable } from "./KeysTable.tsx"

const KeysDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Sheet title={<Trans>Keyboard</Trans>} onClose={onClose} width="max-w-2xl">
    <KeysTable />
  </Sheet>
)
export default KeysDialog
