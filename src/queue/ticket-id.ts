// What a ticket's id looks like, whichever engine keeps it.
import { z } from "zod";

export const TicketId = z
  .string()
  .regex(/^[0-9A-Za-z._-]{1,128}$/, "a ticket's id: 1 to 128 letters, digits, dots, underscores or hyphens")
  .refine((id) => !/^\.+$/.test(id), "a ticket's id: not only dots");
