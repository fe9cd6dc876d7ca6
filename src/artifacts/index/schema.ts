// The tables of the index. Nothing in them is known only here: another version, or damage, throws them away.

/** To be raised with each change of the tables or of what is put into them: the index is then built anew. */
export const indexVersion = 1;

/**
 * `n` sorts by the time of creation. The text is kept without its contents (FTS5, "Contentless-Delete Tables"): what is
 * found is read from the job's row and files.
 */
export const schema = `
CREATE TABLE jobs (
  n INTEGER PRIMARY KEY,
  job_id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  day INTEGER NOT NULL,
  place TEXT NOT NULL,
  place_key TEXT NOT NULL,
  number INTEGER,
  goal TEXT NOT NULL,
  person TEXT,
  person_key TEXT,
  pipeline TEXT NOT NULL,
  source TEXT NOT NULL,
  summary TEXT,
  change_status TEXT,
  error_code TEXT,
  error_message TEXT,
  waits_for TEXT,
  step_id TEXT,
  steps_done INTEGER NOT NULL,
  steps_total INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER,
  duration_ms INTEGER,
  cost_usd REAL,
  tokens_in INTEGER,
  tokens_out INTEGER,
  simulated INTEGER NOT NULL,
  text_sha TEXT NOT NULL,
  folder_ms REAL NOT NULL
) STRICT;
CREATE INDEX jobs_open ON jobs (is_open, n) WHERE is_open = 1;
CREATE INDEX jobs_status ON jobs (status, n);
CREATE INDEX jobs_place ON jobs (place_key, n);
CREATE INDEX jobs_person ON jobs (person_key, n);
CREATE INDEX jobs_pipeline ON jobs (pipeline, n);
CREATE INDEX jobs_cost ON jobs (ifnull(cost_usd, -1), n);
CREATE INDEX jobs_duration ON jobs (ifnull(duration_ms, -1), n);
CREATE INDEX jobs_day ON jobs (day, place_key, pipeline, status, cost_usd, duration_ms);
CREATE TABLE steps (
  n INTEGER NOT NULL,
  step_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  role TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  day INTEGER NOT NULL,
  place_key TEXT NOT NULL,
  duration_ms INTEGER,
  cost_usd REAL,
  tokens_in INTEGER,
  tokens_out INTEGER,
  simulated INTEGER NOT NULL,
  PRIMARY KEY (n, step_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX steps_agent ON steps (agent, n);
CREATE INDEX steps_day ON steps (day, agent);
CREATE TABLE skipped (name TEXT PRIMARY KEY, folder_ms REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  goal, report, place, people,
  content='', contentless_delete=1, detail=column, tokenize='unicode61 remove_diacritics 2', prefix='3'
);
PRAGMA user_version = ${indexVersion};
`;
