/**
 * The runtime's own tables. Ids stand in columns without a type, so that the integer 7 and the text "7" are
 * different machines, as they are in memory.
 */
import type { Migration } from "./migrate.ts"

export const migrations: ReadonlyArray<Migration> = [
  {
    id: 1,
    name: "machines, inbox, log, journal, timers",
    statements: [
      `create table machines (
        kind text not null, id not null, version integer not null, state text not null,
        ended integer not null, step_pending integer not null,
        log_length integer not null, log_tail integer not null, last_log_at integer,
        primary key (kind, id)) without rowid`,
      "create index machines_step_pending on machines (kind, id) where step_pending = 1",
      `create table inbox (
        seq integer primary key, kind text not null, id not null, version integer not null, event text not null)`,
      "create index inbox_machine on inbox (kind, id, seq)",
      `create table event_ids (
        kind text not null, id not null, event_id text not null, at integer not null,
        primary key (kind, id, event_id)) without rowid`,
      "create index event_ids_at on event_ids (at)",
      // A machine's log is a chain from its newest entry backwards. An index by machine would be written all over with
      // every commit: with 1,000 machines it took half of the time of a durable event.
      "create table log (n integer primary key, before integer not null, at integer not null, entry text not null)",
      `create table journal (
        seq integer primary key, at integer not null, kind text not null, id not null, event text not null,
        from_state text not null, to_state text not null, detail text)`,
      "create index journal_machine on journal (kind, id, seq)",
      `create table timers (
        kind text not null, id not null, name text not null, at integer not null,
        version integer not null, event text not null, primary key (kind, id, name)) without rowid`,
    ],
  },
]
