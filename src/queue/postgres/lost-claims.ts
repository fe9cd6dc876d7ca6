// Claims whose commit was cut off: when one was made after all, nobody works on its ticket though nobody has died.
import { LeaseLostError } from "../contract.ts";
import { endClaim } from "./end-claim.ts";
import type { Parts } from "./parts.ts";
import { TicketRow } from "./ticket-row.ts";

/** Gives such tickets back as if they had not been claimed. Throws TransientError while the database is away. */
export async function dropLostClaims<Payload>(parts: Parts<Payload>): Promise<void> {
  const { database, table, name, lostClaims } = parts;
  for (const token of lostClaims) {
    const [row] = await database.query(
      database.db,
      `SELECT * FROM ${table} WHERE queue = $1 AND token = $2 AND state = 'running'`,
      [name, token],
      TicketRow,
    );
    if (row) {
      const held = { row, token, attempt: row.job_id };
      await endClaim(parts, held, "pending", { uncounted: true }).catch((error: unknown) => {
        if (!(error instanceof LeaseLostError)) throw error;
      });
    }
    lostClaims.delete(token);
  }
}
