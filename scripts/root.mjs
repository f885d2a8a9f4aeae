/** The folder of the checkout that these scripts belong to, wherever they are called from. */
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
