// Our table beside those of pg-boss, in the same schema: what a job of pg-boss can't say.
//
// pg-boss stores, orders, hands out and expires the job with its payload. A ticket adds that its id is known for ever,
// whose turn it is within a key, that it is parked, how often its holder died, and who asked for its end.

/** A ticket's rank is its priority times this plus its place. */
export const placesPerPriority = 1_000_000_000_000;

/** Run in one transaction, under a lock, by each process that starts. */
export function createTables(schema: string): string {
  return `
    CREATE SEQUENCE IF NOT EXISTS ${schema}.ticket_place AS bigint;
    CREATE TABLE IF NOT EXISTS ${schema}.ticket (
      queue text NOT NULL,
      id text NOT NULL,
      key text NOT NULL,
      key_hash text NOT NULL,
      -- The job of pg-boss that stands for it.
      job_id uuid NOT NULL UNIQUE,
      state text NOT NULL,
      priority smallint NOT NULL,
      place bigint NOT NULL,
      -- The order in which tickets are claimed: by priority and place, or before the first of its key once approved.
      rank bigint NOT NULL,
      -- Whether its job may be handed out; of each key one at most is.
      released boolean NOT NULL DEFAULT false,
      -- It runs, or it ran and is to be tried again: it comes before all others of its key.
      owns_key boolean NOT NULL DEFAULT false,
      enqueued_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      not_before timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      crashes integer NOT NULL DEFAULT 0,
      epoch integer NOT NULL DEFAULT 0,
      -- The claim that holds it, or that held it last.
      token uuid,
      holder jsonb,
      -- Who ends what a dead holder has left, and until when nobody else does.
      reclaimer jsonb,
      reclaimed_until timestamptz,
      cancel_note text,
      note text,
      run_started_at timestamptz,
      run_ended_at timestamptz,
      PRIMARY KEY (queue, id)
    );
    CREATE TABLE IF NOT EXISTS ${schema}.shared_folder (name text PRIMARY KEY, canary text NOT NULL);
    CREATE INDEX IF NOT EXISTS ticket_order ON ${schema}.ticket (queue, state, rank, id);
    CREATE INDEX IF NOT EXISTS ticket_line ON ${schema}.ticket (queue, key_hash, owns_key DESC, rank, id)
      WHERE state IN ('pending', 'running');
    CREATE INDEX IF NOT EXISTS ticket_due ON ${schema}.ticket (queue, not_before)
      WHERE released AND not_before IS NOT NULL;
    CREATE INDEX IF NOT EXISTS ticket_runs ON ${schema}.ticket (queue, run_ended_at DESC)
      WHERE run_ended_at IS NOT NULL;
  `;
}
