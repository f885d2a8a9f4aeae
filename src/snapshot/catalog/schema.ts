/**
 * The tables of the catalogue: what lists, filters and search read. All of it can be rebuilt from the machines'
 * states and the archive's files. Counters are kept by triggers, so that totals cost nothing at 100,000 links.
 */

export interface Migration {
  readonly id: number
  readonly name: string
  readonly statements: ReadonlyArray<string>
}

const links = [
  `CREATE TABLE links (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    url_key TEXT NOT NULL,
    like_key TEXT NOT NULL,
    host_key TEXT NOT NULL,
    state TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    retry_at INTEGER,
    failure_code TEXT,
    failure_message TEXT,
    versions INTEGER NOT NULL DEFAULT 0,
    latest_snapshot_id TEXT,
    media_type TEXT NOT NULL DEFAULT '',
    lang TEXT NOT NULL DEFAULT '',
    title_set_by_user INTEGER NOT NULL,
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    note TEXT NOT NULL
  ) STRICT`,
  "CREATE UNIQUE INDEX links_by_address ON links (url_key) WHERE removed_at IS NULL",
  "CREATE INDEX links_by_likeness ON links (like_key) WHERE removed_at IS NULL",
  "CREATE INDEX links_newest ON links (added_at) WHERE removed_at IS NULL",
  "CREATE INDEX links_by_state ON links (state, added_at)",
  "CREATE INDEX links_by_host ON links (host_key, added_at) WHERE removed_at IS NULL",
  "CREATE INDEX links_by_type ON links (media_type, added_at) WHERE removed_at IS NULL",
  "CREATE INDEX links_by_language ON links (lang, added_at) WHERE removed_at IS NULL AND lang <> ''",
  "CREATE INDEX links_by_versions ON links (versions, added_at) WHERE removed_at IS NULL",
  "CREATE INDEX links_removed ON links (removed_at) WHERE removed_at IS NOT NULL",
]

const snapshots = [
  `CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    link INTEGER NOT NULL REFERENCES links (seq) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    final_url TEXT NOT NULL,
    http_status INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    artefacts TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    millis INTEGER NOT NULL,
    partial INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    lang TEXT NOT NULL,
    text_sha256 TEXT,
    resources_sha256 TEXT,
    UNIQUE (link, version)
  ) STRICT`,
  "CREATE INDEX snapshots_partial ON snapshots (id) WHERE partial = 1",
]

const tags = [
  `CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    links INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE TABLE link_tags (
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    added_at INTEGER NOT NULL,
    link INTEGER NOT NULL REFERENCES links (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (tag_id, added_at, link)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX link_tags_by_link ON link_tags (link, position, tag_id)",
]

// The `ascii` tokenizer separates at ASCII punctuation only and leaves every other character alone: the tokens are
// made by tokens.ts, and SQLite's own tables of Unicode 6 must not take them apart again.
const search = [
  `CREATE VIRTUAL TABLE search_meta USING fts5(
    title, note, url, content='', contentless_delete=1, tokenize='ascii')`,
  `CREATE VIRTUAL TABLE search_text USING fts5(body, content='', contentless_delete=1, tokenize='ascii')`,
  `CREATE VIRTUAL TABLE search_tags USING fts5(name, content='', contentless_delete=1, tokenize='ascii')`,
  "CREATE TABLE texts (link INTEGER PRIMARY KEY REFERENCES links (seq) ON DELETE CASCADE, body TEXT NOT NULL) STRICT",
]

const counters = [
  "CREATE TABLE link_counts (state TEXT PRIMARY KEY, links INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  `CREATE TRIGGER links_count_added AFTER INSERT ON links BEGIN
    INSERT INTO link_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET links = links + 1;
  END`,
  `CREATE TRIGGER links_count_moved AFTER UPDATE OF state ON links WHEN old.state <> new.state BEGIN
    UPDATE link_counts SET links = links - 1 WHERE state = old.state;
    INSERT INTO link_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET links = links + 1;
  END`,
  // A write that names removed_at rewrites every index that is for kept links only, so only these two name it.
  `CREATE TRIGGER links_removed_new AFTER INSERT ON links WHEN new.state IN ('removing', 'removed') BEGIN
    UPDATE links SET removed_at = new.updated_at WHERE seq = new.seq;
  END`,
  `CREATE TRIGGER links_removed_or_back AFTER UPDATE OF state ON links
    WHEN (new.state IN ('removing', 'removed')) <> (new.removed_at IS NOT NULL) BEGIN
    UPDATE links SET removed_at = CASE WHEN new.removed_at IS NULL THEN new.updated_at END WHERE seq = new.seq;
  END`,
  `CREATE TRIGGER links_hidden AFTER UPDATE OF removed_at ON links
    WHEN old.removed_at IS NULL AND new.removed_at IS NOT NULL BEGIN
    UPDATE tags SET links = links - 1 WHERE id IN (SELECT tag_id FROM link_tags WHERE link = new.seq);
  END`,
  `CREATE TRIGGER links_shown AFTER UPDATE OF removed_at ON links
    WHEN old.removed_at IS NOT NULL AND new.removed_at IS NULL BEGIN
    UPDATE tags SET links = links + 1 WHERE id IN (SELECT tag_id FROM link_tags WHERE link = new.seq);
  END`,
  `CREATE TRIGGER links_forgotten BEFORE DELETE ON links BEGIN
    UPDATE link_counts SET links = links - 1 WHERE state = old.state;
    DELETE FROM link_tags WHERE link = old.seq;
    DELETE FROM search_meta WHERE rowid = old.seq;
    DELETE FROM search_text WHERE rowid = old.seq;
  END`,
  `CREATE TRIGGER link_tags_added AFTER INSERT ON link_tags BEGIN
    UPDATE tags SET links = links + 1 WHERE id = new.tag_id
      AND (SELECT removed_at IS NULL FROM links WHERE seq = new.link);
  END`,
  `CREATE TRIGGER link_tags_gone AFTER DELETE ON link_tags BEGIN
    UPDATE tags SET links = links - 1 WHERE id = old.tag_id
      AND (SELECT removed_at IS NULL FROM links WHERE seq = old.link);
    DELETE FROM tags WHERE id = old.tag_id AND NOT EXISTS (SELECT 1 FROM link_tags WHERE tag_id = old.tag_id);
  END`,
  `CREATE TRIGGER tags_gone AFTER DELETE ON tags BEGIN
    DELETE FROM search_tags WHERE rowid = old.id;
  END`,
]

/** In order; the daemon runs each once, in a transaction of its own. */
export const migrations: ReadonlyArray<Migration> = [
  { id: 1, name: "catalogue", statements: [...links, ...snapshots, ...tags, ...search, ...counters] },
]
