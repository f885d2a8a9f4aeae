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
  {
    id: 2,
    name: "checks and pushed pages",
    statements: [
      // When a capture last found nothing new.
      "CREATE TABLE link_checks (id TEXT PRIMARY KEY, at INTEGER NOT NULL, checks INTEGER NOT NULL) STRICT, WITHOUT ROWID",
      // Pages that browsers pushed and that are not yet a version: nothing else names their bytes.
      "CREATE TABLE pushed_pages (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT, WITHOUT ROWID",
      `CREATE TRIGGER room_link_forgotten AFTER DELETE ON links BEGIN
        DELETE FROM link_checks WHERE id = old.id;
        DELETE FROM pushed_pages WHERE id = old.id;
      END`,
    ],
  },
]
