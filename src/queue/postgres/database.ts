// One process's way to the database: pg-boss on a pool, transactions, the news of other processes, the slow sweep.
//
// The time by which everything goes is the database's (pg-boss's job_now()), so that machines need not agree on theirs.
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, type ConstructorOptions, type Db, PgBoss } from "pg-boss";
import { z, type ZodType } from "zod";
import { UserError, explain } from "../../errors.ts";
import type { QueueLog } from "../queue-log.ts";
import { guardConnections } from "./guard-connections.ts";
import { type News, openListener } from "./listener.ts";
import { asThrown, isCollision } from "./passing-failure.ts";
import { createTables } from "./tables.ts";

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** Where all tables are; it is made when it isn't there. */
  schema?: string;
  /** How often to look for what no news told of: a holder that died, a job whose heartbeat stopped. 60 s unless told. */
  sweepMs?: number;
  /** Connections besides the one that listens. */
  maxConnections?: number;
  /** Another source of time, of pg-boss's kind; for tests. */
  clock?: Clock;
  log?: QueueLog;
}

interface Member {
  onNews(news: News): void;
  /** News may have been lost. */
  onGap(): void;
  sweep(): Promise<void>;
}

export interface Database {
  boss: PgBoss;
  schema: string;
  /** Rows of one statement; `on` is a transaction unless it may run by itself. Throws TransientError like it. */
  query<Row>(on: Db, text: string, values: unknown[], row: ZodType<Row>): Promise<Row[]>;
  /** The pool, for statements that need no transaction. */
  db: Db;
  /**
   * Commits what `work` does; begins again when it met another transaction. Throws TransientError when the database
   * is away: then nobody knows whether it was committed.
   */
  transaction<T>(action: string, work: (tx: Db) => Promise<T>): Promise<T>;
  /** Tells every process, once `tx` is committed. */
  tell(tx: Db, news: News): Promise<void>;
  /** Returns a function that ends the membership. */
  join(queue: string, member: Member): () => void;
  close(): Promise<void>;
}

const Nothing = z.unknown();
const mostCollisions = 10;

/** How long to wait for a connection, and for an answer; in between the network may be cut without a word. */
const connectTimeoutMs = 5000;
const queryTimeoutMs = 20_000;
/** A process that vanished within a transaction must not hold its locks for ever. */
const serverSettings = "-c idle_in_transaction_session_timeout=30000 -c lock_timeout=15000";

/** Connects, makes what is missing in the schema and starts to listen. Throws UserError when it can't. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { schema = "patchbay", sweepMs = 60_000, log } = options;
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema)) throw new Error(`"${schema}" is not a schema's name`);
  const channel = `${schema}_news`;
  // The driver knows more options than pg-boss names.
  const settings: ConstructorOptions & { query_timeout: number; keepAlive: boolean } = {
    connectionString: options.url,
    schema,
    application_name: "patchbay",
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    options: serverSettings,
    // No cron, no flows, no registry of instances; expiry and clean-up happen in our own sweep.
    schedule: false,
    supervise: false,
    registerInstance: false,
    monitorIntervalSeconds: Math.max(1, Math.floor(sweepMs / 1000)),
    queueCacheIntervalSeconds: 3600,
    flowIntervalSeconds: 3600,
    ...(options.clock && { clock: options.clock }),
  };
  const boss = new PgBoss(settings);
  let onBroken = (): void => undefined;
  boss.on("error", (error) => {
    log?.warn({ error: explain(error) }, "a connection to the database broke");
    if (options.clock) onBroken();
  });
  boss.on("warning", ({ message, data }) => log?.warn({ ...data }, message));
  async function opening<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw new UserError(
        `opening the database: ${explain(cause)}; check that DATABASE_URL is right, that the server runs and that this user may create a schema`,
        { cause },
      );
    }
  }
  await opening(() => boss.start());
  const db = boss.getDb();
  // A test's clock hides the pool.
  if (!options.clock) guardConnections(db, () => onBroken());
  const begin = db.beginTransaction?.bind(db);
  const listen = db.listen?.bind(db);
  if (!begin || !listen) throw new Error("pg-boss's own pool has transactions and listens");

  async function query<Row>(on: Db, text: string, values: unknown[], row: ZodType<Row>): Promise<Row[]> {
    const { rows } = await on.executeSql(text, values).catch((error: unknown) => {
      throw asThrown("asking the database", error);
    });
    return z.array(row).parse(rows);
  }

  const once = async <T>(work: (tx: Db) => Promise<T>): Promise<T> => {
    const transaction = await begin();
    try {
      const result = await work(transaction.db);
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  };

  async function transaction<T>(action: string, work: (tx: Db) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(work);
      } catch (error) {
        if (!isCollision(error) || tries >= mostCollisions) throw asThrown(action, error);
        await delay(Math.random() * 10 * tries);
      }
    }
  }

  await opening(() =>
    transaction("making the tables", async (tx) => {
      await tx.executeSql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${schema} tables`]);
      await tx.executeSql(createTables(schema));
    }),
  );

  const members = new Map<string, Set<Member>>();
  let sweeping: Promise<void> | undefined;
  function startSweep(): void {
    sweeping ??= sweep();
  }
  function eachMember(act: (member: Member) => void): void {
    for (const ofQueue of members.values()) for (const member of ofQueue) act(member);
  }
  const listener = await opening(() =>
    openListener({
      subscribe: (onPayload, onOpen) => listen(channel, onPayload, onOpen),
      onNews(news) {
        for (const member of members.get(news.queue) ?? []) member.onNews(news);
      },
      onOpen() {
        eachMember((member) => member.onGap());
        startSweep();
      },
      log,
    }),
  );
  onBroken = listener.renew;

  async function sweep(): Promise<void> {
    try {
      // Ends jobs whose heartbeat stopped; of all processes one does it.
      await boss.supervise();
      for (const ofQueue of members.values()) for (const member of ofQueue) await member.sweep();
    } catch (error) {
      log?.warn({ error: explain(error) }, "sweeping the queues in the database");
    }
    sweeping = undefined;
  }
  const timer = setInterval(startSweep, sweepMs);
  timer.unref();

  return {
    boss,
    schema,
    db,
    query,
    transaction,
    async tell(tx, news) {
      await query(tx, "SELECT pg_notify($1, $2)", [channel, JSON.stringify(news)], Nothing);
    },
    join(queue, member) {
      const ofQueue = members.get(queue) ?? new Set();
      members.set(queue, ofQueue.add(member));
      return () => void ofQueue.delete(member);
    },
    async close() {
      clearInterval(timer);
      await sweeping;
      await listener.close();
      await boss.stop({ graceful: false });
    },
  };
}
