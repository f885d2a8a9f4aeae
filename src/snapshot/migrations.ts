/** The tables of this room, in order: the catalogue's, and what the room itself remembers over restarts. */
import type { Migration } from "./catalog/schema.ts"
import { migrations as catalogue } from "./catalog/schema.ts"

export const catalogueMigrations: ReadonlyArray<Migration> = catalogue

const due = (ids: string) =>
  `INSERT INTO link_files_due (id, n) ${ids} ON CONFLICT (id) DO UPDATE SET n = n + 1`

/**
 * Which links' files under `archive/links` are behind the catalogue: written down by the database itself, in the
 * commit that makes them so, whoever changes a title, a note or a tag.
 */
const linkFiles = [
  "CREATE TABLE link_files_due (id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  "INSERT INTO link_files_due SELECT id, 1 FROM links",
  `CREATE TRIGGER link_file_of_new AFTER INSERT ON links BEGIN ${due("VALUES (new.id, 1)")}; END`,
  `CREATE TRIGGER link_file_of_gone AFTER DELETE ON links BEGIN ${due("VALUES (old.id, 1)")}; END`,
  `CREATE TRIGGER link_file_of_changed AFTER UPDATE OF title, title_set_by_user, note, removed_at ON links
    WHEN (old.title, old.title_set_by_user, old.note, old.removed_at)
      IS NOT (new.title, new.title_set_by_user, new.note, new.removed_at)
    BEGIN ${due("VALUES (new.id, 1)")}; END`,
  `CREATE TRIGGER link_file_of_tagged AFTER INSERT ON link_tags
    BEGIN ${due("SELECT id, 1 FROM links WHERE seq = new.link")}; END`,
  `CREATE TRIGGER link_file_of_untagged AFTER DELETE ON link_tags
    BEGIN ${due("SELECT id, 1 FROM links WHERE seq = old.link")}; END`,
  `CREATE TRIGGER link_file_of_renamed AFTER UPDATE OF name ON tags WHEN old.name <> new.name
    BEGIN ${due("SELECT l.id, 1 FROM link_tags x JOIN links l ON l.seq = x.link WHERE x.tag_id = new.id")}; END`,
]

const changes = [
  `CREATE TABLE changes (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
    detail TEXT NOT NULL, undone_at INTEGER) STRICT`,
  "CREATE INDEX changes_by_time ON changes (at)",
]

const schedules = [
  `CREATE TABLE schedules (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, target TEXT NOT NULL,
    every_millis INTEGER, cron TEXT, next_at INTEGER NOT NULL, last_at INTEGER,
    last_links INTEGER NOT NULL DEFAULT 0, position TEXT, added_at INTEGER NOT NULL) STRICT`,
  `CREATE TRIGGER schedule_of_gone AFTER DELETE ON links
    BEGIN DELETE FROM schedules WHERE kind = 'link' AND target = old.id; END`,
]

const pushedPages = [
  // The trigger names the table: it goes first, and comes back with it.
  "DROP TRIGGER room_link_forgotten",
  "CREATE TABLE pushed_several (id TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (id, sha256)) STRICT, WITHOUT ROWID",
  "INSERT INTO pushed_several SELECT id, sha256 FROM pushed_pages",
  "DROP TABLE pushed_pages",
  "ALTER TABLE pushed_several RENAME TO pushed_pages",
  `CREATE TRIGGER room_link_forgotten AFTER DELETE ON links BEGIN
    DELETE FROM link_checks WHERE id = old.id;
    DELETE FROM pushed_pages WHERE id = old.id;
  END`,
]

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
  { id: 3, name: "files of links, and what can be undone", statements: [...linkFiles, ...changes] },
  { id: 4, name: "schedules", statements: schedules },
  { id: 5, name: "several pushed pages of a link", statements: pushedPages },
]
