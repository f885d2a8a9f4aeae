/**
 * The few file operations everything in the archive stands on. A name appears only when its content is whole and on
 * the disk: write to a temporary name in the same file system, fsync, rename, fsync the folder.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"

/** Makes a rename or a new name in this folder survive a power cut. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await fs.open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Creates the folder and makes each new level durable. */
export const makeFolder = async (folder: string): Promise<void> => {
  const first = await fs.mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) {
    await syncFolder(path.dirname(made))
  }
}

export const writeSynced = async (file: string, bytes: Uint8Array): Promise<void> => {
  const handle = await fs.open(file, "wx")
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const syncFile = async (file: string): Promise<void> => {
  const handle = await fs.open(file, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces `file` by `bytes`: a reader, also after a crash, sees the old content or the new, never a part. */
export const replaceFile = async (file: string, bytes: Uint8Array, temporary: string): Promise<void> => {
  try {
    await makeFolder(path.dirname(file))
    await writeSynced(temporary, bytes)
    await fs.rename(temporary, file)
    await syncFolder(path.dirname(file))
  } catch (error) {
    await discardFile(temporary)
    throw error
  }
}

/** Moves a file, also between file systems; the source is gone afterwards. */
export const moveFile = async (from: string, to: string): Promise<void> => {
  try {
    await fs.rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error
    await fs.copyFile(from, to)
    await fs.rm(from, { force: true })
  }
}

/** The names in a folder, sorted; an absent folder has none. */
export const namesIn = async (folder: string): Promise<ReadonlyArray<string>> => {
  try {
    return (await fs.readdir(folder)).sort()
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return []
    throw error
  }
}

/** Removes a file that no longer matters; that it cannot be removed does not matter either (start-up sweeps). */
export const discardFile = async (file: string): Promise<void> => {
  await fs.rm(file, { force: true }).catch(() => undefined)
}
