// The versions of a ticket's file, and how an older one becomes the newest.
//
//   1.0   the first
//   1.1   a lease's holder says on which machine it runs
import { z } from "zod";

export const ticketVersion = "1.1";

/** The file is there, but it isn't a ticket that this queue can understand. */
export class BadTicketError extends Error {
  override readonly name: string = "BadTicketError";
}

/** It would be one to a later version of this program. */
export class NewerTicketError extends BadTicketError {
  override readonly name = "NewerTicketError";
}

const Versioned = z.looseObject({ schema_version: z.string().regex(/^\d+\.\d+$/) });

/**
 * A ticket of any version up to this one as one of this version; what isn't one at all stays as it is, and its schema
 * will say why. Throws NewerTicketError.
 */
export function upgradeTicket(raw: unknown): unknown {
  const { data } = Versioned.safeParse(raw);
  if (!data) return raw;
  if (isNewer(data.schema_version, ticketVersion)) {
    throw new NewerTicketError(
      `it was written by a later version (schema_version ${data.schema_version}; this one knows ${ticketVersion}): ` +
        "start that one and move the file back",
    );
  }
  return data.schema_version === "1.0" ? { ...data, schema_version: ticketVersion } : raw;
}

function isNewer(version: string, known: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [knownMajor = 0, knownMinor = 0] = known.split(".").map(Number);
  return major > knownMajor || (major === knownMajor && minor > knownMinor);
}
