/** The tables of this room, in order: the catalogue's, and what the room itself remembers over restarts. */
import type { Migration } from "./catalog/schema.ts"
import { migrations as catalogue } from "./catalog/schema.ts"

export const catalogueMigrations: ReadonlyArray<Migration> = catalogue

export const roomMigrations: ReadonlyArray<Migration> = [
  {
    id: 1,
    name: "settings that outlive restarts",
    statements: [
      "CREATE TABLE room_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ],
  },
]
