/** What users and scripts rely on, as files: a change of any of it is a change of `test/golden`, made on purpose (`vitest -u`). */
import { Command } from "commander"
import { describe, expect, it } from "vitest"
import { openApiDocument } from "../../src/daemon/api/Api.ts"
import { makeProgram } from "../../src/daemon/cli/run.ts"

const golden = (name: string) => new URL(`../golden/${name}`, import.meta.url).pathname
const silent = { write: () => {}, isTTY: false, columns: undefined }
const root = makeProgram({ io: { stdout: silent, stderr: silent, env: {} }, exitCode: 0 })

const everyCommand = (
  command: Command,
  path: ReadonlyArray<string>,
): ReadonlyArray<readonly [string, Command]> => [
  [path.join("-"), command],
  ...command.commands.flatMap((child) => everyCommand(child, [...path, child.name()])),
]

describe("golden files", () => {
  it.each(everyCommand(root, ["linkseal"]))("--help of %s", async (name, command) => {
    await expect(command.helpInformation()).toMatchFileSnapshot(golden(`help/${name}.txt`))
  })

  it("the OpenAPI document", async () => {
    await expect(`${JSON.stringify(openApiDocument(), undefined, 2)}\n`).toMatchFileSnapshot(
      golden("openapi.json"),
    )
  })
})
