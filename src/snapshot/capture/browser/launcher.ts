/**
 * The little shell program through which every browser starts. It writes down who it is (pid, start time, boot,
 * profile folder) and then becomes the browser, so that there is no moment in which a browser runs unrecorded:
 * a daemon killed between starting and writing would leave an orphan that nobody knows.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export const recordsFolder = (runDir: string) => join(runDir, "browsers")
export const scratchFolder = (runDir: string) => join(runDir, "scratch")

/** Field 22 of `stat` is the start time; the name in field 2 may hold blanks, so counting starts behind its bracket. */
const program = `#!/bin/sh
set -e
field() { shift 19; echo "$1"; }
started=
boot=
if [ -r "/proc/$$/stat" ]; then
  read -r stat < "/proc/$$/stat"
  started=$(field \${stat##*) })
  read -r boot < /proc/sys/kernel/random/boot_id
fi
profile=
for argument in "$@"; do
  case $argument in --user-data-dir=*) profile=\${argument#*=} ;; esac
done
record="$LINKSEAL_BROWSER_RECORDS/$$.json"
printf '{"pid":%d,"started":"%s","boot":"%s","profile":"%s","launch":"%s"}\\n' \\
  "$$" "$started" "$boot" "$profile" "$LINKSEAL_BROWSER_LAUNCH" > "$record.part"
mv "$record.part" "$record"
exec "$LINKSEAL_BROWSER_PROGRAM" "$@"
`

/** Writes the launcher and the folders it needs; gives its path. */
export const writeLauncher = (runDir: string): string => {
  const folder = recordsFolder(runDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, "launch.sh")
  writeFileSync(path, program, { mode: 0o700 })
  return path
}

export const launcherEnvironment = (runDir: string, executable: string, launch: string) => ({
  LINKSEAL_BROWSER_RECORDS: recordsFolder(runDir),
  LINKSEAL_BROWSER_PROGRAM: executable,
  LINKSEAL_BROWSER_LAUNCH: launch,
})
