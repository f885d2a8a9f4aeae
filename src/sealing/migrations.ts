/** The tables of this room: rows for lists, and what the miner and its modelled world must remember over a restart. */
import type { Migration } from "../actors/sql/migrate.ts"

export const sealingMigrations: ReadonlyArray<Migration> = [
  {
    id: 1,
    name: "sectors, the miner's facts, the clock and the modelled world",
    statements: [
      `CREATE TABLE sectors (
        number INTEGER PRIMARY KEY,
        state TEXT NOT NULL,
        type INTEGER NOT NULL,
        pieces INTEGER NOT NULL,
        deals INTEGER NOT NULL,
        since INTEGER NOT NULL,
        last_error TEXT
      ) STRICT`,
      "CREATE INDEX sectors_by_state ON sectors (state, number)",
      "CREATE TABLE sealing_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
      `CREATE TABLE sealing_clock (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        now INTEGER NOT NULL,
        scale REAL NOT NULL,
        paused INTEGER NOT NULL
      ) STRICT`,
      "CREATE TABLE sealing_world (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT",
    ],
  },
  {
    id: 2,
    name: "what Lotus's list shows of a sector's log",
    statements: [
      "ALTER TABLE sectors ADD COLUMN events INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE sectors ADD COLUMN started_at INTEGER",
      "ALTER TABLE sectors ADD COLUMN proven_at INTEGER",
    ],
  },
  {
    id: 3,
    name: "up to when readings of the clock may have been given out",
    statements: ["ALTER TABLE sealing_clock ADD COLUMN given_until INTEGER NOT NULL DEFAULT 0"],
  },
]
